import { Controller, Get, Query, Req, Res } from '@nestjs/common';
import type { Request, Response } from 'express';
import { Allow } from '../../../common/access.js';
import { Visitor } from '../../../common/visitor.js';
import { Config } from '../../../config.js';
import { standBack } from '../../already-in.js';
import { requestCookie, setRequestCookie } from './staff-cookie.js';
import { StaffIssuer } from './staff-issuer.js';
import { staffReturnPath } from './staff.rules.js';
import { StaffService } from './staff.service.js';
import { staffRefusedPage, staffSignInPage } from './staff.views.js';

/** Where the institute's staff come in: the provider of the institute knows them, we do not. */
@Controller('operatore')
@Allow('anyone')
export class StaffSignInController {
  constructor(
    private readonly config: Config,
    private readonly issuer: StaffIssuer,
    private readonly staff: StaffService,
  ) {}

  /** A page with a link, not a redirect: a form whose session ended leads here, and a form may not lead to another site. */
  @Get('accedi')
  show(@Query('ritorno') wanted: unknown, @Visitor() { t }: Visitor, @Req() req: Request, @Res() res: Response): void {
    const returnTo = staffReturnPath(wanted);
    if (req.staff) return res.redirect(303, returnTo);
    res.set('Cache-Control', 'no-store');
    res.render('staff/sign-in', staffSignInPage(t, returnTo, this.issuer.configured));
  }

  @Get('accedi/avvio')
  async start(
    @Query('ritorno') wanted: unknown,
    @Visitor() { t }: Visitor,
    @Req() req: Request,
    @Res() res: Response,
  ): Promise<void> {
    res.set('Cache-Control', 'no-store');
    const started = await this.staff.start(req, requestCookie(req, this.config), wanted);
    if (!started.ok) return this.stayOut(res, 503, staffRefusedPage(t, 'unavailable', req.id));
    setRequestCookie(res, started.browser, this.config);
    res.redirect(302, started.url);
  }

  /** The provider sends the browser back here. */
  @Get('rientro')
  async finish(@Visitor() { t }: Visitor, @Req() req: Request, @Res() res: Response): Promise<void> {
    res.set('Cache-Control', 'no-store');
    const browser = requestCookie(req, this.config);
    const outcome = await this.staff.finish(req, browser, req.originalUrl.split('?').slice(1).join('?'));
    if (outcome.kind === 'unavailable') return this.stayOut(res, 503, staffRefusedPage(t, 'unavailable', req.id));
    if (outcome.kind === 'not-staff') return this.stayOut(res, 403, staffRefusedPage(t, 'not-staff', req.id));
    if (outcome.kind === 'refused') return this.stayOut(res, 403, staffRefusedPage(t, 'refused', req.id));
    const { kind, returnTo } = outcome;
    if (kind !== 'signed-in') return standBack(kind, req, res, { t, returnTo });
    res.redirect(303, returnTo);
  }

  private stayOut(res: Response, status: number, model: object): void {
    if (status === 503) res.set('Retry-After', '60');
    res.status(status).render('staff/refused', model);
  }
}
