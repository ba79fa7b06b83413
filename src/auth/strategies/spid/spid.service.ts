import { randomUUID } from 'node:crypto';
import { Inject, Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { Config } from '../../../config.js';
import { system } from '../../../common/actor.js';
import { Clock } from '../../../common/clock.js';
import { Keys, randomToken } from '../../../common/crypto.js';
import { Database } from '../../../common/database.js';
import { LOG } from '../../../common/log-token.js';
import type { Log } from '../../../common/log.js';
import { spidIdentity, type Identity } from '../../identity.js';
import { authnRequest, decodeMessage, Refusal, ResponseJudge, SamlRepository, serviceMetadata, type Carried, type KeptRequest, type RefusalReason } from '../../saml/index.js';
import type { Verdict } from '../../saml/response.js';
import { returnPath } from '../../session.rules.js';
import { SpidKeys } from './spid.keys.js';
import { SPID } from './spid.profile.js';
import { SpidProviders } from './spid.providers.js';

/** How long a person may take at the provider. */
export const REQUEST_LIFE = { minutes: 10 } as const;
const KEEP_EXCHANGES = { months: 24 } as const;
const LEVEL = 2;

export type Started = { ok: true; requestId: string; carried: Carried } | { ok: false; reason: 'unknown-provider' };
export type Finished =
  | { kind: 'identified'; identity: Identity; returnTo: string }
  | { kind: 'declined'; code: number; provider: string; returnTo: string }
  | { kind: 'refused'; reason: RefusalReason };

/** Sign-in with SPID: asks a provider who somebody is, and judges what comes back (identity.md, SPID). */
@Injectable()
export class SpidService implements OnApplicationShutdown {
  private readonly judge = new ResponseJudge();

  constructor(
    private readonly config: Config,
    private readonly clock: Clock,
    private readonly db: Database,
    private readonly keys: Keys,
    private readonly spidKeys: SpidKeys,
    private readonly providers: SpidProviders,
    private readonly repository: SamlRepository,
    @Inject(LOG) private readonly log: Log,
  ) {}

  async onApplicationShutdown(): Promise<void> {
    await this.judge.close();
  }

  get entityId(): string {
    return this.config.baseUrl.origin;
  }

  /** Where providers send people back. */
  get consumerUrl(): string {
    return `${this.config.baseUrl.origin}/spid/acs`;
  }

  /** Prepares a request to the provider with this entity id. The way back stays here: what travels is opaque. */
  async start(entityId: unknown, wanted: unknown): Promise<Started> {
    const provider = this.providers.find(entityId);
    if (!provider) return { ok: false, reason: 'unknown-provider' };
    const id = `_${randomUUID()}`;
    const relayState = randomToken(24);
    const issuedAt = this.clock.now();
    const content = { id, issuedAt, entityId: this.entityId, consumerUrl: this.consumerUrl, provider, profile: SPID, level: LEVEL, keys: this.spidKeys } as const;
    const carried = await authnRequest(content, relayState);
    const request: KeptRequest = {
      id,
      profile: SPID.name,
      provider: provider.entityId,
      level: LEVEL,
      relayState,
      returnTo: returnPath(wanted),
      message: carried.xml,
      issuedAt,
      expiresAt: issuedAt.add(REQUEST_LIFE),
    };
    await this.db.actingAs(system('sign-in'), () => this.repository.addRequest(request));
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

  /** Our signed metadata. */
  metadata(): string {
    const { institute, spid, baseUrl } = this.config;
    const description = {
      entityId: this.entityId,
      consumerUrl: this.consumerUrl,
      logoutUrl: `${baseUrl.origin}/spid/logout`,
      serviceName: `${institute.name}: area personale`,
      attributes: SPID.attributes,
      optionalAttributes: SPID.optionalAttributes,
      organization: { name: institute.fullName, displayName: institute.shortName, url: baseUrl.origin },
      contact: { ipaCode: spid.ipaCode, email: institute.email, phone: null },
    };
    return serviceMetadata(description, this.spidKeys);
  }

  private async finished(message: unknown, relayState: unknown, requestIds: readonly string[]): Promise<Finished> {
    const xml = decodeMessage(message);
    if (requestIds.length === 0) throw new Refusal('no-request');
    const now = this.clock.now();
    const kept = await this.db.actingAs(system('sign-in'), () => this.repository.attempt(requestIds, SPID.name, now));
    if (kept.length === 0) throw new Refusal('unsolicited');
    const verdict = await this.judged(xml, kept, now);
    const request = kept.find((one) => one.id === verdict.requestId);
    if (!request) throw new Refusal(verdict.kind === 'refused' ? verdict.reason : 'unsolicited');
    const outcome = this.concluded(verdict, request, relayState);
    await this.db.actingAs(system('sign-in'), async () => {
      // A refusal in here rolls everything back: nothing is used up by an answer that did not get in.
      if (verdict.kind === 'accepted' && outcome.kind === 'identified') await this.useUp(verdict, request, now);
      await this.keepExchange(request, xml, outcome.kind === 'refused' ? outcome.reason : outcome.kind, now);
    });
    return outcome;
  }

  private judged(xml: string, kept: readonly KeptRequest[], now: Temporal.Instant): Promise<Verdict> {
    const pending = kept.map((request) => ({
      id: request.id,
      issuedAt: request.issuedAt.epochMilliseconds,
      provider: request.provider,
      certificates: this.providers.find(request.provider)?.certificates ?? [],
      level: request.level,
    }));
    return this.judge.judge(xml, { now: now.epochMilliseconds, profile: SPID, entityId: this.entityId, consumerUrl: this.consumerUrl, pending });
  }

  private concluded(verdict: Verdict, request: KeptRequest, relayState: unknown): Finished {
    if (verdict.kind === 'refused') return { kind: 'refused', reason: verdict.reason };
    // Given back as it went, or not at all (SAML bindings 3.5.3); its content means nothing to us.
    const given = relayState === undefined || relayState === '' ? request.relayState : relayState;
    if (given !== request.relayState) return { kind: 'refused', reason: 'relay-state' };
    const { provider, returnTo } = request;
    if (verdict.kind === 'declined') return { kind: 'declined', code: verdict.code, provider, returnTo };
    const reading = spidIdentity(verdict.assertion);
    return reading.ok ? { kind: 'identified', identity: reading.identity, returnTo } : { kind: 'refused', reason: reading.reason };
  }

  /** Once: the request, the Response and the Assertion, each in a table that every web process shares. */
  private async useUp(verdict: Verdict & { kind: 'accepted' }, request: KeptRequest, now: Temporal.Instant): Promise<void> {
    if (!(await this.repository.consume(request.id, now))) throw new Refusal('request-used');
    const usableUntil = Temporal.Instant.fromEpochMilliseconds(verdict.usableUntil).add(REQUEST_LIFE);
    const common = { issuer: request.provider, usableUntil };
    const fresh =
      (await this.repository.remember({ kind: 'response', id: verdict.responseId, ...common })) &&
      (await this.repository.remember({ kind: 'assertion', id: verdict.assertionId, ...common }));
    if (!fresh) throw new Refusal('replayed');
  }

  private async keepExchange(request: KeptRequest, response: string, outcome: string, now: Temporal.Instant): Promise<void> {
    const id = randomUUID();
    const plain = Buffer.from(JSON.stringify({ request: request.message, response }));
    const keepUntil = now.toZonedDateTimeISO('UTC').add(KEEP_EXCHANGES).toInstant();
    const sealed = this.keys.seal('saml-exchange', plain, id);
    await this.repository.addExchange({ id, request, outcome, sealed, receivedAt: now, keepUntil });
    this.log.info({ requestId: request.id, provider: request.provider, outcome }, 'SPID answer');
  }
}
