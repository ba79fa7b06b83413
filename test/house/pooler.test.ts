import assert from 'node:assert/strict';
import { spawn, execFileSync, type ChildProcess } from 'node:child_process';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import pg from 'pg';
import { PgBoss } from 'pg-boss';
import { system } from '#src/common/actor.js';
import { Database, Sources } from '#src/common/database.js';
import { SessionPool } from '#src/auth/session.store.js';
import { dataSource, poolOptions } from '#src/data-source.js';
import { testApp } from '../support/app.ts';
import { testDatabase, type TestDatabase } from '../support/database.ts';
import { forgetfulTo } from '../support/forgetful.ts';
import { citizenOf } from '../support/people.ts';
import { portToCome } from '../../scripts/lib/ports.mjs';
import { startProgram, until } from '../support/process.ts';
import { signedInAs } from '../support/sign-in.ts';
import { visit } from '../support/visit.ts';

const LIMITS = { statement: '10s', idle: '15s', zone: 'UTC', jit: 'off' };
const ASKED = `SELECT current_setting('statement_timeout') AS statement, current_setting('idle_in_transaction_session_timeout') AS idle,
  current_setting('timezone') AS zone, current_setting('jit') AS jit`;

let db: TestDatabase;
before(async () => {
  db = await testDatabase();
});
after(async () => db.drop());

/** What PostgreSQL keeps to in each pool of the program that goes to this address. */
async function limitsAt(web: string): Promise<Record<string, unknown>> {
  const source = dataSource({ url: web, pool: 1, name: 'test' });
  const units = new Database(new Sources(source, null));
  await units.onModuleInit();
  const sessions = new SessionPool(web, 1);
  const boss = new PgBoss({
    connectionString: web,
    schema: 'pgboss',
    migrate: false,
    supervise: false,
    schedule: false,
    ...poolOptions(1),
  });
  boss.on('error', () => {});
  await boss.start();
  const unit = async () => (await units.actingAs(system('public'), () => units.query(ASKED)))[0];
  try {
    const found = {
      unit: await unit(),
      sessions: (await sessions.query(ASKED)).rows[0] as unknown,
      queue: (await boss.getDb().executeSql(ASKED)).rows[0] as unknown,
    };
    // As a pooler does that gives each transaction another connection to PostgreSQL.
    await source.query('RESET ALL');
    return { ...found, unitElsewhere: await unit() };
  } finally {
    await boss.stop({ graceful: false });
    await sessions.end();
    await units.onApplicationShutdown();
  }
}

const EVERYWHERE = { unit: LIMITS, sessions: LIMITS, queue: LIMITS, unitElsewhere: LIMITS };

describe('what PostgreSQL is to keep to', () => {
  it('is said by statements in every pool, and in each unit of work; the start-up packet holds who and where alone', async () => {
    const line = await forgetfulTo(db.web);
    try {
      assert.deepEqual(await limitsAt(line.through(db.web)), EVERYWHERE);
      assert.ok(line.startUps.length >= 3);
      for (const said of line.startUps) {
        const words = said.slice(8).split('\0');
        const names = words.filter((word, index) => index % 2 === 0 && word !== '');
        assert.deepEqual(
          names
            .toSorted()
            .filter((name) => !['application_name', 'client_encoding', 'database', 'user'].includes(name)),
          [],
        );
      }
    } finally {
      await line.close();
    }
  });

  it('ends a statement that takes too long in a savepoint, and the unit goes on within its own limit', async () => {
    const units = new Database(new Sources(dataSource({ url: db.web, pool: 1, name: 'test' }), null));
    await units.onModuleInit();
    try {
      await units.actingAs(system('public'), async () => {
        const slow = units.savepoint(() => units.query('SELECT pg_sleep(60)'), { timeoutMs: 50 });
        await assert.rejects(slow, { code: '57014' });
        assert.deepEqual((await units.query(ASKED))[0], LIMITS);
      });
    } finally {
      await units.onApplicationShutdown();
    }
  });
});

const NOBODY = 65534;
const PROGRAM = [
  '/usr/sbin/pgbouncer',
  '/usr/bin/pgbouncer',
  '/usr/local/bin/pgbouncer',
  '/opt/homebrew/bin/pgbouncer',
].find((file) => existsSync(file));

if (PROGRAM)
  describe('through a real PgBouncer', () => {
    let bouncer: ChildProcess;
    let folder: string;
    let through: (url: string) => string;
    before(async () => {
      const port = await portToCome();
      folder = await mkdtemp(path.join(tmpdir(), 'pooler-'));
      const account = process.getuid?.() === 0 ? { uid: NOBODY, gid: NOBODY } : {};
      const logins = [db.web, db.worker, db.owner].map((url) => new URL(url));
      await writeFile(
        path.join(folder, 'users.txt'),
        logins.map((url) => `"${url.username}" "${decodeURIComponent(url.password)}"\n`).join(''),
      );
      await writeFile(
        path.join(folder, 'pgbouncer.ini'),
        [
          '[databases]',
          `* = host=127.0.0.1 port=${logins[0]!.port}`,
          '[pgbouncer]',
          'listen_addr = 127.0.0.1',
          `listen_port = ${port}`,
          'unix_socket_dir =',
          'auth_type = scram-sha-256',
          `auth_file = ${path.join(folder, 'users.txt')}`,
          'pool_mode = session',
          'default_pool_size = 40',
          '',
        ].join('\n'),
      );
      await chmod(folder, 0o755);
      if (account.uid) execFileSync('chown', ['-R', `${NOBODY}:${NOBODY}`, folder]);
      bouncer = spawn(PROGRAM, [path.join(folder, 'pgbouncer.ini')], { stdio: 'ignore', ...account });
      through = (url) => {
        const { username, password, pathname } = new URL(url);
        return `postgres://${username}:${password}@127.0.0.1:${port}${pathname}`;
      };
      const answers = async () => {
        const client = new pg.Client({ connectionString: through(db.web) });
        client.on('error', () => {});
        return client
          .connect()
          .then(() => client.end())
          .then(
            () => true,
            () => false,
          );
      };
      await until(answers, 'PgBouncer takes connections');
    });
    after(async () => {
      bouncer?.kill('SIGKILL');
      if (folder) await rm(folder, { recursive: true, force: true });
    });

    it('refuses what used to be in the start-up packet', async () => {
      const client = new pg.Client({ connectionString: through(db.web), statement_timeout: 10_000 });
      client.on('error', () => {});
      await assert.rejects(client.connect(), /unsupported startup parameter/);
    });

    it('keeps every limit, in every pool', async () => {
      assert.deepEqual(await limitsAt(through(db.web)), EVERYWHERE);
    });

    it('serves pages and does jobs', async () => {
      const portal = await testApp({ db, env: { DATABASE_WEB_URL: through(db.web) } });
      try {
        const maria = await signedInAs(portal, await citizenOf(db, 'maria', portal.clock.now()));
        for (const address of ['/bacheca', '/dati', '/appuntamenti'])
          assert.equal((await visit(portal.url, address, { cookie: maria.cookie })).status, 200, address);
        assert.equal((await visit(portal.url, '/salute/pronta')).status, 200);
      } finally {
        await portal.close();
      }
      const worker = await startProgram(db, { env: { ROLE: 'worker', DATABASE_WORKER_URL: through(db.worker) } });
      try {
        const sealed = async () =>
          visit(worker.management, '/metrics').then(
            ({ html }) => /myinps_jobs_total\{job="audit.seal",outcome="done"\} \d/.test(html),
            () => false,
          );
        await until(sealed, 'jobs run');
      } finally {
        assert.equal((await worker.stop()).code, 0);
      }
    });
  });
