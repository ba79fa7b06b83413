import assert from 'node:assert/strict';
import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, utimesSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, describe, it } from 'node:test';
import pg from 'pg';
import { withLogin } from '../../scripts/lib/open-database.ts';
import { isOpenTo, portToCome } from '../../scripts/lib/postgres.mjs';
import { ROOT, until } from '../support/process.ts';
import { visit } from '../support/visit.ts';

const IS_ROOT = process.getuid?.() === 0;
const NOBODY = 65534;
const FILES = [
  'src',
  'views',
  'public',
  'migrations',
  'scripts',
  'package.json',
  'package-lock.json',
  '.swcrc',
  'nest-cli.json',
  'tsconfig.json',
  'tsconfig.build.json',
  '.npmrc',
];

/** A clone in a folder of its own, dependencies already there. */
function clone(mode: number): { parent: string; folder: string } {
  const parent = mkdtempSync(path.join(tmpdir(), 'myinps-start-'));
  execFileSync('chmod', [mode.toString(8), parent]);
  const folder = path.join(parent, 'clone');
  mkdirSync(folder);
  for (const name of FILES) cpSync(path.join(ROOT, name), path.join(folder, name), { recursive: true });
  symlinkSync(path.join(ROOT, 'node_modules'), path.join(folder, 'node_modules'));
  // Older than what is installed: `npm ci` through the link would empty the folder that everybody uses.
  utimesSync(path.join(folder, 'package-lock.json'), 0, 0);
  return { parent, folder };
}

interface Started {
  url: string;
  child: ChildProcess;
  output(): string;
  readyAfterMs: number;
  stop(): Promise<void>;
}

const running = new Set<Started>();
const folders = new Set<string>();

async function npmStart(
  folder: string,
  env: Record<string, string> = {},
  account: { uid?: number; gid?: number } = {},
): Promise<Started> {
  const port = await portToCome();
  const child = spawn('node', ['scripts/start.mjs'], {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { PATH: process.env.PATH, HOME: folder, PORT: String(port), NO_DEVELOPMENT_DOUBLES: '1', ...env },
    ...account,
  });
  let text = '';
  for (const stream of [child.stdout, child.stderr])
    stream!.setEncoding('utf8').on('data', (part: string) => (text += part));
  const url = `http://localhost:${port}`;
  const ended = new Promise<void>((done) => child.once('exit', () => done()));
  const started: Started = {
    url,
    child,
    output: () => text,
    readyAfterMs: 0,
    stop: async () => {
      running.delete(started);
      child.kill('SIGTERM');
      await ended;
    },
  };
  running.add(started);
  const over = () => {
    assert.equal(child.exitCode, null, text);
    return false;
  };
  started.readyAfterMs = await until(async () => over() || (await isReady(url)), `npm start is ready:\n${text}`);
  return started;
}

const isReady = (url: string) =>
  visit(url, '/salute/pronta').then(
    ({ status }) => status === 200,
    () => false,
  );

after(async () => {
  for (const one of running) await one.stop();
  for (const folder of folders) {
    const elsewhere = path.join(folder, 'clone', '.data', 'postgres-is-elsewhere.txt');
    if (existsSync(elsewhere)) rmSync(readFileSync(elsewhere, 'utf8').trim(), { recursive: true, force: true });
    rmSync(folder, { recursive: true, force: true });
  }
});

describe('npm start', () => {
  it('serves from a clone under a closed folder; a second one shares the database, and each outlives the other', async (t) => {
    const { parent, folder } = clone(0o700);
    folders.add(parent);
    const first = await npmStart(folder);
    assert.match((await visit(first.url, '/sedi?comune=Roma')).html, /Roma/);
    const second = await npmStart(folder);
    assert.doesNotMatch(second.output(), /making the database|starting the database|building/);
    t.diagnostic(`first start ${first.readyAfterMs} ms, second ${second.readyAfterMs} ms`);

    const home = existsSync(path.join(folder, '.data', 'postgres-is-elsewhere.txt'))
      ? readFileSync(path.join(folder, '.data', 'postgres-is-elsewhere.txt'), 'utf8').trim()
      : path.join(folder, '.data', 'postgres');
    process.kill(Number(readFileSync(path.join(home, 'data', 'postmaster.pid'), 'utf8').split('\n')[0]), 'SIGKILL');
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
    running.delete(second);
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

  it('serves for an ordinary user, with the data where DATA_DIR says', async (t) => {
    if (IS_ROOT && !isOpenTo(ROOT)) return t.skip('the dependencies of this clone are out of reach of other users');
    const { parent, folder } = clone(0o755);
    folders.add(parent);
    const account = IS_ROOT ? { uid: NOBODY, gid: NOBODY } : {};
    if (IS_ROOT) execFileSync('chown', ['-R', String(NOBODY), parent]);
    const dataDir = path.join(parent, 'data');
    const started = await npmStart(folder, { DATA_DIR: dataDir }, account);
    assert.equal((await visit(started.url, '/')).status, 200);
    await started.stop();
    assert.ok(existsSync(path.join(dataDir, 'postgres', 'data', 'PG_VERSION')));
    assert.ok(!existsSync(path.join(folder, '.data')));
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
          ['--conditions=built-for-tests', '--disable-warning=ExperimentalWarning', 'scripts/migrate.ts'],
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
