// A release that goes wrong is taken back: each migration undoes what it did, and doing it again gives the same schema.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { DataSource } from 'typeorm';
import { dataSource } from '#src/data-source.js';
import { migrations } from '../../scripts/lib/database.ts';
import { testDatabase, type TestDatabase } from '../support/database.ts';

let db: TestDatabase;
let source: DataSource;
before(async () => {
  db = await testDatabase();
  source = dataSource({ url: db.owner, pool: 1, name: 'myinps migrations', migrations: await migrations() });
  await source.initialize();
});
after(async () => {
  await source.destroy();
  await db.drop();
});

/** Everything the migrations make, in the words of PostgreSQL's catalogue. */
async function schema(): Promise<string[]> {
  const rows = await db.query<{ line: string }>(`
    SELECT 'column ' || attrelid::regclass || '.' || attname || ' ' || format_type(atttypid, atttypmod) || ' ' || attnotnull || ' ' || coalesce(array_to_string(attacl, ','), '') AS line
      FROM pg_attribute JOIN pg_class c ON c.oid = attrelid WHERE relnamespace = 'public'::regnamespace AND attnum > 0 AND NOT attisdropped AND relkind IN ('r', 'p', 'v')
    UNION ALL SELECT 'table ' || oid::regclass || ' ' || relrowsecurity || ' ' || coalesce(array_to_string(relacl, ','), '') FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p', 'v')
    UNION ALL SELECT 'constraint ' || conrelid::regclass || ' ' || pg_get_constraintdef(oid) FROM pg_constraint WHERE connamespace = 'public'::regnamespace
    UNION ALL SELECT 'index ' || indexdef FROM pg_indexes WHERE schemaname = 'public'
    UNION ALL SELECT 'policy ' || tablename || ' ' || policyname || ' ' || roles::text || cmd || coalesce(qual, '') || coalesce(with_check, '') FROM pg_policies WHERE schemaname = 'public'
    UNION ALL SELECT 'trigger ' || pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal
    UNION ALL SELECT 'function ' || pg_get_functiondef(oid) || coalesce(array_to_string(proacl, ','), '') FROM pg_proc WHERE pronamespace = 'public'::regnamespace AND prokind = 'f'
    ORDER BY 1`);
  return rows.map(({ line }) => line);
}

describe('the migrations', () => {
  it('can be taken back to the first, and done again', async () => {
    const made = await schema();
    assert.ok(made.length > 500);
    for (let left = source.migrations.length; left > 0; left--) await source.undoLastMigration({ transaction: 'each' });
    const rest = (await schema()).filter((line) => !/\bmigration\b/.test(line));
    assert.deepEqual(rest, []);
    await source.runMigrations({ transaction: 'each' });
    assert.deepEqual(await schema(), made);
  });
});
