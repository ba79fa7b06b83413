import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import { applyRetention } from '../../scripts/lib/retention.ts';
import { asOwner } from '../../scripts/lib/database.ts';
import { queryOf } from '../../scripts/lib/query.ts';
import { testDatabase, type TestDatabase } from '../support/database.ts';

const NOW = Temporal.Instant.from('2028-04-01T07:00:00Z');
const OLD = '2026-03-31T06:00:00Z';
const RECENT = '2026-04-02T06:00:00Z';

let data: TestDatabase;
let office: string;
before(async () => {
  data = await testDatabase();
  office = (await data.query<{ id: string }>('SELECT id FROM office ORDER BY id LIMIT 1'))[0]!.id;
  await person('gone', OLD);
  await person('stays', RECENT);
});
after(() => data.drop());

describe('retention, as the privacy notice says it', () => {
  it('changes nothing in a dry run, and says what would go', async () => {
    const report = await apply(true);
    assert.deepEqual(
      report.map(({ rows }) => rows),
      [2, 2, 1, 1],
    );
    assert.deepEqual(await names(), ['gone', 'stays']);
  });

  it('deletes what is over and no more', async () => {
    await apply(false);
    assert.deepEqual(await names(), ['stays']);
    assert.deepEqual(await count('appointment'), 1, 'the appointment of 2026-04-02 is kept for 24 months');
    assert.equal(await count('slot'), 1);
    assert.equal(await count('notice'), 1);
    assert.equal(await count('audit_entry'), 1);
  });

  it('has nothing to do when repeated', async () => {
    assert.deepEqual(
      (await apply(false)).map(({ rows }) => rows),
      [0, 0, 0, 0],
    );
  });
});

function apply(dryRun: boolean) {
  return asOwner(data.owner, (client) => applyRetention(queryOf(client), NOW, dryRun));
}

/** A person last seen at an instant, with an old and (if they stay) a recent appointment, a notice, an audit entry. */
async function person(name: string, seen: string): Promise<void> {
  const id = randomUUID();
  await data.query(
    `INSERT INTO citizen (id, identity_key, name, family_name, said_at, created_at, updated_at) VALUES ($1, $2, $3, 'X', $4, $4, $4)`,
    [id, `eidas:test:${name}`, name, seen],
  );
  await appointment(id, OLD);
  if (seen === RECENT) await appointment(id, RECENT);
  await data.query(
    `INSERT INTO notice (id, citizen_id, type, source, source_id, text_key, created_at) VALUES ($1, $2, 'institutional', 'test', $3, 'a.b', $4)`,
    [randomUUID(), id, name, seen],
  );
  await data.query(
    `INSERT INTO audit_entry (at, action, subject, actor_kind, actor, purpose) VALUES ($1, 'test.read', $2, 'system', 'seed', 'service')`,
    [seen, id],
  );
}

async function appointment(citizen: string, at: string): Promise<void> {
  await data.query(
    `WITH s AS (INSERT INTO slot (office_id, channel, pool, start_at, minutes, public_seats, limit_seats, booked)
       VALUES ($3, 'desk', $6, $4, 20, 5, 5, 1) RETURNING id)
     INSERT INTO appointment (id, request_id, citizen_id, slot_id, office_id, topic_id, channel, start_at, minutes, state, held_at, hold_until,
       number, details_at, created_at, confirmed_at, updated_at)
     SELECT $1, $5, $2, s.id, $3, 'pensioni', 'desk', $4, 20, 'ended', $4, $4, 'RM-' || lpad((random() * 9999)::int::text, 4, '0'), $4, $4, $4, $4 FROM s`,
    [randomUUID(), citizen, office, at, randomUUID(), `test-${randomUUID().slice(0, 8)}`],
  );
}

async function names(): Promise<string[]> {
  return (await data.query<{ name: string }>('SELECT name FROM citizen ORDER BY name')).map(({ name }) => name);
}

async function count(table: string): Promise<number> {
  return (await data.query<{ n: number }>(`SELECT count(*) AS n FROM ${table}`))[0]!.n;
}
