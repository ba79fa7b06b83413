import { Body, Controller, Get, Inject, Post, Query, Req, Res } from '@nestjs/common';
import type { Request, Response } from 'express';
import { Allow } from '../../../common/access.js';
import { Forbidden } from '../../../common/errors.js';
import { Form, FormPipe } from '../../../common/form.js';
import { LOG } from '../../../common/log-token.js';
import type { Log } from '../../../common/log.js';
import { Metrics } from '../../../common/metrics.js';
import { Visitor } from '../../../common/visitor.js';
import { CSRF_FIELD } from '../../posts.middleware.js';
import { standBack } from '../../already-in.js';
import { currentSession } from '../../session-current.js';
import { returnPath } from '../../session.rules.js';
import { SignInService } from '../../sign-in.service.js';
import { PinDemonstration } from './pin-demonstration.js';
import { PinFormGuard } from './pin-form-guard.js';
import { PinForm } from './pin.forms.js';
import { PinService, type PinOutcome } from './pin.service.js';
import { refusedAs, typedIn } from './pin-typed.js';
import { lockedPage, pinPage, stalePage } from './pin.views.js';

/** Signing in with an old PIN, for the few who still may. */
@Controller('accedi/pin')
@Allow('anyone')
export class PinController {
  constructor(
    private readonly pins: PinService,
    private readonly signIn: SignInService,
    private readonly guard: PinFormGuard,
    private readonly demonstration: PinDemonstration,
    private readonly metrics: Metrics,
    @Inject(LOG) private readonly log: Log,
  ) {}

  @Get()
  show(
    @Query('ritorno') wanted: unknown,
    @Visitor() visitor: Visitor,
    @Req() req: Request,
    @Res() res: Response,
  ): void {
    if (req.acting) return res.redirect(303, returnPath(wanted));
    this.page(Form.empty(PinForm), visitor, req, res);
  }

  /** There is no session yet: the guard stands in for its token (POSTS_FROM_OUTSIDE). */
  @Post()
  async enter(
    @Query('ritorno') wanted: unknown,
    @Body(new FormPipe(PinForm)) form: Form<PinForm>,
    @Visitor() visitor: Visitor,
    @Req() req: Request,
    @Res() res: Response,
  ): Promise<void> {
    res.set('Cache-Control', 'no-store');
    if (this.guard.isForeign(req)) throw new Forbidden('form from another origin');
    if (!this.guard.isOurs(req, (req.body as Record<string, unknown>)[CSRF_FIELD])) {
      this.note('stale-form');
      return res.status(403).render('pin/notice', stalePage(visitor.t, returnPath(wanted), req.id));
    }
    const typed = typedIn(form);
    if (!typed.ok) return this.page(typed.form, visitor, req, res);
    const outcome = await this.pins.judge({ ...typed, ip: req.ip ?? '' });
    if (outcome.kind !== 'identified') {
      this.tellThePerson(outcome.kind === 'refused' ? 'refused' : 'locked', typed.fiscalCode, req, res);
      return this.stayOut(outcome, form, visitor, req, res);
    }
    this.guard.clear(res);
    // Another tab was faster: nobody exchanges their own session for a weaker one.
    const arrival = await this.signIn.arrival(outcome.identity, currentSession(req).id || null);
    if (arrival !== 'comes-in') {
      this.note(arrival);
      return standBack(arrival, req, res, { t: visitor.t, returnTo: returnPath(wanted) });
    }
    await this.signIn.signIn(req, outcome.identity);
    res.redirect(303, returnPath(wanted));
  }

  private stayOut(
    outcome: Exclude<PinOutcome, { kind: 'identified' }>,
    form: Form<PinForm>,
    visitor: Visitor,
    req: Request,
    res: Response,
  ): void {
    if (outcome.kind === 'refused') {
      this.note(outcome.reason);
      return this.page(refusedAs(form, outcome.fiscalCode), visitor, req, res);
    }
    this.note(`limit-${outcome.limit.reason}`);
    const { limit, now } = outcome;
    res.set('Retry-After', String(Math.ceil(limit.until.since(now).total('seconds'))));
    res
      .status(429)
      .render(
        'pin/notice',
        lockedPage(visitor.t, { until: limit.until, now, returnTo: returnPath(req.query.ritorno) }, req.id),
      );
  }

  private page(form: Form<PinForm>, visitor: Visitor, req: Request, res: Response): void {
    // Answers of this page carry a token of the browser's own.
    res.set('Cache-Control', 'no-store');
    const token = this.guard.token(req, res);
    const returnTo = returnPath(req.query.ritorno);
    res
      .status(form.status)
      .render('pin/form', pinPage(visitor.t, { form, token, returnTo, demonstration: this.demonstration.person }));
  }

  /** In the person's own access record, if there is one: after the answer, so that its time tells nothing of it. */
  private tellThePerson(what: 'refused' | 'locked', fiscalCode: string, req: Request, res: Response): void {
    res.once('finish', () => {
      this.signIn
        .noteRefused(req, fiscalCode, what)
        .catch((error: unknown) => this.log.warn({ err: error }, 'PIN refusal not recorded'));
    });
  }

  private note(reason: string): void {
    this.log.warn({ reason }, 'PIN refused');
    this.metrics.signIns.inc({ method: 'pin', outcome: reason });
  }
}
