// What a page of /dati/accessi reads, for people with few and with many entries: for its test and for the benchmark.
import type pg from 'pg';
import { parameter } from '#src/common/pg-types.js';
import type { Database } from '#src/common/database.js';
import { AccessesRepository, type AccessQuery } from '#src/profile/accesses.repository.js';

export interface Person {
  id: string;
  entries: number;
}

/** Two years, evenly, newest at `until`; a quarter by the staff, of every kind, as the bulk of a record looks. */
export async function fillRecord(client: pg.Client, people: readonly Person[], until: string): Promise<void> {
  for (let month = 0; month < 26; month++)
    await client.query('SELECT audit_partitions($1::timestamptz - make_interval(months => $2), 0)', [until, month]);
  for (const { id, entries } of people) {
    await client.query(
      `INSERT INTO audit_entry (at, action, kind, subject, actor_kind, actor, office, purpose)
       SELECT $1::timestamptz - (interval '700 days' * n / $3::int), CASE n % 5 WHEN 0 THEN 'profile.residence' ELSE 'dashboard.read' END,
         CASE n % 5 WHEN 0 THEN 'change' ELSE 'read' END, $2::uuid, CASE n % 4 WHEN 0 THEN 'staff' ELSE 'citizen' END,
         CASE n % 4 WHEN 0 THEN 'op-1' ELSE $2::text END, CASE n % 4 WHEN 0 THEN 'RM-1' END, 'service'
       FROM generate_series(0, $3::int - 1) n ORDER BY n DESC`,
      [until, id, entries],
    );
  }
  // Nobody seals them: they are here to be read.
  await client.query('DELETE FROM audit_unsealed');
  await client.query('VACUUM (ANALYZE) audit_entry');
}

export interface Cost {
  buffers: number;
  ms: number;
  rows: number;
}

/** One page as the web login reads it, as PostgreSQL counts it. */
export async function costOf(web: pg.Client, query: AccessQuery): Promise<Cost> {
  const [sql, values] = await statementOf(query);
  await web.query(
    `BEGIN; SET LOCAL app.kind = 'citizen'; SET LOCAL app.subject = '${query.subject}'; SET LOCAL app.by = '${query.subject}'`,
  );
  try {
    const { rows } = await web.query(`EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) ${sql}`, values.map(parameter));
    const [{ Plan: plan, 'Execution Time': ms }] = rows[0]['QUERY PLAN'];
    return { buffers: plan['Shared Hit Blocks'] + plan['Shared Read Blocks'], ms, rows: plan['Actual Rows'] };
  } finally {
    await web.query('ROLLBACK');
  }
}

/** What the repository would send. */
async function statementOf(query: AccessQuery): Promise<[string, unknown[]]> {
  let sent: [string, unknown[]] = ['', []];
  const ears = {
    query: async (sql: string, values: unknown[]) => {
      sent = [sql, values];
      return [];
    },
  } as unknown as Database;
  await new AccessesRepository(ears).page(query);
  return sent;
}
