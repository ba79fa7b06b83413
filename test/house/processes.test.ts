import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import pg from 'pg';
import { PgBoss } from 'pg-boss';
import { SystemClock } from '#src/common/clock.js';
import { testDatabase, type TestDatabase } from '../support/database.ts';
import { addSlots, officesNear } from '../support/people.ts';
import { launchProgram, signedInOn, startProgram, until, type Program } from '../support/process.ts';
import { visit } from '../support/visit.ts';

let db: TestDatabase;
let office: string;
before(async () => {
  db = await testDatabase();
  [office = ''] = await officesNear(db, '058091');
  await addSlots(db, [office], new SystemClock().now().add({ hours: 72 }).toString().slice(0, 10), 7, 4);
});
after(async () => db.drop());

/** Holds a whole table, so that whoever needs it waits. @returns how to let it go */
async function lockTable(table: string): Promise<() => Promise<void>> {
  const client = new pg.Client({ connectionString: db.owner });
  await client.connect();
  await client.query(`BEGIN; LOCK TABLE ${table} IN ACCESS EXCLUSIVE MODE`);
  return () => client.end();
}

/** How many connections to this test's database wait for a lock. */
async function waiting(): Promise<number> {
  const rows = await db.query<{ n: number }>(
    `SELECT count(*)::int AS n FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`,
  );
  return rows[0]!.n;
}

async function connectionsOf(application: string): Promise<number> {
  const rows = await db.query<{ n: number }>(
    'SELECT count(*)::int AS n FROM pg_stat_activity WHERE datname = current_database() AND application_name = $1',
    [application],
  );
  return rows[0]!.n;
}

async function refused(url: string): Promise<boolean> {
  return visit(url, '/salute/viva').then(
    () => false,
    (error: NodeJS.ErrnoException) => error.code === 'ECONNREFUSED',
  );
}

describe('the roles of a process', () => {
  it('web serves pages and does no jobs; its figures are on the management port alone', async () => {
    const hold = await expiredHold(true);
    const web = await startProgram(db, { env: { ROLE: 'web' } });
    try {
      assert.equal((await visit(web.url, '/')).status, 200);
      assert.equal((await visit(web.url, '/salute/pronta')).status, 200);
      const figures = await visit(web.management, '/metrics');
      assert.equal(figures.status, 200);
      assert.match(figures.html, /myinps_http_request_seconds_count\{method="GET",route="\/",status="200"\} 1/);
      assert.equal((await visit(web.management, '/')).status, 404);
      assert.equal((await visit(web.management, '/salute/pronta')).status, 200);
      for (const path of ['/metrics', '/metriche', '/salute', '/salute/metrics']) {
        const answer = await visit(web.url, path);
        assert.equal(answer.status, 404, path);
        assert.doesNotMatch(answer.html, /myinps_http/);
      }
      // A worker has its connections, and has begun its repeated jobs, before it calls itself ready.
      assert.equal(await connectionsOf('myinps jobs'), 0);
      assert.equal(await stateOf(hold), 'held');
    } finally {
      assert.equal((await web.stop()).code, 0);
    }
  });

  it('a worker gives back the seats of expired holds, and serves no pages', async () => {
    const [expired, running] = [await expiredHold(true), await expiredHold(false)];
    const worker = await startProgram(db, { env: { ROLE: 'worker', DATABASE_WEB_URL: '' } });
    try {
      await until(async () => (await stateOf(expired)) === 'expired', 'the hold is reaped');
      assert.equal(await stateOf(running), 'held');
      assert.equal(await refused(worker.url), true);
      assert.equal((await visit(worker.management, '/salute/pronta')).status, 200);
      assert.match(
        (await visit(worker.management, '/metrics')).html,
        /myinps_jobs_total\{job="booking.reap",outcome="done"\} \d/,
      );
    } finally {
      assert.equal((await worker.stop()).code, 0);
    }
  });

  it('a web login is refused to the worker role, and the settings to mend are listed without a trace', async () => {
    const { program, code, output } = await launchProgram(db, {
      env: { ROLE: 'worker', DATABASE_WORKER_URL: '', SECRET: 'short', LOG_LEVEL: 'loud' },
    });
    assert.equal(program, null);
    assert.equal(code, 1);
    for (const name of ['DATABASE_WORKER_URL', 'SECRET', 'LOG_LEVEL']) assert.match(output, new RegExp(`- ${name} `));
    assert.doesNotMatch(output, /\n\s+at |short/);
  });

  it('says in one line why it could not start, when the port is taken or the database is away', async () => {
    const first = await startProgram(db, { env: { ROLE: 'web' } });
    try {
      const taken = await launchProgram(db, { port: Number(new URL(first.url).port), env: { ROLE: 'web' } });
      assert.equal(taken.code, 1);
      assert.match(taken.output, /^Port \d+ of 127\.0\.0\.1 is taken by another program: /m);
      const nowhere = await launchProgram(
        { ...db, web: 'postgres://nobody:x@127.0.0.1:1/none' },
        { env: { ROLE: 'web' } },
      );
      assert.equal(nowhere.code, 1);
      assert.match(nowhere.output, /"code":"ECONNREFUSED"/);
    } finally {
      await first.stop();
    }
  });
});

describe('stopping', () => {
  it('finishes requests under way, is not ready meanwhile, takes nothing new, and ends with 0', async () => {
    const web = await startProgram(db, { env: { ROLE: 'web', DRAIN_SECONDS: '5' } });
    const person = await signedInOn(db, web.config);
    const unlock = await lockTable('appointment');
    let answered = false;
    const slow = visit(web.url, '/appuntamenti', { cookie: person.cookie }).finally(() => (answered = true));
    await until(async () => (await waiting()) > 0, 'the slow request waits');
    const stopped = web.stop();
    await until(async () => (await visit(web.url, '/salute/pronta')).status === 503, 'not ready any more');
    assert.equal((await visit(web.url, '/')).status, 200, 'who comes while balancers notice is served');
    await until(() => refused(web.url), 'no new connections');
    assert.equal(answered, false);
    await unlock();
    assert.equal((await slow).status, 200);
    assert.equal((await stopped).code, 0, web.output());
  });

  it('does not wait for connections that are only kept open, nor for ever for a request', async () => {
    const web = await startProgram(db, { env: { ROLE: 'web' } });
    const person = await signedInOn(db, web.config);
    await fetch(web.url);
    const unlock = await lockTable('appointment');
    const cut = visit(web.url, '/appuntamenti', { cookie: person.cookie }).then(
      () => 'answered',
      () => 'cut',
    );
    await until(async () => (await waiting()) > 0, 'a request waits');
    const { code } = await web.stop();
    await unlock();
    assert.equal(await cut, 'cut');
    assert.equal(code, 0, web.output());
  });

  it('lets a job end that is under way', async () => {
    const { id, worker, unlock } = await workerWithJob();
    const stopped = worker.stop();
    await until(async () => (await visit(worker.management, '/salute/pronta')).status === 503, 'it is stopping');
    await unlock();
    assert.deepEqual([(await stopped).code, await jobState(id)], [0, 'completed'], worker.output());
  });

  it('gives a job back that takes too long', async () => {
    const { id, worker, unlock } = await workerWithJob();
    const { code } = await worker.stop();
    const state = await jobState(id);
    await unlock();
    assert.deepEqual([code, state], [0, 'retry'], worker.output());
  });

  it('stops by itself when the launcher is gone', async () => {
    const web = await startProgram(db, { env: { ROLE: 'web' } });
    web.abandon();
    assert.equal((await web.ended).code, 0);
  });
});

/** A worker in the middle of a job that cannot go on until `unlock`. */
async function workerWithJob(): Promise<{ id: string; worker: Program; unlock: () => Promise<void> }> {
  const boss = new PgBoss({
    connectionString: db.owner,
    schema: 'pgboss',
    migrate: false,
    supervise: false,
    schedule: false,
  });
  boss.on('error', () => {});
  await boss.start();
  const id = await boss.send('booking.reconcile', {});
  await boss.stop({ graceful: false });
  const unlock = await lockTable('appointment');
  const worker = await startProgram(db, { env: { ROLE: 'worker' } });
  await until(async () => (await jobState(id!)) === 'active' && (await waiting()) > 0, 'the job is under way');
  return { id: id!, worker, unlock };
}

async function jobState(id: string): Promise<string> {
  return (await db.query<{ state: string }>('SELECT state::text FROM pgboss.job WHERE id = $1', [id]))[0]!.state;
}

async function stateOf(id: string): Promise<string> {
  return (await db.query<{ state: string }>('SELECT state FROM appointment WHERE id = $1', [id]))[0]!.state;
}

/** Somebody's hold whose time is over, or is not. @returns the appointment */
async function expiredHold(over: boolean): Promise<string> {
  const now = new SystemClock().now();
  const [citizen, id] = [randomUUID(), randomUUID()];
  await db.query(
    `INSERT INTO citizen (id, identity_key, name, family_name, created_at, updated_at) VALUES ($1, $2, 'N', 'C', $3, $3)`,
    [citizen, `cf:${citizen}`, now],
  );
  await db.query(
    `WITH taken AS (UPDATE slot SET booked = booked + 1 WHERE id = (SELECT min(id) FROM slot WHERE NOT is_full) RETURNING *)
     INSERT INTO appointment (id, request_id, citizen_id, slot_id, office_id, channel, start_at, minutes, topic_id, state,
       held_at, hold_until, created_at, updated_at)
     SELECT $1, $1, $2, id, office_id, channel, start_at, minutes, 'isee', 'held', $3, $4, $3, $3 FROM taken`,
    [id, citizen, now.subtract({ minutes: 20 }), over ? now.subtract({ minutes: 10 }) : now.add({ minutes: 10 })],
  );
  return id;
}

/** Values that stand nowhere else: whatever line they turn up in has leaked them. */
const CANARY = {
  fiscalCode: 'CNRCNR80A01H501X',
  name: 'Canarina',
  familyName: 'Delsegreto',
  email: 'canarina@segreto.example',
  mobile: '+393339998877',
  note: 'notasegretissima',
};

describe('what it writes about people', () => {
  it('nothing: a whole run leaves lines with a request id, and no name, code, contact or note in them or in jobs', async () => {
    const program = await startProgram(db, { env: { ROLE: 'all', LOG_LEVEL: 'debug' } });
    const person = await signedInOn(db, program.config, { ...CANARY, residenceIstat: '058091' });
    const { cookie } = person;
    const send = (path: string, fields: Record<string, string> = {}) =>
      visit(program.url, path, { cookie, form: { _csrf: person.csrf(), ...fields } });
    const read = (path: string) => visit(program.url, path, { cookie });

    assert.match((await read('/dati')).html, /Delsegreto/);
    const [slot] = await db.query<{ id: number }>(
      "SELECT max(id) AS id FROM slot WHERE NOT is_full AND channel = 'desk'",
    );
    const held = await send(`/appuntamenti/nuovo/orario?sede=${office}&modo=desk&argomento=isee`, {
      orario: String(slot!.id),
      richiesta: randomUUID(),
    });
    const id = /appuntamenti\/([0-9a-f-]{36})/.exec(held.headers.location ?? '')?.[1];
    assert.ok(id, `held: ${held.status} ${held.headers.location}`);
    const contacts = { email: CANARY.email, telefono: CANARY.mobile };
    assert.equal(
      (await send(`/appuntamenti/${id}/dettagli`, { ...contacts, email: `${CANARY.email} x`, nota: CANARY.note }))
        .status,
      422,
    );
    assert.equal((await send(`/appuntamenti/${id}/dettagli`, { ...contacts, nota: CANARY.note })).status, 303);
    assert.match((await send(`/appuntamenti/${id}/conferma`)).headers.location ?? '', /#esito$/);
    assert.match((await read(`/appuntamenti/${id}`)).html, /canarina@segreto/);
    for (const path of [
      '/bacheca',
      '/notifiche',
      '/appuntamenti',
      `/sedi?comune=${CANARY.familyName}`,
      `/${CANARY.name}`,
    ])
      assert.ok((await read(path)).status < 500, path);
    assert.equal((await send('/dati/residenza', { comune: CANARY.familyName })).status, 422);
    assert.equal(
      (await visit(program.url, '/dati/residenza', { cookie, form: { comune: CANARY.name, _csrf: 'no' } })).status,
      403,
    );
    const json = { type: 'application/json', text: JSON.stringify(CANARY) };
    assert.equal((await visit(program.url, '/dati/residenza', { cookie, body: json })).status, 415);
    // A statement that fails, with the values in PostgreSQL's own words: "Failing row contains (…)".
    await db.query(`ALTER TABLE citizen ADD CONSTRAINT never CHECK (residence_istat = '000000') NOT VALID`);
    assert.equal((await send('/dati/residenza', { comune: 'Milano' })).status, 500);
    await db.query('ALTER TABLE citizen DROP CONSTRAINT never');
    assert.equal((await program.stop()).code, 0);

    const lines = program
      .output()
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    const requests = lines.filter((line) => line.msg === 'request');
    assert.ok(requests.length >= 15);
    assert.ok(requests.every((line) => /^[0-9a-f-]{36}$/.test(String(line.requestId))));
    assert.ok(lines.some((line) => line.msg === 'request failed' && (line.err as { code?: string }).code === '23514'));
    const jobs = await db.query<{ data: string }>('SELECT data::text, output::text FROM pgboss.job');
    assertSecret(program.output(), 'the log');
    assertSecret(JSON.stringify(jobs), 'the job queue');
    // The search itself finds what is there.
    assert.throws(() => assertSecret(JSON.stringify(CANARY), 'proof'));
  });
});

function assertSecret(text: string, where: string): void {
  const plain = decodeURIComponent(text.replace(/%(?![0-9a-f]{2})/gi, '%25'));
  for (const value of Object.values(CANARY))
    assert.ok(!plain.toLowerCase().includes(value.toLowerCase()), `${value} stands in ${where}`);
  assert.ok(!plain.includes('3339998877'), `the number stands in ${where}`);
}
