import { Controller, Get, Query, Req, Res } from '@nestjs/common';
import type { Request, Response } from 'express';
import { Config } from '../../../config.js';
import { Allow } from '../../../common/access.js';
import { NotFound } from '../../../common/errors.js';
import { Metrics } from '../../../common/metrics.js';
import { Visitor } from '../../../common/visitor.js';
import { standBack } from '../../already-in.js';
import { currentSession, openedSince } from '../../session-current.js';
import { returnPath } from '../../session.rules.js';
import { SignInService } from '../../sign-in.service.js';
import { browserSecret, rememberBrowser } from './browser-cookie.js';
import { CnsAddress } from './cns.address.js';
import { CnsPages } from './cns.pages.js';
import { CnsService } from './cns.service.js';
import { refusedPage, startPage } from './cns.views.js';
import type { CnsReason } from './refusal.js';

/** The portal's side of the sign-in with a card: before the card is asked for, and after it was good. */
@Controller('cns')
@Allow('anyone')
export class CnsController {
  constructor(
    private readonly config: Config,
    private readonly cns: CnsService,
    private readonly address: CnsAddress,
    private readonly signIn: SignInService,
    private readonly metrics: Metrics,
    private readonly pages: CnsPages,
  ) {}

  @Get('accedi')
  start(@Query('ritorno') wanted: unknown, @Visitor() visitor: Visitor, @Req() req: Request, @Res() res: Response) {
    res.set('Cache-Control', 'no-store');
    const start = {
      returnTo: returnPath(wanted),
      session: currentSession(req).id,
      language: visitor.chosen ? visitor.lang : null,
    };
    const entrance =
      this.address.url && this.address.entrance(this.cns.start(rememberBrowser(req, res, this.config), start));
    if (!entrance) return this.refuse('not-available', visitor, req, res);
    res.render('cns/start', startPage(visitor.t, entrance, this.config.development !== null));
  }

  /** Where a proxy sends the cards that it verified; without such a proxy this address does not exist. */
  @Get('entra')
  async enter(@Query('avvio') start: unknown, @Req() req: Request, @Res() res: Response) {
    if (!this.config.cns.proxyHeader) throw new NotFound();
    res.set('Cache-Control', 'no-store');
    req.visitor = this.pages.visitor(req, this.cns.languageOf(start));
    res.set('Content-Language', req.visitor.lang);
    const entered = await this.cns.enter(req, start);
    if (!entered.ok) return this.refuse(entered.reason, req.visitor, req, res);
    res.redirect(303, this.address.wayBack(entered.ticket));
  }

  @Get('rientro')
  async back(
    @Query('biglietto') ticket: unknown,
    @Visitor() visitor: Visitor,
    @Req() req: Request,
    @Res() res: Response,
  ) {
    res.set('Cache-Control', 'no-store');
    const redeemed = await this.cns.redeem(ticket, browserSecret(req, this.config));
    if (!redeemed.ok) return this.refuse(redeemed.reason, visitor, req, res);
    const arrival = await this.signIn.arrival(redeemed.identity, openedSince(req, redeemed.session));
    if (arrival !== 'comes-in') {
      this.metrics.signIns.inc({ method: 'cns', outcome: arrival });
      return standBack(arrival, req, res, { t: visitor.t, returnTo: redeemed.returnTo });
    }
    await this.signIn.signIn(req, redeemed.identity);
    res.redirect(303, redeemed.returnTo);
  }

  private refuse(reason: CnsReason, { t }: Visitor, req: Request, res: Response): void {
    this.metrics.signIns.inc({ method: 'cns', outcome: reason });
    res.status(reason === 'not-available' ? 503 : 403).render('cns/refused', refusedPage(t, reason, req.id));
  }
}
