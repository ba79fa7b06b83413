import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { AuditService } from '../../audit/index.js';
import { system } from '../../common/actor.js';
import { carry, type Arrived } from './carry.js';
import { LogoutRepository } from './logout.repository.js';
import { logoutRequestXml, logoutResponseXml, type LogoutVerdict } from './logout.js';
import type { Provider } from './provider.js';
import type { ProviderList } from './provider-list.js';
import { Refusal, type RefusalReason } from './refusal.js';
import { bindingOf, type Carried, type SigningKeys } from './request.js';
import { SamlEngine } from './saml-engine.js';

/** What the session remembers of its provider (session.data.provider). */
export interface SessionAtProvider {
  readonly issuer: string;
  readonly nameId: string | null;
  readonly nameQualifier: string | null;
  readonly sessionIndex: string | null;
}

/** Our end of single logout in one federation. */
export interface LogoutTerms {
  readonly entityId: string;
  readonly logoutUrl: string;
  readonly keys: SigningKeys;
  /** Several lists, where one entity of ours speaks to more than one kind of provider (SPID and the eIDAS node). */
  readonly lists: readonly ProviderList[];
}

export type LogoutOutcome =
  /** A provider asked us to end a session: done, and this is our answer. Null when it takes none. */
  | { kind: 'ended'; answer: Carried | null }
  /** A provider answered our own request. */
  | { kind: 'answered'; done: boolean }
  | { kind: 'refused'; reason: RefusalReason };

const ANSWER_WITHIN = { minutes: 10 } as const;
const SKEW_MS = 30_000;

/** Single logout (single-logout.rst): asking providers, and being asked by them. */
@Injectable()
export class LogoutService {
  constructor(
    private readonly engine: SamlEngine,
    private readonly repository: LogoutRepository,
    private readonly audit: AuditService,
  ) {}

  /** Our signed LogoutRequest for the session that is being left; null when its provider takes none. */
  async request(
    session: SessionAtProvider,
    terms: LogoutTerms,
  ): Promise<{ carried: Carried; provider: Provider } | null> {
    const { nameId, nameQualifier, sessionIndex } = session;
    const provider = find(terms, session.issuer);
    const binding = provider && bindingOf(provider, provider.logout);
    if (!provider || !binding || !nameId || !nameQualifier) return null;
    const id = `_${randomUUID()}`;
    const issuedAt = this.engine.clock.now();
    const destination = provider.logout[binding] ?? '';
    const xml = logoutRequestXml(
      { id, issuedAt, destination, issuer: terms.entityId },
      { nameId, nameQualifier, sessionIndex },
    );
    await this.engine.db.actingAs(system('sign-in'), () =>
      this.repository.add(id, provider.entityId, issuedAt, issuedAt.add(ANSWER_WITHIN)),
    );
    const carried = carry(
      { field: 'SAMLRequest', xml, relayState: '' },
      { binding, location: destination },
      terms.keys,
    );
    return { carried, provider };
  }

  /** Takes what a provider sent; does nothing unless its signature holds. */
  async receive(arrived: Arrived, terms: LogoutTerms): Promise<LogoutOutcome> {
    try {
      const verdict = await this.judged(arrived, terms);
      if (verdict.kind === 'refused') return verdict;
      return verdict.kind === 'request' ? await this.end(verdict, arrived, terms) : await this.answered(verdict);
    } catch (error) {
      if (error instanceof Refusal) return { kind: 'refused', reason: error.reason };
      throw error;
    }
  }

  private judged({ field, message }: Arrived, { logoutUrl, lists }: LogoutTerms): Promise<LogoutVerdict> {
    const providers = lists
      .flatMap((list) => list.all)
      .map(({ entityId, certificates }) => ({ entityId, certificates: [...certificates] }));
    const now = this.engine.clock.now().epochMilliseconds;
    const kind = field === 'SAMLRequest' ? 'LogoutRequest' : 'LogoutResponse';
    return this.engine.judge.judgeLogout(message, { now, kind, logoutUrl, providers, skewMs: SKEW_MS });
  }

  private async end(
    verdict: LogoutVerdict & { kind: 'request' },
    { relayState, message }: Arrived,
    terms: LogoutTerms,
  ): Promise<LogoutOutcome> {
    const now = this.engine.clock.now();
    await this.engine.db.actingAs(system('sign-in'), async () => {
      const usableUntil = Temporal.Instant.fromEpochMilliseconds(verdict.usableUntil);
      const seen = { kind: 'logout', issuer: verdict.issuer, id: verdict.id, usableUntil } as const;
      if (!(await this.engine.repository.remember(seen))) throw new Refusal('replayed');
      // A name with no session left is not an error: the person is out, which is what was asked.
      for (const subject of await this.repository.endSessions(verdict, now))
        await this.audit.record({ action: 'session.end', subject, purpose: 'security', details: { by: 'provider' } });
    });
    return { kind: 'ended', answer: this.answer(verdict, relayState, message.redirect !== null, terms) };
  }

  /** Our signed LogoutResponse, where the provider wants it; by redirect when it came so. */
  private answer(
    verdict: LogoutVerdict & { kind: 'request' },
    relayState: string,
    cameByRedirect: boolean,
    terms: LogoutTerms,
  ): Carried | null {
    const provider = find(terms, verdict.issuer);
    if (!provider) return null;
    const locations = { ...provider.logout, ...provider.logoutAnswers };
    const binding = bindingOf({ ...provider, prefersPost: !cameByRedirect }, locations);
    if (!binding) return null;
    const location = locations[binding] ?? '';
    const head = {
      id: `_${randomUUID()}`,
      issuedAt: this.engine.clock.now(),
      destination: location,
      issuer: terms.entityId,
    };
    const xml = logoutResponseXml(head, verdict.id);
    return carry(
      { field: 'SAMLResponse', xml, relayState: relayState.slice(0, 80) },
      { binding, location },
      terms.keys,
    );
  }

  private async answered({ inResponseTo, issuer, done }: LogoutVerdict & { kind: 'response' }): Promise<LogoutOutcome> {
    const now = this.engine.clock.now();
    const known = await this.engine.db.actingAs(system('sign-in'), () =>
      this.repository.answered(inResponseTo, issuer, now),
    );
    return known ? { kind: 'answered', done } : { kind: 'refused', reason: 'unsolicited' };
  }
}

function find({ lists }: LogoutTerms, entityId: string): Provider | null {
  return lists.map((list) => list.find(entityId)).find((provider) => provider !== null) ?? null;
}
