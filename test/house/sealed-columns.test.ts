import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { SEALED_COLUMNS } from '#src/common/sealed-columns.js';
import { testDatabase, type TestDatabase } from '../support/database.ts';

/** Bytes that are no boxes: hashes, and keys by which something is found. A new one is either sealed or listed here. */
const NOT_SEALED = [
  'audit_link.digest',
  'audit_link.mac',
  'cns_ticket.browser_hash',
  'cns_ticket.ticket_hash',
  'session.token_hash',
  'staff_request.browser_hash',
  'staff_request.state_hash',
];

let db: TestDatabase;
before(async () => {
  db = await testDatabase();
});
after(() => db.drop());

describe('the list of sealed columns', () => {
  it('names every column of bytes that is not listed as something else', async () => {
    const rows = await db.query<{ name: string }>(
      `SELECT table_name || '.' || column_name AS name FROM information_schema.columns
       WHERE table_schema = 'public' AND (data_type = 'bytea' OR (column_name LIKE '%sealed%' AND data_type IN ('text', 'jsonb')))
         AND (table_name, column_name) NOT IN (SELECT c.relname, a.attname FROM pg_inherits i
           JOIN pg_class c ON c.oid = i.inhrelid JOIN pg_attribute a ON a.attrelid = c.oid)`,
    );
    const listed = [...SEALED_COLUMNS.map(({ table, column }) => `${table}.${column}`), ...NOT_SEALED];
    assert.deepEqual(rows.map(({ name }) => name).toSorted(), listed.toSorted());
  });

  it('names the primary key of each table, and columns that exist', async () => {
    for (const { table, keys, with: others = [], endsAt } of SEALED_COLUMNS) {
      const rows = await db.query<{ name: string }>(
        `SELECT a.attname AS name FROM pg_index i, unnest(i.indkey) WITH ORDINALITY k (attnum, place)
           JOIN pg_attribute a ON a.attnum = k.attnum
         WHERE i.indrelid = $1::regclass AND i.indisprimary AND a.attrelid = i.indrelid ORDER BY k.place`,
        [table],
      );
      assert.deepEqual(
        rows.map(({ name }) => name),
        [...keys],
        table,
      );
      for (const column of [...others, ...(endsAt ? [endsAt] : [])])
        await db.query(`SELECT ${column} FROM ${table} LIMIT 0`);
    }
  });

  it('says of what cannot be sealed anew when it is over', () => {
    for (const { table, context, endsAt } of SEALED_COLUMNS)
      assert.equal(context === null, endsAt !== undefined, table);
  });
});
