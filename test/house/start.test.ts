import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import path from 'node:path';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { after, describe, it } from 'node:test';
import pg from 'pg';
import { withLogin } from '../../scripts/lib/open-database.ts';
import { embeddedPostgres } from '../../scripts/lib/postgres.mjs';
import { ROOT, until } from '../support/process.ts';
import { clone, isReady, launch, npmStart, postmaster } from '../support/start.ts';
import { visit } from '../support/visit.ts';

describe('npm start', () => {
  it('serves from a clone under a closed folder; a second one shares the database, and each outlives the other', async (t) => {
    const { folder } = clone(0o700);
    const first = await npmStart(folder);
    assert.match((await visit(first.url, '/sedi?comune=Roma')).html, /Roma/);
    const second = await npmStart(folder);
    assert.doesNotMatch(second.output(), /making the database|starting the database|building/);
    t.diagnostic(`first start ${first.readyAfterMs} ms, second ${second.readyAfterMs} ms`);

    process.kill(postmaster(path.join(folder, '.data'))!, 'SIGKILL');
    await until(async () => !(await isReady(first.url)), 'the database is gone');
    const back = await until(
      async () => (await isReady(first.url)) && (await isReady(second.url)),
      'both recover by themselves',
    );
    t.diagnostic(`both ready ${back} ms after kill -9 of PostgreSQL`);

    await first.stop();
    assert.equal(first.child.exitCode, 0, first.output());
    await until(() => isReady(second.url), 'the second goes on');

    second.child.kill('SIGKILL');
    await until(
      () =>
        visit(second.url, '/').then(
          () => false,
          () => true,
        ),
      'no server is left behind without its launcher',
    );
    const third = await npmStart(folder);
    assert.equal((await visit(third.url, '/')).status, 200, 'and a start after that is as ever');
    await third.stop();
  });
});

describe('an installation whose secret was exchanged', () => {
  it('is told so, and how to begin anew', async () => {
    const dataDir = mkdtempSync(path.join(tmpdir(), 'myinps-secret-'));
    after(() => rmSync(dataDir, { recursive: true }));
    // As root the server runs as another user, who must get there.
    chmodSync(dataDir, 0o755);
    await (await embeddedPostgres({ dataDir })).stop();
    writeFileSync(path.join(dataDir, 'secret'), 'x'.repeat(43));
    const script = ['--conditions=built-for-tests', 'scripts/command.mjs', 'migrate'];
    const run = await launch(ROOT, { script, env: { DATA_DIR: dataDir } });
    assert.equal(await run.ended, 1);
    assert.match(
      run.output(),
      /another secret than the one in .*secret: put that one back, or delete .* to begin anew/,
    );
    assert.equal(postmaster(dataDir), null);
  });
});

describe('migrations', () => {
  it('run once, when several processes start together on an empty database', async () => {
    const admin = process.env.TEST_ADMIN_URL!;
    const name = `${process.env.TEST_TEMPLATE!.replace('_template', '')}_start`;
    const client = new pg.Client({ connectionString: admin });
    await client.connect();
    after(async () => {
      await client.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
      await client.end();
    });
    await client.query(`CREATE DATABASE ${name}`);
    const { username, password } = new URL(admin);
    const owner = withLogin(admin, username, decodeURIComponent(password), name);
    const env = { PATH: process.env.PATH, DATABASE_URL: owner, DATABASE_WEB_URL: owner, DATABASE_WORKER_URL: owner };
    const migrate = () =>
      new Promise<string>((done) => {
        const child = spawn(
          'node',
          ['--conditions=built-for-tests', '--disable-warning=ExperimentalWarning', 'scripts/command.mjs', 'migrate'],
          { cwd: ROOT, env },
        );
        let text = '';
        for (const stream of [child.stdout, child.stderr])
          stream.setEncoding('utf8').on('data', (part: string) => (text += part));
        child.once('close', (code) => done(`${code} ${text}`));
      });
    const ends = await Promise.all([migrate(), migrate(), migrate(), migrate()]);
    for (const end of ends) assert.match(end, /^0 /);
    assert.equal(ends.filter((end) => /\d+ migrations/.test(end)).length, 1, 'one of them did it');
    const made = new pg.Client({ connectionString: owner });
    await made.connect();
    const { rows } = await made.query('SELECT count(*)::int AS all, count(DISTINCT name)::int AS names FROM migration');
    const { rows: comuni } = await made.query('SELECT count(*)::int AS n FROM comune');
    await made.end();
    assert.ok(rows[0].all >= 6);
    assert.equal(rows[0].all, rows[0].names);
    assert.ok(comuni[0].n > 7_000);
  });
});
