import { Body, Controller, Post, Req, Res } from '@nestjs/common';
import type { Request, Response } from 'express';
import { Allow } from '../common/access.js';
import { Config } from '../config.js';
import { sessionCookieName } from './session.middleware.js';
import { returnPath } from './session.rules.js';
import { SessionStore } from './session.store.js';
import { SignInService } from './sign-in.service.js';

@Controller()
@Allow('citizen')
export class SessionController {
  constructor(
    private readonly config: Config,
    private readonly sessions: SessionStore,
    private readonly signIn: SignInService,
  ) {}

  /** "Resta collegato": the idle limit starts again, and the person stays where they were. */
  @Post('sessione/estendi')
  async extend(@Body() body: Record<string, unknown>, @Req() req: Request, @Res() res: Response): Promise<void> {
    await this.sessions.extend(req.sessionID);
    res.redirect(303, returnPath(body.ritorno));
  }

  @Post('esci')
  async leave(@Req() req: Request, @Res() res: Response): Promise<void> {
    await this.signIn.signOut(req);
    res.clearCookie(sessionCookieName(this.config), { path: '/', httpOnly: true, sameSite: 'lax', secure: this.config.baseUrl.protocol === 'https:' });
    res.redirect(303, '/');
  }
}
