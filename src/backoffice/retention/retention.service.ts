import { randomUUID } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { AuditService } from '../../audit/index.js';
import { StaffActing, staffActor } from '../../auth/index.js';
import { system } from '../../common/actor.js';
import { Clock } from '../../common/clock.js';
import { Database } from '../../common/database.js';
import { Jobs } from '../../common/jobs.js';
import { LOG } from '../../common/log-token.js';
import type { Log } from '../../common/log.js';
import { RETENTION_RULES } from '../../common/retention.js';
import { RetentionRepository, type Run, type RunRow } from './retention.repository.js';

export const RETENTION_QUEUE = 'retention.run';
/** Rows of one transaction: few enough that nobody waits for its locks. */
const BATCH = 500;

/** Deletes what is kept no longer (src/common/retention.ts), rule by rule, batch by batch, and reports. */
@Injectable()
export class RetentionService {
  constructor(
    private readonly db: Database,
    private readonly runs: RetentionRepository,
    private readonly jobs: Jobs,
    private readonly audit: AuditService,
    private readonly clock: Clock,
    @Inject(LOG) private readonly log: Log,
  ) {}

  /**
   * Applies every rule, on the worker's login. What was deleted stays deleted, so a run that is cut off goes on with the
   * next one. A rule that fails is reported and does not stop the others. @returns ids of the rules that failed
   */
  async apply(dry: boolean, askedBy: string, id: string = randomUUID()): Promise<string[]> {
    const run: Run = { id, dry, askedBy, at: this.clock.now() };
    const failed: string[] = [];
    for (const { id: rule, how } of RETENTION_RULES) {
      if ('sweeper' in how) continue;
      if (!(await this.applied(run, rule, 'rows' in how && !dry))) failed.push(rule);
    }
    return failed;
  }

  latest(acting: StaffActing): Promise<RunRow[]> {
    return this.db.actingAs(staffActor(acting), () => this.runs.latest());
  }

  /** Asks the worker for a dry run: it deletes nothing and says what a night would. */
  askDryRun(acting: StaffActing): Promise<void> {
    return this.db.actingAs(staffActor(acting), async () => {
      await this.jobs.send(RETENTION_QUEUE, { run: randomUUID(), by: acting.id });
      await this.audit.record({ action: 'retention.try', subject: null, purpose: 'legal-duty' });
    });
  }

  /** @param inBatches until a batch is not full; else one call does it all */
  private async applied(run: Run, rule: string, inBatches: boolean): Promise<boolean> {
    try {
      for (;;) {
        const gone = await this.as(() => this.runs.batch(run, rule, BATCH));
        if (!inBatches || gone < BATCH) break;
      }
      await this.as(() => this.runs.end(run, rule, this.clock.now(), null));
      return true;
    } catch (error) {
      this.log.error({ err: error, rule }, 'a retention rule failed');
      const code = (error as { code?: string }).code ?? 'unknown';
      await this.as(() => this.runs.end(run, rule, this.clock.now(), code));
      return false;
    }
  }

  private as<T>(work: () => Promise<T>): Promise<T> {
    return this.db.actingAs(system('retention'), work);
  }
}
