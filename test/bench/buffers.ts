// Buffers that each statement of a page reads, as PostgreSQL counts them, for the same persons' pages.
import pg from 'pg';
import { poolOptions } from '#src/data-source.js';
import { hashOf, type Person } from './people.ts';
import { concrete, type Recorded, type Script } from './statements.ts';

/** One statement: its beginning, and the buffers it read, on average. */
export interface Read {
  statement: string;
  buffers: number;
}

/** As the web login, on behalf of each person in turn; the second pass counts, when hints and caches are in place. */
export async function buffersOf(webUrl: string, script: Script, persons: readonly Person[]): Promise<Read[]> {
  const client = new pg.Client({ connectionString: webUrl, ...poolOptions(1) });
  await client.connect();
  try {
    const sums = new Map<Recorded, number>();
    for (const pass of [1, 2]) {
      for (const person of persons) {
        for (const statement of script.statements) {
          const read = await run(client, statement, person);
          if (pass === 2 && read !== null) sums.set(statement, (sums.get(statement) ?? 0) + read);
        }
      }
    }
    return [...sums].map(([{ text }, sum]) => ({
      statement: text.replace(/\s+/g, ' ').trim(),
      buffers: sum / persons.length,
    }));
  } finally {
    await client.end();
  }
}

/** @returns null for what only opens, sets or ends */
async function run(client: pg.Client, statement: Recorded, person: Person): Promise<number | null> {
  const { text, values } = concrete(statement, {
    citizen: person.id,
    office: person.office,
    comune: person.comune,
    hash: hashOf(person),
  });
  if (!/^\s*(SELECT|WITH)\b/.test(text)) {
    await client.query(text, values);
    return null;
  }
  const { rows } = await client.query<{ 'QUERY PLAN': { Plan: Record<string, number> }[] }>(
    `EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) ${text}`,
    values,
  );
  const plan = rows[0]?.['QUERY PLAN'][0]?.Plan ?? {};
  return (plan['Shared Hit Blocks'] ?? 0) + (plan['Shared Read Blocks'] ?? 0);
}
