import assert from 'node:assert/strict';
import { after, before, it } from 'node:test';
import { seedPeople } from '../../scripts/lib/seed.ts';
import type { Query } from '../../scripts/lib/query.ts';
import { NOW } from '../support/app.ts';
import { testDatabase, type TestDatabase } from '../support/database.ts';

let db: TestDatabase;
before(async () => (db = await testDatabase()));
after(() => db.drop());

it('gives the demonstration people contacts in every state, once', async () => {
  const query: Query = async (sql, parameters) => ({ rows: await db.query(sql, parameters) });
  const now = Temporal.Instant.from(NOW);
  await seedPeople(query, now);
  await seedPeople(query, now);
  const contacts = await db.query(
    `SELECT c.name, kind, bounced_at IS NOT NULL AS bounced FROM contact JOIN citizen c ON c.id = citizen_id ORDER BY c.name, kind`,
  );
  assert.deepEqual(contacts, [
    { name: 'Giovanni', kind: 'email', bounced: true },
    { name: 'Maria', kind: 'email', bounced: false },
    { name: 'Maria', kind: 'mobile', bounced: false },
  ]);
});
