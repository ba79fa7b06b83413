// What is deleted when its time is over, as data: one rule a row, applied by the owner, reported, with a dry run.
import { RETENTION_MONTHS } from '#src/common/retention.js';
import type { Query } from './query.ts';

interface Rule {
  /** What the report calls it. */
  what: string;
  months: number;
  /** FROM … WHERE of what is over; $1 is the instant before which it is. */
  over: string;
}

const RULES: readonly Rule[] = [
  {
    what: 'appointments',
    months: RETENTION_MONTHS.appointments,
    over: 'FROM appointment WHERE start_at < $1',
  },
  {
    what: 'times of offices, without appointments',
    months: RETENTION_MONTHS.appointments,
    over: 'FROM slot s WHERE start_at < $1 AND NOT EXISTS (SELECT FROM appointment a WHERE a.slot_id = s.id)',
  },
  {
    // With a person go their notices, appointments, sessions and kept forms (ON DELETE CASCADE).
    what: 'people who have not come back, with all that is theirs',
    months: RETENTION_MONTHS.identity,
    over: `FROM citizen c WHERE coalesce(said_at, updated_at) < $1
      AND NOT EXISTS (SELECT FROM appointment a WHERE a.citizen_id = c.id AND a.start_at >= $1)`,
  },
  {
    what: 'entries of the access record',
    months: RETENTION_MONTHS.accesses,
    over: 'FROM audit_entry WHERE at < $1',
  },
];

export interface Retained {
  what: string;
  before: Temporal.Instant;
  rows: number;
}

/** Deletes (or, in a dry run, counts) what is over, in one transaction. @returns a row of the report for each rule */
export async function applyRetention(query: Query, now: Temporal.Instant, dryRun: boolean): Promise<Retained[]> {
  const report: Retained[] = [];
  await query('BEGIN');
  for (const { what, months, over } of RULES) {
    const before = now.toZonedDateTimeISO('Europe/Rome').subtract({ months }).toInstant();
    const { rows } = await query(`WITH gone AS (DELETE ${over} RETURNING 1) SELECT count(*) AS rows FROM gone`, [
      before,
    ]);
    report.push({ what, before, rows: Number(rows[0]?.rows) });
  }
  await query(dryRun ? 'ROLLBACK' : 'COMMIT');
  return report;
}
