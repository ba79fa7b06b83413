import { randomUUID } from 'node:crypto';
import { system } from '../../common/actor.js';
import { romeDate } from '../../common/clock.js';
import { randomToken } from '../../common/crypto.js';
import { keptUntil, retentionRule } from '../../common/retention.js';
import type { Identity } from '../identity.js';
import type { IdentityReading } from '../saml-identity.js';
import { returnPath } from '../session.rules.js';
import type { VerifiedAssertion } from './assertion.js';
import { decodeMessage } from './message.js';
import type { Asked, AskedName, SamlProfile } from './profile.js';
import type { ProviderList } from './provider-list.js';
import { isOverload, Refusal, type Overload, type RefusalReason } from './refusal.js';
import { authnRequest, type Carried, type SigningKeys } from './request.js';
import type { Verdict } from './response.js';
import type { SamlEngine } from './saml-engine.js';
import type { KeptRequest } from './saml.repository.js';

/** How long a person may take at the provider. */
export const REQUEST_LIFE = { minutes: 10 } as const;
/** How long a used answer is remembered at most. */
const REMEMBERED = { hours: 24 } as const;
/** Of a provider's "no", which may be unsigned: several times what providers write. */
const DECLINED_LENGTH = 8192;

/** One federation and our place in it. */
export interface FederationTerms {
  readonly profile: SamlProfile;
  /** Everything our metadata offer to ask for; the first is what a request asks by itself. */
  readonly asks: readonly [Asked, ...Asked[]];
  /** Our entity id there. */
  readonly entityId: string;
  /** Where providers send people back, and the index of that address in our metadata. */
  readonly consumerUrl: string;
  readonly consumerIndex: number;
  readonly keys: SigningKeys;
  readonly providers: ProviderList;
  /** Reads who somebody is from what was verified. */
  readonly read: (facts: VerifiedAssertion, today: Temporal.PlainDate, asked: AskedName) => IdentityReading;
}

export interface Wish {
  readonly idp: unknown;
  /** Where the person was going. */
  readonly returnTo: unknown;
  readonly asked?: AskedName;
  readonly level?: 2 | 3;
  /** The session that this browser has now: it gives way to the one that comes of this. */
  readonly replaces?: string | null;
}

export type Started = { ok: true; requestId: string; carried: Carried } | { ok: false; reason: 'unknown-provider' };
/** Somebody came back, and what their browser did since it asked. */
export interface Identified extends Pick<KeptRequest, 'returnTo' | 'replaces' | 'meanwhile'> {
  readonly identity: Identity;
  readonly requestId: string;
}

export type Finished =
  | ({ kind: 'identified' } & Identified)
  | { kind: 'declined'; code: number; provider: string; level: number; returnTo: string }
  | { kind: 'refused'; reason: RefusalReason }
  /** We could not judge it: the same answer may be sent again. */
  | { kind: 'overloaded'; reason: Overload };

/** Sign-in through one federation: asks a provider who somebody is, and judges what comes back (identity.md). */
export class Federation {
  constructor(
    readonly terms: FederationTerms,
    private readonly engine: SamlEngine,
  ) {}

  get name(): SamlProfile['name'] {
    return this.terms.profile.name;
  }

  get providers(): ProviderList {
    return this.terms.providers;
  }

  /** Prepares a request to the provider with this entity id. The way back stays here: what travels is opaque. */
  async start({ idp, returnTo, asked: name, level = 2, replaces = null }: Wish): Promise<Started> {
    const { profile, asks, entityId, consumerUrl, consumerIndex, keys, providers } = this.terms;
    const provider = providers.find(idp);
    if (!provider) return { ok: false, reason: 'unknown-provider' };
    const asked = asks.find((one) => one.name === name) ?? asks[0];
    const id = `_${randomUUID()}`;
    const issuedAt = this.engine.clock.now();
    const relayState = randomToken(24);
    const content = { id, issuedAt, entityId, consumerUrl, consumerIndex, provider, profile, asked, level, keys };
    const carried = await authnRequest(content, relayState);
    const request = {
      id,
      profile: profile.name,
      provider: provider.entityId,
      level,
      asked: asked.name,
      relayState,
      returnTo: returnPath(returnTo),
      replaces,
      message: carried.xml,
      issuedAt,
      expiresAt: issuedAt.add(REQUEST_LIFE),
    };
    await this.engine.db.actingAs(system('sign-in'), () => this.engine.repository.addRequest(request));
    return { ok: true, requestId: id, carried };
  }

  /** Judges an answer. @param requestIds the requests this browser's own cookie names */
  async finish(message: unknown, relayState: unknown, requestIds: readonly string[]): Promise<Finished> {
    try {
      return await this.finished(message, relayState, requestIds);
    } catch (error) {
      if (error instanceof Refusal) return { kind: 'refused', reason: error.reason };
      throw error;
    }
  }

  private async finished(message: unknown, relayState: unknown, requestIds: readonly string[]): Promise<Finished> {
    const { db, repository, clock } = this.engine;
    const xml = decodeMessage(message);
    if (requestIds.length === 0) throw new Refusal('no-request');
    const now = clock.now();
    const kept = await db.actingAs(system('sign-in'), () => repository.attempt(requestIds, this.name, now));
    if (kept.length === 0) throw new Refusal('unsolicited');
    const verdict = await this.judged(xml, kept, now);
    if (verdict.kind === 'refused' && isOverload(verdict.reason)) {
      const ids = kept.map((one) => one.id);
      await db.actingAs(system('sign-in'), () => repository.giveBackAttempt(ids));
      return { kind: 'overloaded', reason: verdict.reason };
    }
    const request = kept.find((one) => one.id === verdict.requestId);
    if (!request) throw new Refusal(verdict.kind === 'refused' ? verdict.reason : 'unsolicited');
    const outcome = this.concluded(verdict, request, relayState, now);
    await db.actingAs(system('sign-in'), async () => {
      // A refusal in here rolls everything back: nothing is used up by an answer that did not get in.
      if (verdict.kind === 'accepted' && outcome.kind === 'identified') await this.useUp(verdict, request, now);
      const said = outcome.kind === 'refused' ? outcome.reason : outcome.kind;
      await this.keepExchange(request, evidence(xml, verdict, outcome), said, now);
    });
    return outcome;
  }

  private judged(xml: string, kept: readonly KeptRequest[], now: Temporal.Instant): Promise<Verdict> {
    const { profile, entityId, consumerUrl, providers } = this.terms;
    const pending = kept.map((request) => ({
      id: request.id,
      issuedAt: request.issuedAt.epochMilliseconds,
      provider: request.provider,
      certificates: providers.find(request.provider)?.certificates ?? [],
      level: request.level,
      asked: this.askedBy(request),
    }));
    return this.engine.judge.judge(xml, { now: now.epochMilliseconds, profile, entityId, consumerUrl, pending });
  }

  private concluded(verdict: Verdict, request: KeptRequest, relayState: unknown, now: Temporal.Instant): Finished {
    if (verdict.kind === 'refused') return { kind: 'refused', reason: verdict.reason };
    // Given back as it went, or not at all (SAML bindings 3.5.3); its content means nothing to us.
    const given = relayState === undefined || relayState === '' ? request.relayState : relayState;
    if (given !== request.relayState) return { kind: 'refused', reason: 'relay-state' };
    const { id: requestId, provider, level, returnTo, replaces, meanwhile } = request;
    if (verdict.kind === 'declined') return { kind: 'declined', code: verdict.code, provider, level, returnTo };
    const reading = this.terms.read(verdict.assertion, romeDate(now), this.askedBy(request).name);
    return reading.ok
      ? { kind: 'identified', identity: reading.identity, requestId, returnTo, replaces, meanwhile }
      : { kind: 'refused', reason: reading.reason };
  }

  private askedBy(request: KeptRequest): Asked {
    return this.terms.asks.find((one) => one.name === request.asked) ?? this.terms.asks[0];
  }

  /** Once: the request, the Response and the Assertion, each in a table that every web process shares. */
  private async useUp(
    verdict: Verdict & { kind: 'accepted' },
    request: KeptRequest,
    now: Temporal.Instant,
  ): Promise<void> {
    const { repository } = this.engine;
    if (!(await repository.consume(request.id, now))) throw new Refusal('request-used');
    // An answer is good for its request alone: one that calls itself good for ever need not be remembered for ever.
    const until = Math.min(verdict.usableUntil, request.expiresAt.add(REMEMBERED).epochMilliseconds);
    const usableUntil = Temporal.Instant.fromEpochMilliseconds(until).add(REQUEST_LIFE);
    const common = { issuer: request.provider, usableUntil };
    const fresh =
      (await repository.remember({ kind: 'response', id: verdict.responseId, ...common })) &&
      (await repository.remember({ kind: 'assertion', id: verdict.assertionId, ...common }));
    if (!fresh) throw new Refusal('replayed');
  }

  /** @param response null when the answer itself is not kept */
  private async keepExchange(
    request: KeptRequest,
    response: string | null,
    outcome: string,
    now: Temporal.Instant,
  ): Promise<void> {
    const { keys, repository, log } = this.engine;
    const id = randomUUID();
    const plain = response === null ? null : Buffer.from(JSON.stringify({ request: request.message, response }));
    const keepUntil = keptUntil(retentionRule('spid'), now);
    const sealed = plain && keys.seal('saml-exchange', plain, id);
    await repository.addExchange({ id, request, outcome, sealed, receivedAt: now, keepUntil });
    log.info({ requestId: request.id, federation: this.name, provider: request.provider, outcome }, 'SAML answer');
  }
}

/**
 * What of an answer is kept for 24 months (log.rst): all that a provider signed, and the beginning of its "no". Of what
 * anybody may have written only the reason is, or strangers would fill the disk.
 */
function evidence(xml: string, verdict: Verdict, outcome: Finished): string | null {
  if (verdict.kind === 'accepted' || (verdict.kind === 'refused' && verdict.signed)) return xml;
  return outcome.kind === 'declined' ? xml.slice(0, DECLINED_LENGTH) : null;
}
