import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { after, before, describe, it } from 'node:test';
import { Client } from 'pg';
import { importOffices, type Import, type Query } from '#src/appointments/office-import.js';
import { seedOffices } from '#src/appointments/seeds.js';
import { testDatabase, type TestDatabase } from '../support/database.ts';

const TODAY = Temporal.PlainDate.from('2026-04-01');
const SAMPLE = new URL('../../src/appointments/data/offices.csv', import.meta.url);

describe('the import of offices', () => {
  let db: TestDatabase;
  let client: Client;
  let query: Query;
  let lines: string[];

  before(async () => {
    db = await testDatabase();
    client = new Client({ connectionString: db.owner });
    await client.connect();
    query = async (sql, parameters = []) => client.query(sql, parameters);
    lines = (await readFile(SAMPLE, 'utf8')).trim().split('\n');
  });
  after(async () => {
    await client.end();
    await db.drop();
  });

  const take = (rows: string[], progress: (text: string) => void = () => {}): Promise<Import> =>
    importOffices(query, Buffer.from(`${rows.join('\n')}\n`), { today: TODAY, progress });
  const count = async (sql: string) => Number((await db.query<{ count: string }>(sql))[0]?.count);
  const failing: Query = async (sql, parameters) =>
    sql.includes('INTO comune_office') ? Promise.reject(new Error('lost')) : query(sql, parameters);
  const state = () => db.query('SELECT id, name, active, counters FROM office ORDER BY id');

  it('starts from a network with an office in every province and five offices near each comune', async () => {
    assert.equal(
      await count(
        'SELECT count(DISTINCT c.province) FROM office o JOIN comune c ON c.istat = o.comune_istat WHERE o.active',
      ),
      107,
    );
    assert.equal(await count('SELECT count(*) FROM comune'), 7896);
    assert.equal(await count('SELECT count(*) FROM comune_office'), 7896 * 5);
    assert.equal(await count("SELECT count(*) FROM office WHERE source <> 'sample'"), 0);
  });

  it('changes nothing when one row of the list is wrong', async () => {
    const untouched = await state();
    const result = await take([...lines.slice(0, 20), lines[20]!.replace('sample', 'forse')]);
    assert.equal(result.ok, false);
    assert.deepEqual(result.ok ? [] : result.problems.map(({ line }) => line), [21]);
    assert.deepEqual(await state(), untouched);
  });

  it('changes nothing when the database fails in the middle', async () => {
    const untouched = await state();
    await assert.rejects(
      importOffices(failing, Buffer.from(lines.join('\n')), { today: TODAY, progress: () => {} }),
      /lost/,
    );
    assert.deepEqual(await state(), untouched);
    assert.equal(await count('SELECT count(*) FROM comune_office'), 7896 * 5);
  });

  it('takes a shorter list: the others are closed, not deleted, and no comune points to them', async () => {
    const total = (await state()).length;
    const said: string[] = [];
    const result = await take(lines.slice(0, 11), (text) => said.push(text));
    assert.equal(result.ok, true);
    assert.equal(result.ok && result.closed.length, total - 10);
    assert.equal((await state()).length, total);
    assert.equal(await count('SELECT count(*) FROM office WHERE active'), 10);
    assert.equal(
      await count('SELECT count(*) FROM comune_office n JOIN office o ON o.id = n.office_id WHERE NOT o.active'),
      0,
    );
    assert.equal(await count('SELECT count(*) FROM comune_office'), 7896 * 5);
    assert.ok(
      said.some((text) => text.includes('7896 comuni su 7896')),
      said.join('; '),
    );
  });

  it('ranks the nearest first and measures from the seat of the comune', async () => {
    const rows = await db.query<{ comune_istat: string }>(
      'SELECT a.comune_istat FROM comune_office a JOIN comune_office b ON b.comune_istat = a.comune_istat AND b.rank = a.rank + 1 WHERE a.metres > b.metres',
    );
    assert.deepEqual(rows, []);
    const [own] = await db.query<{ metres: number }>(
      `SELECT n.metres FROM comune_office n JOIN office o ON o.id = n.office_id AND o.comune_istat = n.comune_istat AND o.id !~ '-\\d+-\\d+$' WHERE n.rank = 1 LIMIT 1`,
    );
    assert.ok((own?.metres ?? 9999) < 2500);
  });

  it('opens a closed office again when it is back in the list, with its new data', async () => {
    const result = await take([
      lines[0]!,
      ...lines.slice(1).map((line) => line.replace('Mo-Fr 08:30-12:30', 'Sa 09:00-11:00')),
    ]);
    assert.equal(result.ok && result.closed.length, 0);
    assert.equal(await count('SELECT count(*) FROM office WHERE NOT active'), 0);
    assert.ok((await count('SELECT count(*) FROM office_opening WHERE weekday = 6')) > 100);
  });

  it('is never undone by the demonstration seed of the next start', async () => {
    await take(lines.slice(0, 4));
    await seedOffices(query, TODAY, () => assert.fail('it was seeded again'));
    assert.equal(await count('SELECT count(*) FROM office WHERE active'), 3);
  });

  it('lets the web login read and not write', async () => {
    const web = new Client({ connectionString: db.web });
    await web.connect();
    try {
      assert.equal((await web.query('SELECT count(*)::int AS n FROM office WHERE active')).rows[0].n, 3);
      for (const sql of [
        'UPDATE office SET active = false',
        'DELETE FROM comune_office',
        "INSERT INTO topic VALUES ('x')",
        'SELECT * FROM office_import',
      ])
        await assert.rejects(web.query(sql), { code: '42501' }, sql);
    } finally {
      await web.end();
    }
  });
});
