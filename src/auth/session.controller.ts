import { Body, Controller, Post, Req, Res } from '@nestjs/common';
import type { Request, Response } from 'express';
import { Allow, WhenLate } from '../common/access.js';
import type { PageLocals } from '../common/pages.js';
import { Visitor } from '../common/visitor.js';
import { Config } from '../config.js';
import { clearSessionCookie } from './session.middleware.js';
import { returnPath } from './session.rules.js';
import { SessionStore } from './session.store.js';
import { SignInService } from './sign-in.service.js';
import { LogoutAtProvider, leftPage } from './strategies/spid/index.js';

@Controller()
@Allow('citizen')
export class SessionController {
  constructor(
    private readonly config: Config,
    private readonly sessions: SessionStore,
    private readonly signIn: SignInService,
    private readonly atProvider: LogoutAtProvider,
  ) {}

  /** "Resta collegato": the idle limit starts again, and the person stays where they were. */
  @Post('sessione/estendi')
  @WhenLate(({ body }) => returnPath((body as { ritorno?: unknown } | undefined)?.ritorno))
  async extend(@Body() body: Record<string, unknown>, @Req() req: Request, @Res() res: Response): Promise<void> {
    await this.sessions.extend(req.sessionID);
    res.redirect(303, returnPath(body.ritorno));
  }

  /** Ours ends first, whatever the provider says; then the way to the provider's own logout, where it has one. */
  @Post('esci')
  async leave(@Visitor() { t }: Visitor, @Req() req: Request, @Res() res: Response): Promise<void> {
    const { provider } = req.session;
    await this.signIn.signOut(req);
    clearSessionCookie(res, this.config);
    const leaving = await this.atProvider.leave({ provider });
    if (!leaving) return res.redirect(303, '/');
    const { carried } = leaving;
    if (carried.binding === 'post') res.locals.formActions = [new URL(carried.action).origin];
    endPersonalPage(res);
    res.status(200).render('spid/left', leftPage(t, leaving));
  }
}

/** The page after leaving is nobody's: the layout must not show who was here. */
function endPersonalPage(res: Response): void {
  const locals = res.locals as PageLocals;
  delete locals.signedIn;
  delete locals.personal;
}
