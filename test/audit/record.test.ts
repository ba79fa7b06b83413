import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type pg from 'pg';
import { citizen, staff, system } from '#src/common/actor.js';
import { NOW } from '../support/app.ts';
import { auditGround, LUCA, MARIA, type Ground } from './audit-support.ts';

const REFUSED = { code: '42501' };

let ground: Ground;
before(async () => {
  ground = await auditGround();
  await ground.append(2, MARIA);
  await ground.append(1, LUCA);
});
after(() => ground.close());

describe('the audit record, with the web login’s own connection', () => {
  let web: pg.Client;
  before(async () => (web = await ground.connection('web')));

  const asMaria = async (sql: string) => {
    await web.query(
      `BEGIN; SET LOCAL app.kind = 'citizen'; SET LOCAL app.subject = '${MARIA}'; SET LOCAL app.by = '${MARIA}'`,
    );
    try {
      return await web.query(sql);
    } finally {
      await web.query('ROLLBACK');
    }
  };
  const insert = (columns: string, values: string) =>
    asMaria(`INSERT INTO audit_entry (at, action, ${columns}) VALUES ('${NOW}', 'test.forged', ${values})`);

  it('takes what a citizen does with their own data, so that the refusals below mean something', async () => {
    assert.equal(
      (await insert('subject, actor_kind, actor, purpose', `'${MARIA}', 'citizen', '${MARIA}', 'service'`)).rowCount,
      1,
    );
  });

  for (const [what, sql] of [
    ['UPDATE', "UPDATE audit_entry SET action = 'a.b'"],
    ['UPDATE of a month', "UPDATE audit_entry_rest SET action = 'a.b'"],
    ['DELETE', 'DELETE FROM audit_entry'],
    ['TRUNCATE', 'TRUNCATE audit_entry'],
    ['reading around the policies', 'SELECT * FROM audit_entry_rest'],
    [
      'an id of one’s own',
      `INSERT INTO audit_entry (id, at, action, subject, actor_kind, actor, purpose) OVERRIDING SYSTEM VALUE VALUES (1, '${NOW}', 'a.b', '${MARIA}', 'citizen', '${MARIA}', 'service')`,
    ],
    ['reading seals', 'SELECT * FROM audit_link'],
    ['emptying the queue of the sealer', 'DELETE FROM audit_unsealed'],
    ['ending months', "SELECT audit_retire('2030-01-01', false)"],
    ['making months', `SELECT audit_partitions('${NOW}', 1)`],
  ] as const) {
    it(`refuses ${what}`, () => assert.rejects(asMaria(sql), REFUSED));
  }

  it('refuses an entry about somebody else', () =>
    assert.rejects(
      insert('subject, actor_kind, actor, purpose', `'${LUCA}', 'citizen', '${MARIA}', 'service'`),
      REFUSED,
    ));
  it('refuses an entry in another name', () =>
    assert.rejects(
      insert('subject, actor_kind, actor, purpose', `'${MARIA}', 'citizen', '${LUCA}', 'service'`),
      REFUSED,
    ));
  it('refuses an entry as the staff', () =>
    assert.rejects(insert('subject, actor_kind, actor, purpose', `'${MARIA}', 'staff', 'op-1', 'service'`), REFUSED));
  it('refuses an office that is not the actor’s', () =>
    assert.rejects(
      insert('subject, actor_kind, actor, office, purpose', `'${MARIA}', 'citizen', '${MARIA}', 'RM-1', 'service'`),
    ));

  it('refuses to read when nobody is said', () => assert.rejects(web.query('SELECT * FROM audit_entry'), REFUSED));
  it('refuses a read of a page as anything but a citizen', () =>
    assert.rejects(
      web
        .query(
          `BEGIN; SET LOCAL app.kind = 'system'; SET LOCAL app.subject = 'public'; SELECT audit_read('${NOW}', 'a.b', NULL)`,
        )
        .finally(() => web.query('ROLLBACK')),
      REFUSED,
    ));
  it('refuses to append when nobody is said', () =>
    assert.rejects(web.query(`SELECT audit_read('${NOW}', 'a.b', NULL)`), REFUSED));
});

describe('the audit record', () => {
  it('lets the worker change nothing either', async () => {
    for (const sql of [
      "UPDATE audit_entry SET action = 'a.b'",
      'DELETE FROM audit_entry',
      'DELETE FROM audit_link',
      'TRUNCATE audit_link',
      "UPDATE audit_link SET key_id = 'x'",
      "SELECT audit_retire('2030-01-01', false)",
    ])
      await assert.rejects(
        ground.db.asWorker(() => ground.db.actingAs(system('sealer'), () => ground.db.execute(sql))),
        REFUSED,
        sql,
      );
  });

  it('refuses changes to the owner too: only the functions for it may', async () => {
    await ground.seal();
    for (const table of ['audit_entry', 'audit_entry_rest', 'audit_link', 'audit_retirement']) {
      await assert.rejects(ground.data.query(`TRUNCATE ${table}`), REFUSED, table);
      if (table === 'audit_retirement') continue;
      await assert.rejects(ground.data.query(`DELETE FROM ${table}`), REFUSED, table);
      await assert.rejects(
        ground.data.query(`UPDATE ${table} SET ${table === 'audit_link' ? "key_id = 'x'" : "action = 'a.b'"}`),
        REFUSED,
        table,
      );
    }
  });

  it('is not opened by the setting of the functions alone', async () => {
    const web = await ground.connection('web');
    await web.query(
      `BEGIN; SET LOCAL audit.maintenance = 'yes'; SET LOCAL app.kind = 'citizen'; SET LOCAL app.subject = '${MARIA}'; SET LOCAL app.by = '${MARIA}'`,
    );
    await assert.rejects(web.query('DELETE FROM audit_entry'), REFUSED);
  });

  it('lets investigations be written by the staff alone, and shows them to nobody they are about', async () => {
    const write = (actor: Parameters<typeof ground.db.actingAs>[0]) =>
      ground.db.actingAs(actor, () =>
        ground.audit.record({ action: 'file.read', subject: LUCA, purpose: 'investigation' }),
      );
    await write(staff('op-1', 'RM-1'));
    await assert.rejects(write(citizen(LUCA)), { code: '23514' });
    await assert.rejects(write(system('sign-in')), { code: '23514' });
    const seen = await ground.db.actingAs(citizen(LUCA), () =>
      ground.db.query<{ purpose: string }>('SELECT purpose FROM audit_entry'),
    );
    assert.deepEqual(
      seen.map(({ purpose }) => purpose),
      ['service'],
    );
  });

  it('keeps the office of the staff, and tells apart who acted', async () => {
    const subject = MARIA;
    const record = () => ground.audit.record({ action: 'who.test', subject, purpose: 'service' });
    for (const actor of [citizen(subject), citizen(subject, LUCA), staff('op-1', 'RM-1'), system('delivery')])
      await ground.db.actingAs(actor, record);
    const rows = await ground.data.query("SELECT who, office FROM audit_entry WHERE action = 'who.test' ORDER BY id");
    assert.deepEqual(rows, [
      { who: 'self', office: null },
      { who: 'delegate', office: null },
      { who: 'staff', office: 'RM-1' },
      { who: 'system', office: null },
    ]);
  });

  it('shows a delegate what they did, and nothing else of the person', async () => {
    const rows = await ground.db.actingAs(citizen(MARIA, LUCA), () =>
      ground.db.query('SELECT who, actor FROM audit_entry'),
    );
    assert.deepEqual(rows, [{ who: 'delegate', actor: LUCA }]);
  });
});

describe('months of the record', () => {
  const months = async () =>
    (
      await ground.data.query<{ name: string }>(
        "SELECT c.relname AS name FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid WHERE i.inhparent = 'audit_entry'::regclass ORDER BY 1",
      )
    ).map(({ name }) => name);
  const make = () => ground.db.asWorker(() => ground.sealer().makeMonths());
  const count = async (table: string) =>
    Number((await ground.data.query<{ n: number }>(`SELECT count(*) AS n FROM ${table}`))[0]!.n);

  it('take entries before any month is made, and move them when it is', async () => {
    assert.deepEqual(await months(), ['audit_entry_rest']);
    const all = await count('audit_entry');
    assert.equal(await count('audit_entry_rest'), all);
    await make();
    assert.deepEqual(await months(), [
      'audit_entry_2026_04',
      'audit_entry_2026_05',
      'audit_entry_2026_06',
      'audit_entry_2026_07',
      'audit_entry_rest',
    ]);
    assert.equal(await count('audit_entry_rest'), 0);
    assert.equal(await count('audit_entry_2026_04'), all);
    assert.deepEqual((await ground.verify()).findings, []);
  });

  it('are made once, also by two workers at once', async () => {
    ground.clock.set('2026-06-30T22:30:00Z');
    await Promise.all([make(), make(), make()]);
    assert.deepEqual((await months()).slice(3), [
      'audit_entry_2026_07',
      'audit_entry_2026_08',
      'audit_entry_2026_09',
      'audit_entry_rest',
    ]);
  });

  it('take appends, are as shut as the whole, and refuse to be emptied', async () => {
    await ground.append(3);
    assert.equal(await count('audit_entry_2026_06'), 3);
    assert.equal(await count('audit_entry_rest'), 0);
    const web = await ground.connection('web');
    await assert.rejects(web.query('SELECT * FROM audit_entry_2026_06'), REFUSED);
    await assert.rejects(ground.data.query('TRUNCATE audit_entry_2026_06'), REFUSED);
    await assert.rejects(ground.data.query('DELETE FROM audit_entry_2026_06'), REFUSED);
  });

  it('are ended when all of them is over, after their seal; the links stay and the record is still as sealed', async () => {
    const retire = async (until: string, dryRun: boolean) =>
      Number((await ground.data.query<{ n: number }>('SELECT audit_retire($1, $2) AS n', [until, dryRun]))[0]!.n);
    const april = await count('audit_entry_2026_04');
    await ground.seal();
    const links = await count('audit_link');
    assert.equal(await retire('2026-04-30T21:00:00Z', false), 0, 'April is not over');
    assert.equal(await retire('2026-05-02T00:00:00Z', true), april);
    assert.equal(await count('audit_entry_2026_04'), april, 'a dry run ends nothing');
    await ground.append(0);
    assert.equal(await retire('2026-05-02T00:00:00Z', false), april);
    assert.ok(!(await months()).includes('audit_entry_2026_04'));
    assert.equal(await count('audit_link'), links);
    const later = await ground.verify({ now: '2028-05-02T00:00:00Z' });
    assert.deepEqual([later.findings, later.retired], [[], april]);
    const early = await ground.verify({ now: '2026-06-30T22:30:00Z' });
    assert.equal(early.findings.length, april, 'a month ended before its time is a loss');
    assert.ok(early.findings.every(({ kind }) => kind === 'missing'));
  });

  it('are not ended while an entry of theirs waits for its seal', async () => {
    ground.clock.set('2026-05-10T00:00:00Z');
    await ground.append(1);
    const rows = await ground.data.query("SELECT audit_retire('2026-06-15T00:00:00Z', false) AS n");
    assert.deepEqual(rows, [{ n: 0 }]);
    await ground.seal();
    assert.deepEqual(await ground.data.query("SELECT audit_retire('2026-06-15T00:00:00Z', false) AS n"), [{ n: 1 }]);
  });

  it('end also for what no month had been made for', async () => {
    ground.clock.set('2025-01-10T00:00:00Z');
    await ground.append(2);
    await ground.seal();
    assert.deepEqual(await ground.data.query("SELECT audit_retire('2026-01-15T00:00:00Z', false) AS n"), [{ n: 2 }]);
    assert.equal(await count('audit_entry_rest'), 0);
    assert.deepEqual((await ground.verify({ now: '2028-08-01T00:00:00Z' })).findings, []);
  });

  it('are ended by two runs at once, one after the other', async () => {
    await ground.seal();
    const june = await count('audit_entry_2026_06');
    assert.ok(june > 0);
    const [holder, ...runs] = [
      await ground.connection('owner'),
      await ground.connection('owner'),
      await ground.connection('owner'),
    ];
    // Nobody can count June until both are at it.
    await holder.query('BEGIN; LOCK TABLE audit_entry_2026_06 IN ACCESS EXCLUSIVE MODE');
    const both = runs.map((run) => run.query("SELECT audit_retire('2026-07-15T00:00:00Z', false)::int AS n"));
    const waiting = `SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`;
    while ((await ground.data.query(waiting)).length < both.length);
    await holder.query('COMMIT');
    const ended = (await Promise.all(both)).map(({ rows }) => Number(rows[0].n));
    assert.deepEqual(ended.toSorted(), [0, june]);
    assert.ok(!(await months()).includes('audit_entry_2026_06'));
  });
});
