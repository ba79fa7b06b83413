import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import pg from 'pg';
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
      assert.equal(await statusOf('/salute/pronta'), 503);
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

  it('is not ready while every connection is taken, and is alive', async () => {
    const small = await testApp({ db: portal.db, env: { DATABASE_POOL: '1' } });
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
      assert.equal((await slow).status, 200);
      assert.equal((await visit(small.url, '/salute/pronta')).status, 200);
    } finally {
      await lock.end();
      await small.close();
    }
  });
});
