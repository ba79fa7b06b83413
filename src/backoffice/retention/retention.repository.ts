import { Injectable } from '@nestjs/common';
import { Database } from '../../common/database.js';

/** One run of the rules, as each batch names it. */
export interface Run {
  id: string;
  dry: boolean;
  /** 'nightly', or the id of the member of staff who asked. */
  askedBy: string;
  at: Temporal.Instant;
}

export interface RunRow {
  runId: string;
  rule: string;
  dryRun: boolean;
  startedAt: Temporal.Instant;
  beforeAt: Temporal.Instant;
  rows: number;
  finishedAt: Temporal.Instant | null;
  failure: string | null;
}

const RUNS = 10;

@Injectable()
export class RetentionRepository {
  constructor(private readonly db: Database) {}

  /** One batch of one rule, as system('retention'). @returns how many rows went; in a dry run, how many would */
  async batch({ id, dry, askedBy, at }: Run, rule: string, size: number): Promise<number> {
    const rows = await this.db.query<{ gone: number }>('SELECT retention_batch($1, $2, $3, $4, $5, $6) AS gone', [
      id,
      rule,
      dry,
      askedBy,
      at,
      size,
    ]);
    return rows[0]!.gone;
  }

  async end({ id, dry, askedBy, at }: Run, rule: string, now: Temporal.Instant, failure: string | null): Promise<void> {
    const values = [id, rule, dry, askedBy, at, now, failure];
    await this.db.query('SELECT retention_end($1, $2, $3, $4, $5, $6, $7)', values);
  }

  /** The last runs, newest first, all rules of each. */
  latest(): Promise<RunRow[]> {
    return this.db.query<RunRow>(
      `SELECT run_id AS "runId", rule, dry_run AS "dryRun", started_at AS "startedAt", before_at AS "beforeAt", rows,
         finished_at AS "finishedAt", failure FROM retention_run
       WHERE run_id IN (SELECT run_id FROM retention_run GROUP BY run_id ORDER BY max(started_at) DESC, run_id LIMIT ${RUNS})
       ORDER BY started_at DESC, run_id, rule`,
    );
  }
}
