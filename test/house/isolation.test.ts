import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import pg from 'pg';
import { citizen, staff, system } from '#src/common/actor.js';
import { Database, Sources } from '#src/common/database.js';
import { dataSource } from '#src/data-source.js';
import { testDatabase, type TestDatabase } from '../support/database.ts';
import { NOW } from '../support/app.ts';

/** Tables without row-level security, each with its reason: nothing in them is about a person. */
const OPEN: Record<string, string> = {
  province: 'public reference data',
  comune: 'public reference data',
  topic: 'public reference data',
  office: 'public opening data',
  office_opening: 'public opening data',
  office_channel: 'public opening data',
  office_topic: 'public opening data',
  office_closure: 'public opening data',
  office_extra_opening: 'public opening data',
  comune_office: 'public opening data',
  office_import: 'which list of offices is in use; the owner alone may read it',
  migration: 'names of the changes made to the schema',
};

/** Functions of the owner's without a search path of their own, which would cost each page its plan (migration 0012). */
const NAMED_IN_FULL = ['audit_enqueue', 'audit_read'];

const MARIA = randomUUID();
const LUCA = randomUUID();

let data: TestDatabase;
let db: Database;
before(async () => {
  data = await testDatabase();
  db = new Database(
    new Sources(
      dataSource({ url: data.web, pool: 4, name: 'test' }),
      dataSource({ url: data.worker, pool: 2, name: 'test' }),
    ),
  );
  await db.onModuleInit();
  for (const [id, code] of [
    [MARIA, 'RSSMRA80E55H501U'],
    [LUCA, 'SPSLCU95T03F839O'],
  ] as const) {
    await data.query(
      `INSERT INTO citizen (id, identity_key, fiscal_code, name, family_name, created_at, updated_at) VALUES ($1, $2, $3, 'N', 'C', $4, $4)`,
      [id, `cf:${code}`, code, NOW],
    );
    await data.query(
      `INSERT INTO notice (id, citizen_id, type, source, source_id, text_key, created_at) VALUES ($1, $2, 'institutional', 'test', $3, 'notifications.welcome', $4)`,
      [randomUUID(), id, id, NOW],
    );
    await data.query(
      `INSERT INTO parked_form (id, citizen_id, sealed, parked_at, expires_at) VALUES ($1, $2, 'x', $3, $3)`,
      [randomUUID(), id, NOW],
    );
    await data.query(
      `INSERT INTO audit_entry (at, action, subject, actor_kind, actor, purpose) VALUES ($1, 'test.read', $2, 'system', 'seed', 'service')`,
      [NOW, id],
    );
  }
});
after(async () => {
  await db.onApplicationShutdown();
  await data.drop();
});

const PERSONAL = ['notice', 'parked_form', 'audit_entry', 'appointment'] as const;

describe('isolation by PostgreSQL', () => {
  for (const table of PERSONAL) {
    it(`shows a citizen only their own rows of ${table}, however careless the query`, async () => {
      const rows = await db.actingAs(citizen(MARIA), () =>
        db.query<{ citizen: string }>(`SELECT ${ownerOf(table)} AS citizen FROM ${table}`),
      );
      assert.equal(
        rows.every((row) => row.citizen === MARIA),
        true,
      );
      if (table !== 'appointment') assert.equal(rows.length, 1);
    });
  }

  it('shows a citizen only themselves', async () => {
    const rows = await db.actingAs(citizen(LUCA), () => db.query<{ id: string }>('SELECT id FROM citizen'));
    assert.deepEqual(rows, [{ id: LUCA }]);
  });

  it('refuses to write a row for somebody else', async () => {
    const write = db.actingAs(citizen(MARIA), () =>
      db.execute(
        `INSERT INTO notice (id, citizen_id, type, source, source_id, text_key, created_at) VALUES ($1, $2, 'institutional', 'test', 'forged', 'a.b', $3)`,
        [randomUUID(), LUCA, NOW],
      ),
    );
    await assert.rejects(write, { code: '42501' });
  });

  it('refuses a query that says nobody, on a new connection and on one used before', async () => {
    const client = new pg.Client({ connectionString: data.web });
    await client.connect();
    await assert.rejects(client.query('SELECT * FROM notice'), { code: '42501' });
    await client.query(`BEGIN; SET LOCAL app.kind = 'citizen'; SET LOCAL app.subject = '${MARIA}'; COMMIT`);
    await assert.rejects(client.query('SELECT * FROM notice'), { code: '42501' });
    await client.end();
  });

  it('refuses a query outside a unit of work before it reaches PostgreSQL', async () => {
    await assert.rejects(db.query('SELECT 1'), /outside a unit of work/);
  });

  it('shows system work without a policy nothing, and staff nothing yet', async () => {
    for (const actor of [system('public'), staff('op-1', 'RM-1')]) {
      const rows = await db.actingAs(actor, () => db.query('SELECT id FROM notice'));
      assert.deepEqual(rows, []);
    }
  });

  it('refuses an actor whose identifier is not of its form', async () => {
    const forged = citizen(`${MARIA}'; SET ROLE postgres; --`);
    await assert.rejects(
      db.actingAs(forged, async () => {}),
      TypeError,
    );
  });

  it('keeps sessions out of reach of every query: only by the hash of a token', async () => {
    await assert.rejects(
      db.actingAs(system('sign-in'), () => db.query('SELECT * FROM session')),
      { code: '42501' },
    );
  });

  it('lets nobody change or delete an audit entry', async () => {
    for (const sql of ["UPDATE audit_entry SET action = 'a.b'", 'DELETE FROM audit_entry', 'TRUNCATE audit_entry']) {
      await assert.rejects(
        db.actingAs(citizen(MARIA), () => db.execute(sql)),
        { code: '42501' },
      );
      await assert.rejects(
        db.asWorker(() => db.actingAs(system('worker'), () => db.execute(sql))),
        { code: '42501' },
      );
    }
  });

  it('lets nobody sign an audit entry with another name', async () => {
    const forged = db.actingAs(citizen(MARIA), () =>
      db.execute(
        `INSERT INTO audit_entry (at, action, subject, actor_kind, actor, purpose) VALUES ($1, 'a.b', $2, 'citizen', $3, 'service')`,
        [NOW, MARIA, LUCA],
      ),
    );
    await assert.rejects(forged, { code: '42501' });
  });

  it('restores the outer actor after a nested unit, also when that one fails', async () => {
    await db.actingAs(citizen(MARIA), async () => {
      await db.actingAs(citizen(LUCA), async () =>
        assert.deepEqual(await db.query('SELECT id FROM citizen'), [{ id: LUCA }]),
      );
      assert.deepEqual(await db.query('SELECT id FROM citizen'), [{ id: MARIA }]);
      await assert.rejects(db.actingAs(citizen(LUCA), () => db.query('SELECT * FROM nowhere')));
      assert.deepEqual(await db.query('SELECT id FROM citizen'), [{ id: MARIA }]);
    });
  });

  it('rolls back everything when the work fails', async () => {
    const moved = db.actingAs(citizen(MARIA), async () => {
      await db.execute("UPDATE citizen SET residence_istat = '058091' WHERE id = $1", [MARIA]);
      throw new Error('after the write');
    });
    await assert.rejects(moved, /after the write/);
    assert.deepEqual(await data.query('SELECT residence_istat FROM citizen WHERE id = $1', [MARIA]), [
      { residence_istat: null },
    ]);
  });

  it('goes on after a savepoint whose statement took too long', async () => {
    await db.actingAs(citizen(MARIA), async () => {
      await assert.rejects(
        db.savepoint(() => db.query('SELECT pg_sleep(1)'), { timeoutMs: 50 }),
        { code: '57014' },
      );
      assert.deepEqual(await db.query('SELECT id FROM citizen'), [{ id: MARIA }]);
    });
  });

  it('has row-level security on every table, or a reason listed here', async () => {
    const tables = await data.query<{ relname: string; relrowsecurity: boolean }>(
      `SELECT relname, relrowsecurity FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
       WHERE n.nspname = 'public' AND c.relkind IN ('r', 'p') ORDER BY relname`,
    );
    assert.ok(tables.length > 15);
    const open = tables.filter((table) => !table.relrowsecurity).map((table) => table.relname);
    assert.deepEqual(open.toSorted(), Object.keys(OPEN).toSorted());
  });

  // A partition without a policy is shut: its rows are had through the table it belongs to, by that table's policies.
  it('has a policy on every table with row-level security but sessions, which have functions', async () => {
    const bare = await data.query<{ relname: string }>(
      `SELECT relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
       WHERE n.nspname = 'public' AND c.relrowsecurity AND NOT c.relispartition AND NOT EXISTS (SELECT 1 FROM pg_policy p WHERE p.polrelid = c.oid)`,
    );
    assert.deepEqual(bare, [{ relname: 'session' }]);
  });

  it('gives the logins of the program no power to go around', async () => {
    const roles = await data.query(
      `SELECT rolname FROM pg_roles WHERE (rolname LIKE 'myinps_test%login' OR rolname IN ('myinps_web', 'myinps_worker'))
         AND (rolsuper OR rolbypassrls OR rolcreaterole OR rolcreatedb)`,
    );
    assert.deepEqual(roles, []);
  });

  it('opens functions that run as the owner to the logins that need them alone', async () => {
    const open = await data.query<{ proname: string }>(
      `SELECT proname FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
       WHERE n.nspname = 'public' AND prosecdef AND (proacl IS NULL OR EXISTS (SELECT 1 FROM aclexplode(proacl) a WHERE a.grantee = 0))`,
    );
    assert.deepEqual(open, []);
  });

  it('lets no temporary table of a login stand in for a table that such a function names', async () => {
    const functions = await data.query<{ proname: string; proconfig: string[] | null; prosrc: string }>(
      `SELECT proname, proconfig, prosrc FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace WHERE n.nspname = 'public' AND prosecdef`,
    );
    assert.ok(functions.length >= 5);
    const loose = functions.filter(({ proconfig }) => !proconfig?.includes('search_path=pg_catalog, public, pg_temp'));
    assert.deepEqual(loose.map(({ proname }) => proname).toSorted(), NAMED_IN_FULL);
    // They name a schema wherever a table or function is named.
    const named = /\b(?:INTO|FROM|JOIN|UPDATE)\s+(?!public\.)\w+|(?<!public\.)\bapp_\w+\(/;
    assert.deepEqual(
      loose.filter(({ prosrc }) => named.test(prosrc)),
      [],
    );
  });
});

function ownerOf(table: (typeof PERSONAL)[number]): string {
  return table === 'audit_entry' ? 'subject' : 'citizen_id';
}
