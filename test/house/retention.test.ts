import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import { load } from 'cheerio';
import { system } from '#src/common/actor.js';
import { Database } from '#src/common/database.js';
import { Jobs } from '#src/common/jobs.js';
import { GOES_WITH, overBefore, RETENTION_RULES, retentionRule, WITHOUT_RETENTION } from '#src/common/retention.js';
import { Texts } from '#src/common/texts.js';
import { RetentionJob } from '#src/backoffice/retention/retention.job.js';
import { RetentionService } from '#src/backoffice/retention/retention.service.js';
import { asOwner } from '../../scripts/lib/database.ts';
import { queryOf } from '../../scripts/lib/query.ts';
import { applyRetention } from '../../scripts/lib/retention.ts';
import { testApp, type TestApp } from '../support/app.ts';
import { staffSignedIn } from '../support/sign-in.ts';

const NOW = '2028-04-01T07:00:00Z';
const OLD = '2026-03-31T06:00:00Z';
const RECENT = '2026-04-02T06:00:00Z';

let portal: TestApp;
let office: string;
before(async () => {
  portal = await testApp({ now: NOW, env: { ROLE: 'all' } });
  await portal.db.query("UPDATE retention_rule SET ahead = '10 years'");
  // Queues and repeated jobs stand still: a test says when the worker works.
  await portal.app.get(Jobs).beforeApplicationShutdown();
  office = (await portal.db.query<{ id: string }>('SELECT id FROM office ORDER BY id LIMIT 1'))[0]!.id;
  await person('gone', OLD);
  await person('stays', RECENT);
});
after(() => portal.close());

/** What each rule would take of the two people; of the others, nothing. */
const DUE = { appointments: 2, slots: 0, identity: 1, notices: 1, accesses: 0 };

describe('retention', () => {
  it('changes nothing in a dry run, and says what would go', async () => {
    await nightly(true);
    assert.deepEqual(await report(), { ...nothing(), ...DUE, slots: 0 });
    assert.deepEqual(await names(), ['gone', 'stays']);
    assert.equal(await count('appointment'), 3);
  });

  it('deletes what is over and no more', async () => {
    await nightly(false);
    // With the appointments their times are free to go, and with the person their notice is gone already.
    assert.deepEqual(await report(), { ...nothing(), ...DUE, slots: 2, notices: 0 });
    assert.deepEqual(await names(), ['stays']);
    assert.equal(await count('appointment'), 1, 'the appointment of 2026-04-02 is kept for 24 months');
    assert.equal(await count('slot'), 1);
    assert.equal(await count('notice'), 1);
  });

  it('has nothing to do when repeated', async () => {
    await nightly(false);
    assert.deepEqual(await report(), nothing());
  });

  it('goes in batches to the end, and takes nobody who is not over', async () => {
    await portal.db.query(
      `INSERT INTO citizen (id, identity_key, name, family_name, said_at, created_at, updated_at)
       SELECT gen_random_uuid(), 'eidas:many:' || n, 'many', 'X', $1::timestamptz + CASE WHEN n > 1203 THEN interval '2 days' ELSE interval '0' END, $1, $1
       FROM generate_series(1, 1210) n`,
      [OLD],
    );
    await nightly(false);
    assert.equal((await report()).identity, 1203);
    assert.equal(await count("citizen WHERE name = 'many'"), 7);
    await portal.db.query("DELETE FROM citizen WHERE name = 'many'");
  });

  it('leaves who has an appointment ahead, an open request or an open session', async () => {
    const [asks, meets, here] = [randomUUID(), randomUUID(), randomUUID()];
    for (const id of [asks, meets, here])
      await portal.db.query(
        `INSERT INTO citizen (id, identity_key, name, family_name, said_at, created_at, updated_at) VALUES ($1, $2, 'busy', 'X', $3, $3, $3)`,
        [id, `eidas:busy:${id}`, OLD],
      );
    await appointment(meets, '2028-05-02T08:00:00Z');
    await portal.db.query(
      `INSERT INTO right_request (id, submission_id, protocol, citizen_id, kind, state, concerns, message, received_at, first_due_on, due_on)
       VALUES ($1, $1, 'DIR-2028-0000001-0', $2, 'objection', 'received', '{other}', '', '2026-03-01T00:00:00Z', '2026-04-01', '2026-04-01')`,
      [randomUUID(), asks],
    );
    await portal.db.query('SELECT session_write($1, $2, $3, $4, $5, $6, $7, $7)', [
      Buffer.alloc(32, 7),
      here,
      'key',
      { level: 2 },
      'spid',
      NOW,
      '2028-04-01T08:00:00Z',
    ]);
    await nightly(false);
    assert.equal(await count("citizen WHERE name = 'busy'"), 3);
    await portal.db.query(
      "DELETE FROM session WHERE citizen_id IS NOT NULL; DELETE FROM right_request; DELETE FROM citizen WHERE name = 'busy'",
    );
  });

  it('leaves who holds a PIN: nobody could give them another one', async () => {
    const [holds, other] = [randomUUID(), randomUUID()];
    for (const id of [holds, other]) await lapsed(id, 'with-pin');
    await portal.db.query(
      `INSERT INTO pin_credential (citizen_id, hash, issued_on, resident_abroad, italian_document, created_at, updated_at)
       VALUES ($1, '$argon2id$v=19$m=19456,t=2,p=1$' || repeat('A', 22) || '$' || repeat('A', 43), '2019-01-01', true, false, $2, $2)`,
      [holds, OLD],
    );
    await nightly(false);
    assert.deepEqual(await portal.db.query("SELECT id FROM citizen WHERE name = 'with-pin'"), [{ id: holds }]);
    assert.equal(await count('pin_credential'), 1);
    await portal.db.query("DELETE FROM citizen WHERE name = 'with-pin'");
  });

  it('takes with a person what they typed in their requests; the request itself stays as the proof', async () => {
    const [goes, remains] = [randomUUID(), randomUUID()];
    await lapsed(goes, 'asked');
    await lapsed(remains, 'asked', RECENT);
    for (const [index, id] of [goes, remains].entries())
      await portal.db.query(
        `INSERT INTO right_request (id, submission_id, protocol, citizen_id, kind, state, concerns, message, current_value, right_value, received_at,
           first_due_on, due_on, closed_at)
         VALUES ($1, $1, 'DIR-2026-000000' || $3::text || '-0', $2, 'rectification', 'withdrawn', '{identity}', 'Abito a Roma', 'Rosi', 'Rossi',
           '2026-03-01T00:00:00Z', '2026-04-01', '2026-04-01', '2026-03-02T00:00:00Z')`,
        [randomUUID(), id, String(index + 1)],
      );
    await nightly(false);
    assert.equal(await count("citizen WHERE name = 'asked'"), 1);
    const typed = await portal.db.query(
      'SELECT citizen_id, message, current_value, right_value FROM right_request ORDER BY protocol',
    );
    assert.deepEqual(typed, [
      { citizen_id: goes, message: '', current_value: '', right_value: '' },
      { citizen_id: remains, message: 'Abito a Roma', current_value: 'Rosi', right_value: 'Rossi' },
    ]);
    await portal.db.query("DELETE FROM right_request; DELETE FROM citizen WHERE name = 'asked'");
  });

  it('drops whole months of the access record, and only when their last day is over', async () => {
    const entry = (at: string) =>
      portal.db.query(
        `INSERT INTO audit_entry (at, action, subject, actor_kind, actor, purpose) VALUES ($1, 'test.read', $2, 'system', 'seed', 'service')`,
        [at, randomUUID()],
      );
    await entry('2026-03-31T20:00:00Z');
    await entry('2026-04-01T12:00:00Z');
    await portal.db.query('DELETE FROM audit_unsealed');
    await nightly(false);
    assert.equal(
      (await report()).accesses,
      1,
      '24 months before 1 April 2028 is 1 April 2026: March is over, April is not',
    );
    assert.equal(await count("audit_entry WHERE action = 'test.read'"), 1);
  });

  it('reports a rule that fails and applies the others', async () => {
    await portal.db.query("UPDATE retention_rule SET from_sql = 'r.no_such_column' WHERE id = 'notices'");
    await person('late', OLD);
    await assert.rejects(nightly(false), /notices/);
    assert.equal((await report()).identity, 1);
    const [failed] = await portal.db.query<{ failure: string }>(
      'SELECT failure FROM retention_run WHERE failure IS NOT NULL',
    );
    assert.equal(failed?.failure, '42703');
    await portal.db.query("UPDATE retention_rule SET from_sql = 'r.created_at' WHERE id = 'notices'");
  });

  it('goes on after a run that was cut off', async () => {
    await person('cut', OLD);
    const db = portal.app.get(Database);
    const run = randomUUID();
    const one = () =>
      db.asWorker(() =>
        db.actingAs(system('retention'), () =>
          db.query<{ gone: number }>(`SELECT retention_batch($1, 'appointments', false, 'nightly', $2, 1) AS gone`, [
            run,
            NOW,
          ]),
        ),
      );
    assert.deepEqual(await one(), [{ gone: 1 }]);
    await nightly(false);
    assert.deepEqual(await names(), ['stays']);
  });

  it('is the same by hand, as the owner', async () => {
    await person('by-hand', OLD);
    const byHand = (dry: boolean) =>
      asOwner(portal.db.owner, (client) => applyRetention(queryOf(client), Temporal.Instant.from(NOW), dry));
    const dry = await byHand(true);
    assert.deepEqual(
      dry.map(({ rule }) => rule),
      rulesByNight(),
    );
    assert.equal(dry.find(({ rule }) => rule === 'identity')!.rows, 1);
    await byHand(false);
    assert.deepEqual(await names(), ['stays']);
  });
});

describe('who may delete', () => {
  const call = (sql: string, actor = system('retention'), worker = true) => {
    const db = portal.app.get(Database);
    const work = () => db.actingAs(actor, () => db.query(sql));
    return worker ? db.asWorker(work) : work();
  };
  const batch = `SELECT retention_batch(gen_random_uuid(), 'notices', false, 'x', '2028-04-01T07:00:00Z', 500)`;

  it('is the retention alone, on the worker’s login, by the rules of the owner', async () => {
    await assert.rejects(call(batch, system('worker')), { code: '42501' });
    await assert.rejects(call(batch, system('retention'), false), { code: '42501' });
    const notices = await count('notice');
    assert.ok(notices > 0);
    await call('DELETE FROM notice');
    assert.equal(await count('notice'), notices);
    await assert.rejects(call(batch.replace('notices', 'all')), { code: '22023' });
    for (const rule of ['notices', 'accesses'])
      await assert.rejects(call(batch.replace('notices', rule).replace('2028', '2999')), { code: '42501' });
    for (const sql of ['UPDATE retention_rule SET months = 0', 'DELETE FROM citizen', 'DELETE FROM retention_run'])
      await assert.rejects(call(sql), { code: '42501' }, sql);
  });
});

describe('the rules', () => {
  it('name each table with personal data, or a reason why none is needed', async () => {
    const rows = await portal.db.query<{ name: string }>(
      `SELECT c.relname AS name FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
       WHERE n.nspname = 'public' AND c.relkind IN ('r', 'p') AND NOT c.relispartition ORDER BY 1`,
    );
    const known = new Set([
      ...RETENTION_RULES.map(({ table }) => table),
      ...Object.keys(GOES_WITH),
      ...Object.keys(WITHOUT_RETENTION),
    ]);
    const tables = rows.map(({ name }) => name);
    assert.ok(tables.length > 30);
    assert.deepEqual(
      tables.filter((table) => !known.has(table)),
      [],
    );
    assert.deepEqual(
      [...known].filter((table) => !tables.includes(table)),
      [],
      'rules of tables that are not there',
    );
  });

  it('let a row go with another one only where the database deletes them together', async () => {
    const cascades = await portal.db.query<{ child: string; parent: string }>(
      `SELECT k.conrelid::regclass::text AS child, k.confrelid::regclass::text AS parent FROM pg_constraint k WHERE k.contype = 'f' AND k.confdeltype = 'c'`,
    );
    for (const [child, parent] of Object.entries(GOES_WITH))
      assert.ok(
        cascades.some((one) => one.child === child && one.parent === parent),
        `${child} → ${parent}`,
      );
  });

  it('are what the owner wrote into PostgreSQL', async () => {
    const rows = await portal.db.query<{ id: string; table_name: string; months: number; days: number }>(
      'SELECT id, table_name, months, days FROM retention_rule ORDER BY position',
    );
    const rules = RETENTION_RULES.filter(({ how }) => !('sweeper' in how));
    assert.deepEqual(
      rows,
      rules.map(({ id, table, keep }) => ({ id, table_name: table, months: 0, days: 0, ...keep })),
    );
  });

  it('count whole months of the Italian calendar, as PostgreSQL does', async () => {
    const rule = retentionRule('appointments');
    for (const now of [
      '2028-02-29T10:00:00Z',
      '2028-03-31T00:30:00Z',
      '2027-10-31T00:30:00Z',
      '2026-05-31T21:59:59Z',
    ]) {
      const [row] = await portal.db.query<{ before: Temporal.Instant }>(
        `SELECT (($1::timestamptz AT TIME ZONE 'Europe/Rome') - make_interval(months => 24)) AT TIME ZONE 'Europe/Rome' AS before`,
        [now],
      );
      assert.equal(row!.before.toString(), overBefore(rule, Temporal.Instant.from(now)).toString(), now);
    }
  });

  it('have a sweeper that exists, when a sweeper does the work', () => {
    const jobs = portal.app.get(Jobs).names;
    for (const { how } of RETENTION_RULES) if ('sweeper' in how) assert.ok(jobs.includes(how.sweeper), how.sweeper);
  });

  it('have their texts', () => {
    const t = portal.app.get(Texts).for('it');
    for (const { id } of RETENTION_RULES)
      for (const end of ['', '-from', '-why']) assert.ok(t.has(`retention.${id}${end}`), `retention.${id}${end}`);
  });
});

describe('/operatore/conservazione', () => {
  it('shows the last run and the rules to analysts and administrators', async () => {
    await nightly(true);
    const chiara = await staffSignedIn(portal, { name: 'Chiara Romano', office: null, roles: ['analyst'] });
    const $ = load(
      (await portal.browser().get('/operatore/conservazione').set('Cookie', chiara.cookie).expect(200)).text,
    );
    assert.equal($('table').length, 2);
    assert.equal($('table').first().find('tbody tr').length, rulesByNight().length);
    assert.equal($('table').last().find('tbody tr').length, RETENTION_RULES.length);
    assert.equal($('main form').length, 0, 'a trial is for administrators');
    const elena = await staffSignedIn(portal, { name: 'Elena Conti', office: 'AG-058091', roles: ['operator'] });
    await portal.browser().get('/operatore/conservazione').set('Cookie', elena.cookie).expect(403);
  });

  it('starts a trial for an administrator, and for nobody else', async () => {
    const sara = await staffSignedIn(portal, { name: 'Sara Marino', office: null, roles: ['administrator'] });
    const chiara = await staffSignedIn(portal, { name: 'Chiara Romano', office: null, roles: ['analyst'] });
    const press = (who: typeof sara) =>
      portal
        .browser()
        .post('/operatore/conservazione/prova')
        .set('Cookie', who.cookie)
        .type('form')
        .send({ _csrf: who.csrf() });
    await press(chiara).expect(403);
    await press(sara).expect(303);
    const jobs = await portal.db.query<{ data: { run: string; by: string } }>(
      "SELECT data FROM pgboss.job WHERE name = 'retention.run' AND data ? 'run'",
    );
    assert.equal(jobs.length, 1);
    await portal.app.get(Database).asWorker(() => portal.app.get(RetentionJob).run(jobs[0]!.data));
    const [run] = await portal.db.query<{ dry_run: boolean; asked_by: string }>(
      'SELECT DISTINCT dry_run, asked_by FROM retention_run WHERE run_id = $1',
      [jobs[0]!.data.run],
    );
    assert.deepEqual(run, { dry_run: true, asked_by: jobs[0]!.data.by });
  });
});

async function nightly(dry: boolean): Promise<void> {
  await portal.db.query('DELETE FROM retention_run');
  const { app } = portal;
  await app.get(Database).asWorker(async () => {
    if (dry) await app.get(RetentionService).apply(true, 'nightly');
    else await app.get(RetentionJob).run({});
  });
}

function rulesByNight(): string[] {
  return RETENTION_RULES.filter(({ how }) => !('sweeper' in how)).map(({ id }) => id);
}

function nothing(): Record<string, number> {
  return Object.fromEntries(rulesByNight().map((id) => [id, 0]));
}

async function report(): Promise<Record<string, number>> {
  const rows = await portal.db.query<{ rule: string; rows: number }>('SELECT rule, rows FROM retention_run');
  return Object.fromEntries(rows.map(({ rule, rows: n }) => [rule, n]));
}

/** A person last seen at an instant, with an old and (if they stay) a recent appointment, and a notice. */
async function person(name: string, seen: string): Promise<void> {
  const id = randomUUID();
  await portal.db.query(
    `INSERT INTO citizen (id, identity_key, name, family_name, said_at, created_at, updated_at) VALUES ($1, $2, $3, 'X', $4, $4, $4)`,
    [id, `eidas:test:${name}`, name, seen],
  );
  await appointment(id, OLD);
  if (seen === RECENT) await appointment(id, RECENT);
  await portal.db.query(
    `INSERT INTO notice (id, citizen_id, type, source, source_id, text_key, created_at) VALUES ($1, $2, 'institutional', 'test', $3, 'a.b', $4)`,
    [randomUUID(), id, name, seen],
  );
}

/** A person of whom nothing is known but when they were last seen. */
async function lapsed(id: string, name: string, seen = OLD): Promise<void> {
  await portal.db.query(
    `INSERT INTO citizen (id, identity_key, name, family_name, said_at, created_at, updated_at) VALUES ($1, $2, $3, 'X', $4, $4, $4)`,
    [id, `eidas:lapsed:${id}`, name, seen],
  );
}

let made = 0;

async function appointment(citizen: string, at: string): Promise<void> {
  await portal.db.query(
    `WITH s AS (INSERT INTO slot (office_id, channel, pool, start_at, minutes, public_seats, limit_seats, booked)
       VALUES ($3, 'desk', $6, $4, 20, 5, 5, 1) RETURNING id)
     INSERT INTO appointment (id, request_id, citizen_id, slot_id, office_id, topic_id, channel, start_at, minutes, state, held_at, hold_until,
       number, details_at, created_at, confirmed_at, updated_at)
     SELECT $1, $5, $2, s.id, $3, 'pensioni', 'desk', $4, 20, 'ended', $4, $4, 'RM-' || lpad($7::text, 4, '0'), $4, $4, $4, $4 FROM s`,
    [randomUUID(), citizen, office, at, randomUUID(), `test-${randomUUID().slice(0, 8)}`, String(++made)],
  );
}

async function names(): Promise<string[]> {
  return (await portal.db.query<{ name: string }>('SELECT name FROM citizen ORDER BY name')).map(({ name }) => name);
}

async function count(from: string): Promise<number> {
  return (await portal.db.query<{ n: number }>(`SELECT count(*) AS n FROM ${from}`))[0]!.n;
}
