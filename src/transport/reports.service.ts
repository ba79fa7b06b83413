import { Inject, Injectable } from '@nestjs/common';
import { system } from '../common/actor.js';
import { Clock } from '../common/clock.js';
import { Keys } from '../common/crypto.js';
import { Database } from '../common/database.js';
import { LOG } from '../common/log-token.js';
import type { Log } from '../common/log.js';
import { BounceListeners } from './bounce-listeners.js';
import { SealedContents } from './contents.js';
import { ReportsRepository, type Report, type WaitingReport } from './reports.repository.js';

const BATCH = 50;
const FOREIGN_KEY = '23503';

/** What comes back: pages only write it down (they cannot read addresses), workers act on it. */
@Injectable()
export class ReportsService {
  constructor(
    private readonly db: Database,
    private readonly reports: ReportsRepository,
    private readonly contents: SealedContents,
    private readonly keys: Keys,
    private readonly listeners: BounceListeners,
    private readonly clock: Clock,
    @Inject(LOG) private readonly log: Log,
  ) {}

  /** Writes down what the other side said. @returns false when there is no such message */
  async take(report: Report): Promise<boolean> {
    try {
      await this.db.actingAs(system('delivery'), () => this.add(report));
      return true;
    } catch (error) {
      if ((error as { code?: string }).code === FOREIGN_KEY) return false;
      throw error;
    }
  }

  /** The same, in the unit of work under way. */
  add(report: Report): Promise<void> {
    return this.reports.add(report, this.clock.now());
  }

  /** Acts on what was reported, each in a unit of its own: one that fails is tried again, and stops no other. */
  async handleWaiting(): Promise<void> {
    const waiting = await this.db.actingAs(system('delivery'), () => this.reports.waiting(BATCH));
    for (const report of waiting) {
      try {
        await this.db.actingAs(system('delivery'), () => this.handle(report));
      } catch (error) {
        this.log.error({ err: error, messageId: report.messageId }, 'a delivery report was not handled');
        await this.db.actingAs(system('delivery'), () => this.reports.tried(report, this.clock.now()));
      }
    }
  }

  private async handle(which: Pick<Report, 'messageId' | 'verdict'>): Promise<void> {
    const report = await this.reports.take(which);
    if (!report) return;
    const { messageId } = report;
    const address = report.sealed && this.contents.open(messageId, report.sealed)?.to;
    await this.reports.end(report, this.clock.now());
    if (!address) return;
    const since = await this.wrongSince(
      report,
      this.keys.pseudonyms('doubtful-address', [report.subject, report.channel, address].join(' ')),
    );
    if (since) await this.listeners.tell(report.subject, report.channel, address, since);
  }

  /**
   * When an address was known not to work: at once where the failure says so, and where none says why by two messages. The
   * first of them counts, so that an address confirmed between the two is right.
   */
  private async wrongSince(
    { messageId, verdict, writtenAt }: WaitingReport,
    addresses: string[],
  ): Promise<Temporal.Instant | null> {
    if (verdict === 'consegnata') await this.reports.trust(addresses);
    if (verdict !== 'dubbia') return verdict === 'respinta' ? writtenAt : null;
    const former = await this.reports.doubt(messageId, addresses);
    return former && (Temporal.Instant.compare(former, writtenAt) < 0 ? former : writtenAt);
  }
}
