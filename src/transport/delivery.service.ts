import { Inject, Injectable, type BeforeApplicationShutdown } from '@nestjs/common';
import { AuditService } from '../audit/index.js';
import { system } from '../common/actor.js';
import { Clock } from '../common/clock.js';
import { Database } from '../common/database.js';
import { LOG } from '../common/log-token.js';
import type { Log } from '../common/log.js';
import { SealedContents } from './contents.js';
import { DeliveryRepository, type Taken } from './delivery.repository.js';
import { LEASE_SECONDS, nextStep, oldestCode, RETURN_DAYS, type Step } from './delivery.rules.js';
import type { Contents } from './message.js';
import { ReportsService } from './reports.service.js';
import { Roads, type Verdict } from './roads.js';
import { TransportMetrics } from './transport-metrics.js';

/** Messages taken together: few, so that a crash leaves few of uncertain fate. */
const BATCH = 10;
const FORGOTTEN_AT_ONCE = 1_000;

/**
 * Hands messages over, as a worker. Rows decide: an attempt is written and committed before the call and its result
 * after it, so that no transaction is open while the other side is spoken to, and whoever finds an attempt without a
 * result knows that nobody can tell what became of it.
 */
@Injectable()
export class DeliveryService implements BeforeApplicationShutdown {
  private under: Promise<void> | null = null;
  private stopping = false;

  constructor(
    private readonly db: Database,
    private readonly messages: DeliveryRepository,
    private readonly reports: ReportsService,
    private readonly contents: SealedContents,
    private readonly roads: Roads,
    private readonly clock: Clock,
    private readonly metrics: TransportMetrics,
    private readonly audit: AuditService,
    @Inject(LOG) private readonly log: Log,
  ) {}

  /** Sends whatever is due, and takes in what was reported. A second call meanwhile waits for the first. */
  deliverDue(): Promise<void> {
    if (this.db.inUnit) throw new Error('nothing is sent while a unit of work is open');
    this.under ??= this.delivered().finally(() => (this.under = null));
    return this.under;
  }

  /** Forgets addresses once nothing can come back any more. */
  async forget(): Promise<void> {
    const before = this.clock.now().subtract({ hours: RETURN_DAYS * 24 });
    while ((await this.asDelivery(() => this.messages.forget(before, FORGOTTEN_AT_ONCE))) === FORGOTTEN_AT_ONCE);
  }

  beforeApplicationShutdown(): void {
    this.stopping = true;
  }

  private async delivered(): Promise<void> {
    await this.takeOver();
    let taken: Taken[];
    do {
      taken = await this.taken();
      const ends = await Promise.allSettled(taken.map((message) => this.deliver(message)));
      for (const end of ends) {
        // Its attempt stays without a result, and is taken over when its time is up.
        if (end.status === 'rejected') this.log.error({ err: end.reason as unknown }, 'a delivery was not recorded');
      }
    } while (taken.length === BATCH && !this.stopping);
    await this.reports.handleWaiting();
  }

  private async taken(): Promise<Taken[]> {
    const now = this.clock.now();
    return this.asDelivery(async () => {
      for (const { channel } of await this.messages.expire(now, oldestCode(now)))
        this.metrics.ended(channel, 'scaduta');
      return this.messages.take(now, now.add({ seconds: LEASE_SECONDS }), BATCH);
    });
  }

  /** Messages whose worker died while it was sending them. */
  private async takeOver(): Promise<void> {
    await this.asDelivery(async () => {
      for (const message of await this.messages.abandoned(this.clock.now(), 100)) {
        await this.record(message, { outcome: 'incerta', code: 'interrupted' });
      }
    });
  }

  private async deliver(message: Taken): Promise<void> {
    const verdict = await this.handed(message);
    if (verdict.outcome === 'inviata') this.metrics.waited(message.channel, message.dueAt, this.clock.now());
    await this.asDelivery(() => this.record(message, verdict));
    if (verdict.outcome === 'inviata') return;
    const { id, channel, attempts } = message;
    this.log.warn(
      { messageId: id, channel, attempts, outcome: verdict.outcome, code: verdict.code },
      'message not sent',
    );
  }

  private async handed({ id, channel, kind, sealed, createdAt }: Taken): Promise<Verdict> {
    const contents = sealed && this.contents.open(id, sealed);
    const road = this.roads.to(channel);
    if (!road) return { outcome: 'errore definitivo', code: 'off' };
    if (!contents?.text) return { outcome: 'errore definitivo', code: 'unreadable' };
    const { to, title = '', text, language = 'it' } = contents;
    return road.hand({ id, kind, createdAt, to, title, text, language });
  }

  private async record(message: Taken, verdict: Verdict): Promise<void> {
    const now = this.clock.now();
    const step = nextStep(message, verdict, now);
    const recorded = await this.messages.record(message, verdict, step, this.left(message, verdict, step), now);
    if (!recorded) return;
    this.metrics.ended(message.channel, verdict.outcome);
    if (verdict.outcome === 'inviata') await this.recordUse(message);
    if (verdict.wrongAddress)
      await this.reports.add({ messageId: message.id, verdict: 'respinta', code: verdict.code });
  }

  /** For /dati/accessi: which system used a contact of the person's. */
  private recordUse({ id, subject, channel }: Taken): Promise<void> {
    const entry = { action: 'messages.sent', subject, object: id, kind: 'sent', purpose: 'delivery' } as const;
    return this.audit.record({ ...entry, details: { channel } });
  }

  /** Of a message that ends with this attempt: the address alone while something may come back, else nothing. */
  private left({ id, sealed }: Taken, { wrongAddress }: Verdict, { state, nextAttemptAt }: Step): Buffer | null {
    if (!sealed || nextAttemptAt || (state === 'errore definitivo' && !wrongAddress)) return null;
    const contents: Contents | null = this.contents.open(id, sealed);
    return contents && this.contents.seal(id, { to: contents.to });
  }

  private asDelivery<T>(work: () => Promise<T>): Promise<T> {
    return this.db.actingAs(system('delivery'), work);
  }
}
