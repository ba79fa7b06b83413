import { Controller, Get, HttpCode, Inject, Post, Query, Req, Res } from '@nestjs/common';
import type { Request, Response } from 'express';
import { Config } from '../../../config.js';
import { Allow } from '../../../common/access.js';
import { LOG } from '../../../common/log-token.js';
import type { Log } from '../../../common/log.js';
import { Visitor } from '../../../common/visitor.js';
import { SignInService } from '../../sign-in.service.js';
import { addPendingRequest, clearPendingRequests } from './request-cookie.js';
import { SpidService } from './spid.service.js';
import { SpidStrategy, type SpidFailure } from './spid.strategy.js';
import { declinedPage, leavePage, refusedPage, unknownProviderPage } from './spid.views.js';

/** The protocol end points of SPID. */
@Controller('spid')
@Allow('anyone')
export class SpidController {
  constructor(
    private readonly config: Config,
    private readonly spid: SpidService,
    private readonly strategy: SpidStrategy,
    private readonly signIn: SignInService,
    @Inject(LOG) private readonly log: Log,
  ) {}

  @Get('accedi')
  async start(@Query('idp') idp: unknown, @Query('ritorno') wanted: unknown, @Visitor() visitor: Visitor, @Req() req: Request, @Res() res: Response) {
    const started = await this.spid.start(idp, wanted);
    res.set('Cache-Control', 'no-store');
    if (!started.ok) return res.status(404).render('spid/refused', unknownProviderPage(visitor.t, req.id));
    addPendingRequest(req, res, started.requestId, this.config);
    if (started.carried.binding === 'redirect') return res.redirect(302, started.carried.url);
    res.locals.formActions = [new URL(started.carried.action).origin];
    res.render('spid/leave', leavePage(visitor.t, started.carried));
  }

  /** Here providers send people back: a cross-site POST, guarded by signatures and by the browser's own request cookie. */
  @Post('acs')
  @HttpCode(303)
  async consume(@Visitor() visitor: Visitor, @Req() req: Request, @Res() res: Response) {
    res.set('Cache-Control', 'no-store');
    const outcome = await this.strategy.outcome(req);
    if (!outcome.ok) return this.stayOut(outcome.failure, visitor, req, res);
    clearPendingRequests(res, this.config);
    await this.signIn.signIn(req, outcome.identity);
    res.redirect(303, new URL(outcome.returnTo, this.config.baseUrl).href);
  }

  /** A reload, or a change of language, of a page that answered a provider's form: start again. */
  @Get('acs')
  again(@Res() res: Response) {
    res.redirect(303, new URL('/accedi', this.config.baseUrl).href);
  }

  @Get('metadata')
  metadata(@Res() res: Response) {
    res.type('application/samlmetadata+xml').set('Cache-Control', 'public, max-age=3600').send(this.spid.metadata());
  }

  private stayOut(failure: SpidFailure, visitor: Visitor, req: Request, res: Response): void {
    if (failure.kind === 'refused') {
      this.log.warn({ reason: failure.reason }, 'SPID answer refused');
      return res.status(403).render('spid/refused', refusedPage(visitor.t, req.id));
    }
    const ours = failure.code < 19;
    this.log[ours ? 'error' : 'info']({ code: failure.code, provider: failure.provider }, ours ? 'SPID provider refused our request' : 'SPID provider declined');
    res.status(403).render('spid/refused', declinedPage(visitor.t, failure, req.id));
  }
}
