import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { chownSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import path from 'node:path';
import { before, describe, it } from 'node:test';
import { isOpenTo } from '../../scripts/lib/postgres.mjs';
import { ROOT } from '../support/process.ts';
import {
  clone,
  homeOf,
  IS_ROOT,
  launch,
  NOBODY,
  npmStart,
  ORDINARY,
  postmaster,
  type Given,
} from '../support/start.ts';
import { visit } from '../support/visit.ts';

/** Signs that a shell, a pattern for files and PostgreSQL's own programs each take for something else. */
const ODD = `it's "$HOME" è [x] {a,b} \`y`;

/** What an environment may say of some other PostgreSQL, and of this machine. */
const STRANGE = {
  PGSSLMODE: 'require',
  PGSSLROOTCERT: '/nowhere/root.crt',
  PGHOST: 'nowhere.example',
  PGPORT: '1',
  PGUSER: 'somebody',
  PGPASSWORD: 'else',
  PGDATABASE: 'other',
  PGOPTIONS: '-c no.such=setting',
  PGDATA: '/nowhere',
  PGSERVICE: 'none',
  LC_ALL: 'xx_XX.UTF-8',
  TZ: 'Nowhere/Town',
  HOME: '/nowhere/home',
};

/** Whether an ordinary user gets to the dependencies of this clone. */
const asOrdinary = !IS_ROOT || isOpenTo(ROOT);

let odd: { parent: string; folder: string };
let dataDir: string;
let usual: Given;
before(() => {
  odd = clone(0o755, ODD);
  dataDir = path.join(odd.parent, `data of ${ODD}`);
  usual = { env: { DATA_DIR: dataDir }, account: asOrdinary ? ORDINARY : {} };
  if (IS_ROOT && asOrdinary) execFileSync('chown', ['-R', String(NOBODY), odd.parent]);
});

const also = (env: Record<string, string>): Given => ({ ...usual, env: { ...usual.env, ...env } });

describe('an odd set-up', () => {
  let first: Awaited<ReturnType<typeof npmStart>>;
  before(async () => {
    const TMPDIR = path.join(odd.parent, `t'm"p ${'x'.repeat(150)}`);
    mkdirSync(TMPDIR, { mode: 0o777 });
    first = await npmStart(odd.folder, also({ ...STRANGE, TMPDIR }));
  });

  it('of folder, TMPDIR and environment starts for an ordinary user, with the data where DATA_DIR says', async () => {
    assert.match((await visit(first.url, '/sedi?comune=Roma')).html, /Roma/);
    assert.ok(postmaster(dataDir));
    assert.ok(!existsSync(path.join(odd.folder, '.data')));
  });
  it('of one start leaves nothing running when it is stopped', async () => {
    await first.stop();
    assert.equal(first.child.exitCode, 0, first.output());
    assert.equal(postmaster(dataDir), null);
  });

  it('of a crash after which another process has the number of the database still starts', async () => {
    await first.stop();
    const left = path.join(homeOf(dataDir), 'data', 'postmaster.pid');
    writeFileSync(left, `${process.pid}\n${dataDir}\n1\n5432\n\n\n\n`);
    if (usual.account?.uid) chownSync(left, usual.account.uid, usual.account.uid);
    const started = await npmStart(odd.folder, also({ TMPDIR: '/nowhere/tmp' }));
    assert.equal((await visit(started.url, '/')).status, 200);
    await started.stop();
    assert.equal(postmaster(dataDir), null);
  });

  it('runs the tests, and the program that follows its sources', async () => {
    const script = ['scripts/test.mjs', 'test/common/plain-text.test.ts'];
    const tests = await launch(odd.folder, { ...also(STRANGE), script });
    assert.equal(await tests.ended, 0, tests.output());
    assert.equal(postmaster(path.join(dataDir, 'test')), null);
    const dev = await npmStart(odd.folder, { ...also(STRANGE), script: ['scripts/dev.mjs'] });
    await dev.stop();
    assert.equal(postmaster(dataDir), null);
  });
});

describe('a set-up in which nothing can start is told in a sentence, with 1, and nothing is left running', () => {
  const refused = async (folder: string, given: Given, says: RegExp) => {
    const run = await launch(folder, given);
    assert.equal(await run.ended, 1, run.output());
    assert.match(run.output(), says);
    assert.doesNotMatch(run.output(), /^\s+at .*:\d+/m, 'no trace');
    assert.equal(postmaster(dataDir), null);
  };

  it('a port that is taken', async () => {
    const server = createServer();
    await once(server.listen(0), 'listening');
    const { port } = server.address() as AddressInfo;
    await refused(odd.folder, also({ PORT: String(port) }), new RegExp(`^Port ${port} .* is taken`, 'm')).finally(() =>
      server.close(),
    );
  });

  it('production without its settings', () => refused(odd.folder, also({ NODE_ENV: 'production' }), /is missing/));

  it('an unknown NODE_ENV', () => refused(odd.folder, also({ NODE_ENV: 'staging' }), /NODE_ENV must be one of/));

  it('a database that nobody answers for', () =>
    refused(
      odd.folder,
      also({ DATABASE_URL: 'postgres://portal:secret@127.0.0.1:1/portal' }),
      /cannot be reached: .*\nLook at DATABASE_URL \(now portal at 127\.0\.0\.1:1, database portal\)/,
    ));

  it('an address of a database that is none', () =>
    refused(odd.folder, also({ DATABASE_URL: 'localhost:5432' }), /DATABASE_URL must be an address such as/));

  it('a data folder that is a file', () =>
    refused(
      odd.folder,
      also({ DATA_DIR: path.join(odd.folder, 'package.json') }),
      /package\.json cannot be read or written/,
    ));

  it('a user whom this machine does not know by name', { skip: !IS_ROOT || !asOrdinary }, async () => {
    const folder = path.join(odd.parent, 'of-nobody-known');
    mkdirSync(folder);
    execFileSync('chown', ['54321:54321', folder]);
    const account = { uid: 54321, gid: 54321 };
    const given = { env: { DATA_DIR: path.join(folder, 'data') }, account };
    await refused(odd.folder, given, /user 54321, who has no name on this machine/);
  });

  it('folders that are not to be written', { skip: !asOrdinary }, async () => {
    const locked = clone(0o755);
    execFileSync('chmod', ['-R', 'a-w', locked.folder]);
    await refused(locked.folder, { account: ORDINARY }, /is to be built first, and .* cannot be written/);
    const data = path.join(odd.parent, 'locked');
    mkdirSync(data, { mode: 0o555 });
    await refused(odd.folder, also({ DATA_DIR: data }), /cannot be read or written \(EACCES\)/);
  });

  it('a database of another user', { skip: !IS_ROOT || !asOrdinary }, () =>
    refused(odd.folder, { ...usual, account: { uid: 1, gid: 1 } }, /cannot be read or written|belongs to another user/),
  );
});
