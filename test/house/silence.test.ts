import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import { PgBoss } from 'pg-boss';
import { citizen } from '#src/common/actor.js';
import { Database, Sources } from '#src/common/database.js';
import { Uncertain } from '#src/common/errors.js';
import { dataSource } from '#src/data-source.js';
import { testApp, type TestApp } from '../support/app.ts';
import { testDatabase, type TestDatabase } from '../support/database.ts';
import { forgetfulTo, type Forgetful } from '../support/forgetful.ts';
import { citizenOf } from '../support/people.ts';
import { startProgram, until, type Program } from '../support/process.ts';
import { signedInAs, type SignedIn } from '../support/sign-in.ts';
import { visit, type Answer } from '../support/visit.ts';

/** Whether something has healed is asked until it has; how long that takes is not what is tested here. */

let db: TestDatabase;
let balancer: Forgetful;
before(async () => {
  db = await testDatabase();
  balancer = await forgetfulTo(db.web);
});
after(async () => {
  await balancer.close();
  await db.drop();
});

describe('connections that go silent without a reset, under pages', () => {
  let portal: TestApp;
  let maria: SignedIn;
  const bacheca = () => visit(portal.url, '/bacheca', { cookie: maria.cookie });
  const status = async (path: string) => (await visit(portal.url, path)).status;
  before(async () => {
    portal = await testApp({ db, env: { DATABASE_WEB_URL: balancer.through(db.web), DATABASE_SILENCE: '1' } });
    maria = await signedInAs(portal, await citizenOf(db, 'maria', portal.clock.now()));
    await until(async () => (await bacheca()).status === 200, 'the pages are there');
  });
  after(async () => portal.close());

  it('are given up: whoever waits is told to come back, readiness says so, and the pages are there again', async () => {
    balancer.forget();
    const met = await bacheca();
    assert.equal(met.status, 503);
    assert.match(met.headers['retry-after'] ?? '', /^\d+$/);
    assert.equal(await status('/salute/viva'), 200);
    await until(async () => (await bacheca()).status === 200, 'the pages answer again');
    await until(async () => (await status('/salute/pronta')) === 200, 'ready again');
  });

  it('are found by the question whether it is ready, before anybody else meets them', async () => {
    await until(async () => (await bacheca()).status === 200, 'connections in both pools');
    balancer.forget();
    await until(async () => (await status('/salute/pronta')) === 503, 'not ready');
    assert.equal(await status('/salute/viva'), 200, 'a new start would not help');
    await until(async () => (await status('/salute/pronta')) === 200, 'ready again, though nobody came');
    await until(async () => (await bacheca()).status === 200, 'the pages answer');
  });

  it('never keep a pool: all of it forgotten in the middle of pages, it fills again', async () => {
    await Promise.all(Array.from({ length: 12 }, bacheca));
    balancer.forget();
    const met = await Promise.all(Array.from({ length: 12 }, bacheca));
    assert.ok(met.every(({ status: code }) => code === 503 || code === 200));
    await until(async () => {
      const answers = await Promise.all(Array.from({ length: 12 }, bacheca));
      return answers.every(({ status: code }) => code === 200);
    }, 'twelve at once are served');
  });
});

describe('connections that go silent at a commit, under pages', () => {
  let portal: TestApp;
  let maria: SignedIn;
  const bacheca = () => visit(portal.url, '/bacheca', { cookie: maria.cookie });
  before(async () => {
    portal = await testApp({ db, env: { DATABASE_WEB_URL: balancer.through(db.web), DATABASE_SILENCE: '1' } });
    maria = await signedInAs(portal, await citizenOf(db, 'maria', portal.clock.now()));
    await until(async () => (await bacheca()).status === 200, 'the pages are there');
  });
  after(async () => portal.close());

  it('leave nobody a wrong word, whether it was made or not', async () => {
    const BOLOGNA = '037006';
    const { id } = maria.citizen;
    const residence = async () =>
      (await db.query<{ at: string | null }>('SELECT residence_istat AS at FROM citizen WHERE id = $1', [id]))[0]!.at;
    const held = async () =>
      (
        await db.query(
          `SELECT FROM pg_stat_activity WHERE datname = current_database() AND state = 'idle in transaction'`,
        )
      ).length;
    const move = (comune: string): Promise<Answer> =>
      visit(portal.url, '/dati/residenza', { cookie: maria.cookie, form: { _csrf: maria.csrf(), comune } });
    for (const when of ['before', 'after'] as const) {
      balancer.forgetAtCommit(when);
      const said = await move('Bologna').finally(() => balancer.forgetAtCommit('never'));
      assert.equal(said.status, 503);
      assert.equal(said.$('h1').text(), 'Non sappiamo se è andata a buon fine', when);
      assert.doesNotMatch(said.html, /al sicuro|non abbiamo (salvato|cambiato)/i, when);
      if (when === 'before') assert.notEqual(await residence(), BOLOGNA, 'nothing was kept');
      else await until(async () => (await residence()) === BOLOGNA, 'it was kept');
      await until(async () => (await held()) === 0, 'PostgreSQL lets go of what was forgotten half-way');
    }
  });

  it('are told as what they are where a page was only read: come back', async () => {
    balancer.forgetAtCommit('after');
    const said = await bacheca().finally(() => balancer.forgetAtCommit('never'));
    assert.deepEqual([said.status, said.$('h1').text()], [503, 'In questo momento siamo al completo']);
    await until(async () => (await bacheca()).status === 200, 'the pages answer again');
  });
});

describe('a unit of work whose commit nobody answers', () => {
  const MARIA = randomUUID();
  let units: Database;
  before(async () => {
    units = new Database(
      new Sources(
        dataSource({ url: balancer.through(db.web), pool: 1, name: 'test', patience: { silenceMs: 1000 } }),
        null,
      ),
    );
    await units.onModuleInit();
  });
  after(async () => units.onApplicationShutdown());

  const read = () =>
    units.actingAs(citizen(MARIA), () =>
      units.query('SELECT audit_read($1, $2, NULL)', ['2026-04-01T07:00:00Z', 'test.read']),
    );
  const kept = async () => (await db.query("SELECT FROM audit_entry WHERE action = 'test.read'")).length;

  it('is reported neither as done nor as undone, and its connection is used by nobody', async () => {
    for (const [when, count] of [
      ['before', 0],
      ['after', 1],
    ] as const) {
      let told = false;
      balancer.forgetAtCommit(when);
      const unit = units.actingAs(citizen(MARIA), async () => {
        units.afterCommit(() => (told = true));
        await units.query('SELECT audit_read($1, $2, NULL)', ['2026-04-01T07:00:00Z', 'test.read']);
      });
      await assert.rejects(unit, Uncertain).finally(() => balancer.forgetAtCommit('never'));
      assert.equal(told, false);
      await until(async () => (await kept()) === count, `${when}: ${count} kept`);
    }
    await read();
    assert.equal(await kept(), 2, 'the only place in the pool is taken by a fresh connection');
  });

  it('says that nothing was kept when PostgreSQL itself refuses', async () => {
    const refused = units.actingAs(citizen(MARIA), async () => {
      await units.query('SELECT 1/0').catch(() => {});
    });
    await assert.rejects(refused, (error) => !(error instanceof Uncertain));
  });

  it('has limits of its own in PostgreSQL', async () => {
    const [settings] = await units.actingAs(citizen(MARIA), () =>
      units.query<{ idle: string; statement: string }>(
        `SELECT current_setting('idle_in_transaction_session_timeout') AS idle, current_setting('statement_timeout') AS statement`,
      ),
    );
    assert.deepEqual(settings, { idle: '15s', statement: '10s' });
  });
});

describe('connections that go silent without a reset, under jobs', () => {
  let worker: Program;
  const env = () => ({ ROLE: 'worker', DATABASE_WORKER_URL: balancer.through(db.worker), DATABASE_SILENCE: '2' });
  before(async () => {
    worker = await startProgram(db, { env: env() });
    const listens = () =>
      visit(worker.management, '/salute/viva').then(
        () => true,
        () => false,
      );
    await until(listens, 'the management port is there');
  });
  after(async () => worker.stop());

  const done = async (job: string): Promise<number> => {
    const { html } = await visit(worker.management, '/metrics');
    return Number(new RegExp(`myinps_jobs_total\\{job="${job}",outcome="done"\\} (\\d+)`).exec(html)?.[1] ?? 0);
  };

  it('stop no repeated job and no queue, and the process is not given up', async () => {
    for (let turn = 0; turn < 3; turn++) {
      await until(async () => (await done('audit.seal')) > turn, 'jobs run');
      balancer.forget();
      const ran = { seal: await done('audit.seal'), deliver: await done('transport.deliver') };
      await until(async () => (await done('audit.seal')) > ran.seal + 1, 'the seal goes on');
      await until(async () => (await done('transport.deliver')) > ran.deliver, 'messages go on');
      const id = await asked('booking.reconcile');
      await until(async () => (await jobState(id)) === 'completed', 'the queue goes on');
      assert.equal((await visit(worker.management, '/salute/viva')).status, 200);
      await until(async () => (await visit(worker.management, '/salute/pronta')).status === 200, 'ready');
    }
  });

  async function asked(queue: string): Promise<string> {
    const options = { schema: 'pgboss', migrate: false, supervise: false, schedule: false };
    const boss = new PgBoss({ connectionString: db.owner, ...options });
    boss.on('error', () => {});
    await boss.start();
    const id = await boss.send(queue, {});
    await boss.stop({ graceful: false });
    return id!;
  }

  async function jobState(id: string): Promise<string> {
    return (await db.query<{ state: string }>('SELECT state::text FROM pgboss.job WHERE id = $1', [id]))[0]!.state;
  }
});
