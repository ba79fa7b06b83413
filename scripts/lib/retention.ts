// The rules of src/common/retention.ts applied by hand, as the nightly job applies them: the same function of PostgreSQL.
import { randomUUID } from 'node:crypto';
import { actorStatements, system } from '#src/common/actor.js';
import { RETENTION_RULES } from '#src/common/retention.js';
import type { Query } from './query.ts';

export interface Retained {
  rule: string;
  before: Temporal.Instant;
  rows: number;
}

const BATCH = 500;

/**
 * Deletes (or, in a dry run, counts) what is over, rule by rule, each batch a transaction of its own: stopped half-way,
 * it goes on where it was. @returns a row of the report for each rule
 */
export async function applyRetention(query: Query, now: Temporal.Instant, dryRun: boolean): Promise<Retained[]> {
  const run = randomUUID();
  for (const { id, how } of RETENTION_RULES) {
    if ('sweeper' in how) continue;
    const inBatches = !dryRun && 'rows' in how;
    for (;;) {
      const gone = await batch(query, [run, id, dryRun, 'by-hand', now, BATCH]);
      if (!inBatches || gone < BATCH) break;
    }
    await asRetention(query, 'SELECT retention_end($1, $2, $3, $4, $5, $5, NULL)', [run, id, dryRun, 'by-hand', now]);
  }
  const { rows } = await query(
    `SELECT t.rule, t.before_at AS before, t.rows FROM retention_run t JOIN retention_rule r ON r.id = t.rule
     WHERE t.run_id = $1 ORDER BY r.position`,
    [run],
  );
  return rows as unknown as Retained[];
}

async function batch(query: Query, values: unknown[]): Promise<number> {
  const { rows } = await asRetention(query, 'SELECT retention_batch($1, $2, $3, $4, $5, $6) AS gone', values);
  return Number(rows[0]?.gone);
}

/** One statement in a transaction of its own, in the name that the functions ask for. */
async function asRetention(query: Query, sql: string, values: unknown[]) {
  await query(`BEGIN; ${actorStatements(system('retention'))}`);
  try {
    const result = await query(sql, values);
    await query('COMMIT');
    return result;
  } catch (error) {
    await query('ROLLBACK');
    throw error;
  }
}
