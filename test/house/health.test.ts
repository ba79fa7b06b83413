import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import { after, before, describe, it, type TestContext } from 'node:test';
import pg from 'pg';
import { Sources } from '#src/common/database.js';
import { Health } from '#src/common/health.js';
import type { Jobs } from '#src/common/jobs.js';
import type { Log } from '#src/common/log.js';
import { testApp, type TestApp } from '../support/app.ts';
import { citizenOf } from '../support/people.ts';
import { until } from '../support/process.ts';
import { signedInAs } from '../support/sign-in.ts';
import { visit } from '../support/visit.ts';

let portal: TestApp;
before(async () => {
  portal = await testApp();
});
after(async () => portal.close());

/** Lets nobody into the database, and throws out who is in it; or lets them in again. */
async function shut(closed: boolean): Promise<void> {
  const admin = new pg.Client({ connectionString: process.env.TEST_ADMIN_URL });
  await admin.connect();
  const name = new URL(portal.db.owner).pathname.slice(1);
  await admin.query(`ALTER DATABASE ${name} ALLOW_CONNECTIONS ${!closed}`);
  if (closed) await admin.query('SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1', [name]);
  await admin.end();
}

const statusOf = async (path: string) => (await visit(portal.url, path)).status;

describe('health', () => {
  it('is told in plain words, is never stored, and needs no session', async () => {
    for (const [path, words] of [
      ['/salute/viva', 'viva\n'],
      ['/salute/pronta', 'pronta\n'],
    ] as const) {
      const answer = await visit(portal.url, path, { cookie: 'myinps=s%3Ax.y' });
      assert.deepEqual([answer.status, answer.html, answer.headers['cache-control']], [200, words, 'no-store']);
      assert.equal(answer.headers['set-cookie'], undefined);
    }
  });

  it('tells a database that is away from a program that is gone, and all recovers by itself', async () => {
    const maria = await signedInAs(portal, await citizenOf(portal.db, 'maria', portal.clock.now()));
    const bacheca = () => visit(portal.url, '/bacheca', { cookie: maria.cookie });
    assert.equal((await bacheca()).status, 200);
    await shut(true);
    try {
      await until(async () => (await statusOf('/salute/pronta')) === 503, 'not ready, as of a second ago at most');
      assert.equal(await statusOf('/salute/viva'), 200);
      assert.equal(await statusOf('/guida'), 200, 'pages that need no data are there');
      const away = await bacheca();
      assert.equal(away.status, 503);
      assert.match(away.headers['retry-after'] ?? '', /^\d+$/);
      assert.equal(away.headers['cache-control'], 'no-store');
      assert.equal(away.$('h1').length, 1);
    } finally {
      await shut(false);
    }
    await until(async () => (await statusOf('/salute/pronta')) === 200, 'ready again');
    assert.equal((await bacheca()).status, 200);
  });

  it('is not ready while every connection is taken and none comes back, and is alive', async () => {
    const small = await testApp({ db: portal.db, env: { DATABASE_POOL: '1', DATABASE_WAIT: '2' } });
    const lock = new pg.Client({ connectionString: portal.db.owner });
    await lock.connect();
    try {
      const maria = await signedInAs(small, await citizenOf(small.db, 'maria', small.clock.now()));
      await lock.query('BEGIN; LOCK TABLE appointment IN ACCESS EXCLUSIVE MODE');
      const slow = visit(small.url, '/appuntamenti', { cookie: maria.cookie });
      await until(async () => (await visit(small.url, '/salute/pronta')).status === 503, 'not ready');
      assert.equal((await visit(small.url, '/salute/viva')).status, 200);
      const second = await visit(small.url, '/appuntamenti', { cookie: maria.cookie });
      assert.equal(second.status, 503, 'who finds no connection is told to come back');
      await lock.query('COMMIT');
      // It waited for as long as PostgreSQL lets it: on a slow machine not long enough.
      assert.ok([200, 503].includes((await slow).status));
      await until(async () => (await visit(small.url, '/salute/pronta')).status === 200, 'ready again');
    } finally {
      await lock.end();
      await small.close();
    }
  });
});

/** A pool of one connection, of which a test says what becomes of it. */
class OnePool extends EventEmitter {
  readonly options = { max: 1 };
  asked = 0;
  answer = (): Promise<void> => Promise.resolve();
  readonly client = { query: () => this.answer(), release: () => this.emit('release', undefined, this.client) };

  async connect(): Promise<typeof this.client> {
    this.asked++;
    this.emit('acquire', this.client);
    return this.client;
  }
}

function health(t: TestContext, still: (ms: number) => string | null = () => null) {
  let now = 1_000_000;
  t.mock.method(performance, 'now', () => now);
  const said: string[] = [];
  const log = { warn: ({ complaint }: { complaint: string | null }) => said.push(complaint ?? 'well') };
  const one = new Health(new Sources(null, null), { still } as Jobs, log as unknown as Log);
  const pool = new OnePool();
  one.watch('pages', pool as never);
  return { one, pool, said, later: (ms: number) => (now += ms) };
}

describe('the question whether it is ready', () => {
  it('is put to the database once a second, however many ask', async (t) => {
    const { one, pool, later } = health(t);
    const reply = Promise.withResolvers<void>();
    pool.answer = () => reply.promise;
    const flood = Array.from({ length: 300 }, () => one.ready());
    later(5_000);
    flood.push(one.ready());
    reply.resolve();
    assert.ok((await Promise.all(flood)).every((ready) => ready));
    assert.equal(pool.asked, 1, 'one under way for all');
    later(999);
    await one.ready();
    assert.equal(pool.asked, 1, 'known as of less than a second ago');
    later(1);
    pool.answer = () => Promise.reject(new Error('gone'));
    assert.equal(await one.ready(), false);
    assert.equal(pool.asked, 2);
  });

  it('takes no connection of a pool that is empty, and tells a busy one from one that stands still', async (t) => {
    const { one, pool, said, later } = health(t);
    for (let turn = 0; turn < 10; turn++) {
      pool.emit('acquire', pool.client);
      later(1_900);
      assert.equal(await one.ready(), true, 'taken, given back, taken: busy');
      pool.emit('release', undefined, pool.client);
    }
    pool.emit('acquire', pool.client);
    later(2_000);
    assert.equal(await one.ready(), false);
    assert.equal(one.alive(), true);
    assert.equal(pool.asked, 0);
    later(10 * 60_000);
    assert.equal(one.alive(), false, 'every time-out has passed, and it is still taken');
    pool.emit('release', undefined, pool.client);
    assert.deepEqual([await one.ready(), one.alive()], [true, true]);
    assert.deepEqual(said, ['the connections of the pages stand still', 'well']);
  });

  it('is answered no for a job that stands still, which ends the process when it stays so', async (t) => {
    let since = 0;
    const { one, said, later } = health(t, (ms) => (since >= ms ? 'audit.seal' : null));
    for (const [minutes, ready, alive] of [
      [4, true, true],
      [5, false, true],
      [9, false, true],
      [10, false, false],
    ] as const) {
      since = minutes * 60_000;
      later(1_000);
      assert.deepEqual([await one.ready(), one.alive()], [ready, alive], `${minutes} minutes`);
    }
    assert.deepEqual(said, ['the job audit.seal stands still']);
  });

  it('never ends the process because the database is away, for however long', async (t) => {
    const { one, pool, later } = health(t);
    pool.answer = () => Promise.reject(new Error('away'));
    for (let hour = 0; hour < 24; hour++) {
      later(3_600_000);
      assert.deepEqual([await one.ready(), one.alive()], [false, true]);
    }
  });

  it('costs no connections', async () => {
    const count = async () =>
      (await portal.db.query('SELECT FROM pg_stat_activity WHERE datname = current_database()')).length;
    await visit(portal.url, '/salute/pronta');
    const usual = await count();
    for (let turn = 0; turn < 5; turn++)
      await Promise.all(Array.from({ length: 100 }, () => visit(portal.url, '/salute/pronta')));
    assert.ok((await count()) <= usual, 'none more than before the flood');
  });
});
