import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import pg from 'pg';
import { actorStatements, citizen, staff, system, type Actor } from '#src/common/actor.js';
import { Database, Sources } from '#src/common/database.js';
import { dataSource } from '#src/data-source.js';
import { NOW } from '../support/app.ts';
import { testDatabase, type TestDatabase } from '../support/database.ts';
import { arrange, ARRANGED, NOT_ARRANGED, personalTables, rightsOf, type Rights } from '../support/two-people.ts';

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
let clients: Record<Login, pg.Pool>;
before(async () => {
  data = await testDatabase();
  db = new Database(
    new Sources(
      dataSource({ url: data.web, pool: 4, name: 'test' }),
      dataSource({ url: data.worker, pool: 2, name: 'test' }),
    ),
  );
  await db.onModuleInit();
  const pool = (connectionString: string) => new pg.Pool({ connectionString, max: 1, options: '-c timezone=UTC' });
  clients = { web: pool(data.web), worker: pool(data.worker) };
  for (const person of [MARIA, LUCA]) await arrange(data, person, NOW);
});
after(async () => {
  await Promise.all([clients.web.end(), clients.worker.end()]);
  await db.onApplicationShutdown();
  await data.drop();
});

describe('isolation by PostgreSQL', () => {
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

type Login = 'web' | 'worker';
/** What became of a statement: the rows and how many it touched, or PostgreSQL's code of the refusal. */
interface Outcome {
  rows: string[];
  count: number;
  code: string;
}

/** Tables whose own rows a citizen reads with the login of the pages: all of them, and nothing else. */
const READ = [
  'appointment',
  'audit_entry',
  'citizen',
  'consent_event',
  'contact',
  'contact_change',
  'data_export',
  'export_chunk',
  'notice',
  'notice_preference',
  'notice_setting',
  'outgoing_message',
  'parked_form',
  'postal_address',
  'right_event',
  'right_request',
];
/** Those into which a citizen writes rows of their own: where a refusal for another says something. */
const WRITTEN = READ.filter((table) => !['contact_change', 'export_chunk'].includes(table));
/** What the person alone may change, nobody for them (design.md: contacts, consents, preferences, exports, rights). */
const OWN_HAND = [
  'consent_event',
  'contact',
  'contact_change',
  'data_export',
  'export_chunk',
  'notice_preference',
  'notice_setting',
  'postal_address',
  'right_event',
  'right_request',
];
const REFUSED = { rows: [], count: 0, code: '42501' };

describe('the rows of two people', () => {
  it('are there, in every table that holds rows of persons', async () => {
    assert.deepEqual(await unarranged(), []);
    for (const table of Object.keys(ARRANGED)) {
      const [mine, theirs] = [await rowsOf(table, MARIA), await rowsOf(table, LUCA)];
      assert.ok(mine.length > 0 && theirs.length > 0, table);
      assert.deepEqual(
        mine.filter((row) => theirs.includes(row)),
        [],
        table,
      );
    }
  });

  it('are wanting as soon as there is a new table: the walk is awake', async () => {
    for (const columns of [
      'citizen_id uuid',
      'subject uuid',
      'whose uuid REFERENCES citizen',
      'of uuid REFERENCES notice',
    ]) {
      await data.query(`CREATE TABLE new_table (id uuid, ${columns})`);
      assert.deepEqual(await unarranged(), ['new_table']);
      await data.query('DROP TABLE new_table');
    }
  });

  it('are seen by the walk where a policy is missing: it is able to fail', async () => {
    await data.query('ALTER TABLE notice DISABLE ROW LEVEL SECURITY');
    try {
      const rights = await rightsOf(data, 'myinps_web', 'notice');
      await assert.rejects(seesOwn('web', 'notice', rights, citizen(MARIA)), assert.AssertionError);
      await assert.rejects(changesOwn('web', 'notice', rights), assert.AssertionError);
      await assert.rejects(addsOwn('web', 'notice', rights), assert.AssertionError);
      const named = `WHERE ${json(rights.read)} = ANY($1::jsonb[])`;
      const theirs = await rowsOf('notice', LUCA, rights.read);
      const sql = `UPDATE notice t SET read_at = t.read_at ${named}`;
      assert.equal((await attempt('web', citizen(MARIA), sql, [theirs])).count, 1, 'the statement names their row');
    } finally {
      await data.query('ALTER TABLE notice ENABLE ROW LEVEL SECURITY');
    }
  });

  for (const login of ['web', 'worker'] as const) {
    for (const table of Object.keys(ARRANGED)) {
      it(`stay apart in ${table}, for the login of the ${login}, however careless the query`, async () => {
        const rights = await rightsOf(data, `myinps_${login}`, table);
        for (const actor of [citizen(MARIA), citizen(MARIA, LUCA)]) await seesOwn(login, table, rights, actor);
        await changesOwn(login, table, rights);
        await addsOwn(login, table, rights);
      });

      it(`of ${table} are nobody's without an actor, for the login of the ${login}`, async () => {
        const { read, insert, update } = await rightsOf(data, `myinps_${login}`, table);
        const tried = [`DELETE FROM ${table}`];
        if (read.length > 0) tried.push(`SELECT ${read[0]} FROM ${table}`);
        for (const column of update) tried.push(`UPDATE ${table} SET ${column} = ${column}`);
        for (const actor of ['never said', 'said before'] as const) {
          for (const sql of tried) assert.deepEqual(await attempt(login, actor, sql), REFUSED, `${sql}, ${actor}`);
          const [mine] = await rowsOf(table, MARIA);
          if (insert.length > 0) assert.deepEqual(await inserted(login, actor, table, insert, mine!), REFUSED, actor);
        }
      });
    }
  }

  for (const table of OWN_HAND) {
    it(`of ${table} are written by the person themselves, never by a delegate`, async () => {
      for (const login of ['web', 'worker'] as const) {
        const { insert, update } = await rightsOf(data, `myinps_${login}`, table);
        const delegate = citizen(MARIA, LUCA);
        const rows = await rowsOf(table, MARIA);
        if (insert.length > 0)
          for (const row of rows)
            assert.deepEqual(await inserted(login, delegate, table, insert, changed(row, { actor: LUCA })), REFUSED);
        for (const column of update)
          untouched(await attempt(login, delegate, `UPDATE ${table} SET ${column} = ${column}`));
        untouched(await attempt(login, delegate, `DELETE FROM ${table}`));
      }
    });
  }

  it('of copies and rights requests are not even seen by a delegate', async () => {
    for (const table of ['data_export', 'export_chunk', 'right_request', 'right_event']) {
      const { count, code } = await attempt('web', citizen(MARIA, LUCA), `SELECT 1 FROM ${table}`);
      assert.deepEqual([count, code], [0, ''], table);
    }
  });

  it('of contacts get no code that a delegate asked for', async () => {
    const ask = `SELECT reached FROM contact_change_ask('${randomUUID()}', 'email', 'a@b.example', ARRAY[repeat('y', 43)], NULL, repeat('y', 43), '${NOW}')`;
    assert.deepEqual(await attempt('web', citizen(MARIA, LUCA), ask), REFUSED);
    assert.equal((await attempt('web', citizen(MARIA), ask)).code, '');
  });
});

/** All own rows of the tables that are read, some of the others, never one of another person. */
async function seesOwn(login: Login, table: string, { read }: Rights, actor: Actor): Promise<void> {
  if (read.length === 0) {
    assert.deepEqual(await attempt(login, actor, `SELECT 1 FROM ${table}`), REFUSED);
    return;
  }
  const seen = await attempt(login, actor, `SELECT ${json(read)}::text AS row FROM ${table} t`);
  const [mine, theirs] = [await rowsOf(table, MARIA, read), await rowsOf(table, LUCA, read)];
  assert.ok(!mine.some((row) => theirs.includes(row)), 'what is read tells the two apart');
  assert.deepEqual(
    seen.rows.filter((row) => !mine.includes(row)),
    [],
  );
  const own = actor.kind === 'citizen' && actor.by === MARIA;
  if (login === 'web' && own)
    assert.deepEqual(seen.rows.toSorted(), READ.includes(table) ? mine.toSorted() : [], 'all of them');
}

/** No update and no delete reaches a row of another, whether the statement names it or no row at all. */
async function changesOwn(login: Login, table: string, { read, update }: Rights): Promise<void> {
  const theirs = `WHERE ${json(read)} = ANY($1::jsonb[])`;
  const [mine, other] = [await rowsOf(table, MARIA), await rowsOf(table, LUCA, read)];
  const changes = [
    ...update.map((column) => `UPDATE ${table} t SET ${column} = t.${column}`),
    `DELETE FROM ${table} t`,
  ];
  for (const sql of changes) {
    const { count } = await attempt(login, citizen(MARIA), sql);
    assert.ok(count <= mine.length, `${sql}: ${count}`);
    if (read.length > 0) untouched(await attempt(login, citizen(MARIA), `${sql} ${theirs}`, [other]));
  }
  // A statement that reads nothing is not held back by what may be read: the policy of the update alone decides.
  for (const column of update) {
    const value = `(jsonb_populate_record(NULL::${table}, $1)).${column}`;
    const { count } = await attempt(login, citizen(MARIA), `UPDATE ${table} SET ${column} = ${value}`, [mine[0]]);
    assert.ok(count <= mine.length, `${column}, blindly: ${count}`);
  }
  // Nor is an own row made another's.
  const { owner } = ARRANGED[table]!;
  const column = owner.startsWith('t.') ? owner.slice(2) : '';
  if (column)
    assert.deepEqual(await attempt(login, citizen(MARIA), `UPDATE ${table} SET ${column} = '${LUCA}'`), REFUSED);
}

/** The row of another, as it is but for who acts, is refused; one's own comes up to what else PostgreSQL checks. */
async function addsOwn(login: Login, table: string, { insert }: Rights): Promise<void> {
  if (insert.length === 0) return;
  for (const row of await rowsOf(table, LUCA))
    assert.deepEqual(await inserted(login, citizen(MARIA), table, insert, changed(row, { actor: MARIA })), REFUSED);
  if (login !== 'web') return;
  const [own] = await rowsOf(table, MARIA);
  const { code } = await inserted('web', citizen(MARIA), table, insert, own!);
  assert.equal(code !== '42501', WRITTEN.includes(table), `${table}: ${code}`);
}

function inserted(login: Login, actor: Who, table: string, columns: string[], row: string): Promise<Outcome> {
  const names = columns.join(', ');
  const sql = `INSERT INTO ${table} (${names}) SELECT ${names} FROM jsonb_populate_record(NULL::${table}, $1)`;
  return attempt(login, actor, sql, [row]);
}

function untouched({ count, code }: Outcome): void {
  assert.ok(count === 0 && ['', '42501'].includes(code), `${count} rows, ${code}`);
}

function changed(row: string, values: Record<string, string>): string {
  const fields = JSON.parse(row) as Record<string, unknown>;
  for (const [name, value] of Object.entries(values)) if (name in fields) fields[name] = value;
  return JSON.stringify(fields);
}

function json(columns: readonly string[]): string {
  return `jsonb_build_object(${columns.map((column) => `'${column.replaceAll('"', '')}', t.${column}`).join(', ')})`;
}

/** The rows of a person, as the owner of the database sees them. */
async function rowsOf(table: string, person: string, columns?: readonly string[]): Promise<string[]> {
  const what = columns ? json(columns) : 'to_jsonb(t)';
  const { owner } = ARRANGED[table]!;
  const rows = await data.query<{ row: string }>(`SELECT (${what})::text AS row FROM ${table} t WHERE ${owner} = $1`, [
    person,
  ]);
  return rows.map(({ row }) => row);
}

async function unarranged(): Promise<string[]> {
  const tables = await personalTables(data);
  const known = [...Object.keys(ARRANGED), ...Object.keys(NOT_ARRANGED)];
  assert.deepEqual(
    known.filter((table) => !tables.includes(table)),
    [],
    'no table is listed that is gone',
  );
  return tables.filter((table) => !known.includes(table));
}

type Who = Actor | 'never said' | 'said before';

/** One statement with a login of the program, taken back afterwards. */
async function attempt(login: Login, actor: Who, sql: string, values: unknown[] = []): Promise<Outcome> {
  // Whoever never said anything must not be given a connection that somebody used before.
  const pool = actor === 'never said' ? new pg.Pool({ connectionString: data[login] }) : clients[login];
  const client = await pool.connect();
  try {
    if (actor === 'said before') await client.query(`BEGIN; ${actorStatements(citizen(MARIA))}; COMMIT`);
    await client.query(typeof actor === 'string' ? 'BEGIN' : `BEGIN; ${actorStatements(actor)}`);
    const { rows, rowCount } = await client.query<{ row?: string }>(sql, values);
    return { rows: rows.map(({ row }) => row ?? ''), count: rowCount ?? 0, code: '' };
  } catch (error) {
    const { code } = error as { code?: string };
    assert.ok(code, String(error));
    return { rows: [], count: 0, code };
  } finally {
    await client.query('ROLLBACK');
    client.release();
    if (actor === 'never said') await pool.end();
  }
}
