import { Inject, Injectable } from '@nestjs/common';
import type { Request, Response } from 'express';
import { Counter } from 'prom-client';
import { Unavailable } from '../../common/errors.js';
import { LOG } from '../../common/log-token.js';
import type { Log } from '../../common/log.js';
import { Metrics } from '../../common/metrics.js';
import type { Visitor } from '../../common/visitor.js';
import { Config } from '../../config.js';
import { standBack } from '../already-in.js';
import type { Identity } from '../identity.js';
import { currentSession } from '../session-current.js';
import { message } from '../session.store.js';
import { SessionsService } from '../sessions.service.js';
import { SignInService, type SignInWords } from '../sign-in.service.js';
import type { Federation, Wish } from './federation.js';
import { addPendingRequest, dropPendingRequest } from './request-cookie.js';
import { declinedPage, leavePage, refusedPage, unknownProviderPage } from './saml.views.js';
import { SamlStrategy, type SamlFailure } from './saml.strategy.js';

/** The browser's side of a sign-in, the same for every federation: there, back, and the page when it did not work. */
@Injectable()
export class SamlFlow {
  private readonly faults: Counter;

  constructor(
    private readonly config: Config,
    private readonly signIn: SignInService,
    private readonly sessions: SessionsService,
    private readonly metrics: Metrics,
    @Inject(LOG) private readonly log: Log,
  ) {
    this.faults = new Counter({
      name: 'myinps_saml_faults_total',
      help: 'Answers in which an identity provider says that our request was wrong, by federation and code',
      labelNames: ['federation', 'code'],
      registers: [metrics.registry],
    });
  }

  /** Leads the browser to the provider: by redirect, or by a page with one button (there is no script). */
  async start(federation: Federation, wish: Wish, visitor: Visitor, req: Request, res: Response): Promise<void> {
    const { id: replaces } = currentSession(req);
    const started = await federation.start({ ...wish, replaces: replaces === '' ? null : replaces });
    res.set('Cache-Control', 'no-store');
    if (!started.ok) return res.status(404).render('spid/refused', unknownProviderPage(visitor.t, req.id));
    addPendingRequest(req, res, federation.name, started.requestId, this.config);
    if (started.carried.binding === 'redirect') return res.redirect(302, started.carried.url);
    res.locals.formActions = [new URL(started.carried.action).origin];
    res.render('spid/leave', leavePage(visitor.t, started.carried));
  }

  /** Takes the provider's answer: a cross-site POST, guarded by signatures and by the browser's own request cookie. */
  async finish(federation: Federation, visitor: Visitor, req: Request, res: Response): Promise<void> {
    res.set('Cache-Control', 'no-store');
    const outcome = await new SamlStrategy(federation).outcome(req);
    if (!outcome.ok) return this.stayOut(federation, outcome.failure, visitor, req, res);
    const { identity, requestId, replaces, meanwhile, returnTo } = outcome;
    dropPendingRequest(req, res, federation.name, requestId, this.config);
    const arrival = await this.signIn.arrival(identity, meanwhile);
    if (arrival !== 'comes-in') {
      this.metrics.signIns.inc({ method: federation.name, outcome: arrival });
      return standBack(arrival, req, res, { t: visitor.t, returnTo });
    }
    await this.signIn.signIn(req, identity, capacityOf(identity, visitor));
    // The provider's cross-site POST came without the session's cookie: the sign-in could not see these sessions.
    for (const former of [replaces, meanwhile]) if (former) await this.sessions.giveWay(former);
    res.redirect(303, returnTo);
  }

  private stayOut({ name }: Federation, failure: SamlFailure, visitor: Visitor, req: Request, res: Response): void {
    if (failure.kind === 'overloaded') {
      this.metrics.signIns.inc({ method: name, outcome: failure.reason });
      throw new Unavailable(`${LABELS[name]} answer not judged: ${failure.reason}`);
    }
    if (failure.kind === 'refused') {
      this.metrics.signIns.inc({ method: name, outcome: failure.reason });
      this.log.warn({ reason: failure.reason, federation: name }, `${LABELS[name]} answer refused`);
      return res.status(403).render('spid/refused', refusedPage(visitor.t, req.id));
    }
    const { code, provider } = failure;
    this.metrics.signIns.inc({ method: name, outcome: `code-${code}` });
    if (isOurFault(code)) {
      // Operators are woken by this event name (docs, metrics): people cannot mend it, and it concerns everybody.
      this.faults.inc({ federation: name, code: String(code) });
      this.log.error(
        { event: 'saml.our-request-refused', federation: name, code, provider },
        'identity provider refused our request',
      );
    } else this.log.info({ federation: name, code, provider }, 'identity provider declined');
    res.status(403).render('spid/refused', declinedPage(visitor.t, name, failure, req.id));
  }
}

const LABELS = { spid: 'SPID', cie: 'CIE', eidas: 'eIDAS' } as const;

/** messaggi-errore.rst: below 19 the fault lies between the machines (8, 9, 11 to 18 are ours). */
function isOurFault(code: number): boolean {
  return code < 19;
}

/** The header of every page says in which capacity one acts, when it is not as a private person. */
function capacityOf(identity: Identity, { t }: Visitor): SignInWords {
  const name = `${identity.name} ${identity.familyName}`;
  const { purpose, company, fiscalCode } = identity;
  if (purpose === 'professional') return { displayName: t('spid.acting-professional', { name }) };
  if (purpose === 'company') return { displayName: t('spid.acting-company', { name, company: company?.name ?? '' }) };
  return fiscalCode === null ? { messages: [message('eidas.signed-in', 'warning')] } : {};
}
