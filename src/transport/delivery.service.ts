import { setTimeout as sleep } from 'node:timers/promises';
import { Inject, Injectable, type BeforeApplicationShutdown, type OnModuleDestroy } from '@nestjs/common';
import { AuditService } from '../audit/index.js';
import { system } from '../common/actor.js';
import { Clock } from '../common/clock.js';
import { Database } from '../common/database.js';
import { LOG } from '../common/log-token.js';
import type { Log } from '../common/log.js';
import { SealedContents } from './contents.js';
import { DeliveryRepository, type Taken } from './delivery.repository.js';
import { LEASE_SECONDS, nextStep, oldestCode, RETURN_DAYS, type Step } from './delivery.rules.js';
import { Lane, LANES, type LaneOf } from './lane.js';
import type { Contents } from './message.js';
import { ReportsService } from './reports.service.js';
import { Roads, type Verdict } from './roads.js';
import { TransportMetrics } from './transport-metrics.js';

const FORGOTTEN_AT_ONCE = 1_000;
/** How long a stopping process waits for what is in hand, as for its jobs (common/jobs.ts). */
const HANDED_OVER_MS = 4_000;

/**
 * Hands messages over, as a worker. Rows decide: an attempt is written and committed before the call and its result
 * after it, so that no transaction is open while the other side is spoken to, and whoever finds an attempt without a
 * result knows that nobody can tell what became of it.
 */
@Injectable()
export class DeliveryService implements OnModuleDestroy, BeforeApplicationShutdown {
  private readonly lanes = LANES.map(
    (one) =>
      new Lane(
        (most) => this.taken(one, most),
        (message) => this.deliver(message),
      ),
  );

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

  /** What workers repeat: begins to send what is due, by each lane, and takes in what was reported. Waits for no road. */
  async look(): Promise<void> {
    if (this.db.inUnit) throw new Error('nothing is sent while a unit of work is open');
    await this.takeOver();
    for (const lane of this.lanes) await lane.look();
    await this.reports.handleWaiting();
  }

  /** Sends whatever is due, to its end, and takes in what was reported. */
  async deliverDue(): Promise<void> {
    await this.look();
    await this.handedOver();
    await this.reports.handleWaiting();
  }

  /** Forgets addresses once nothing can come back any more. */
  async forget(): Promise<void> {
    const before = this.clock.now().subtract({ hours: RETURN_DAYS * 24 });
    while ((await this.asDelivery(() => this.messages.forget(before, FORGOTTEN_AT_ONCE))) === FORGOTTEN_AT_ONCE);
  }

  onModuleDestroy(): void {
    this.lanes.forEach((lane) => lane.close());
  }

  /** What is in hand ends with its result written, while the database is still open; what takes longer is taken over. */
  async beforeApplicationShutdown(): Promise<void> {
    await Promise.race([this.handedOver(), sleep(HANDED_OVER_MS, undefined, { ref: false })]);
  }

  private async handedOver(): Promise<void> {
    await Promise.all(this.lanes.map((lane) => lane.emptied()));
  }

  private async taken(lane: LaneOf, most: number): Promise<Taken[]> {
    const now = this.clock.now();
    return this.asDelivery(() => this.messages.take(lane, now, now.add({ seconds: LEASE_SECONDS }), most));
  }

  /** Messages whose worker died while it was sending them, and codes that come too late. */
  private async takeOver(): Promise<void> {
    const now = this.clock.now();
    await this.asDelivery(async () => {
      for (const message of await this.messages.abandoned(now, 100)) {
        await this.record(message, { outcome: 'incerta', code: 'interrupted' });
      }
      for (const { channel } of await this.messages.expire(now, oldestCode(now)))
        this.metrics.ended(channel, 'scaduta');
    });
  }

  private async deliver(message: Taken): Promise<void> {
    try {
      await this.handOver(message);
    } catch (error) {
      // Its attempt stays without a result, and is taken over when its time is up.
      this.log.error({ err: error }, 'a delivery was not recorded');
    }
  }

  private async handOver(message: Taken): Promise<void> {
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
      await this.reports.add({
        messageId: message.id,
        verdict: verdict.wrongAddress === 'perhaps' ? 'dubbia' : 'respinta',
        code: verdict.code,
      });
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
