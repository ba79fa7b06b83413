// Makes the template that each test copies its database from, then runs node:test over the files.
import { spawn } from 'node:child_process';
import { globSync } from 'node:fs';
import path from 'node:path';
import pg from 'pg';
import { seedOffices } from '#src/appointments/seeds.js';
import { seedPlaces } from '#src/places/index.js';
import { seedConsentTexts } from '#src/profile/consents/consent-texts.seed.js';
import { asOwner, ensureRoles, migrate } from './database.ts';
import { withLogin } from './open-database.ts';
import { derived, embeddedPostgres } from './postgres.mjs';
import { queryOf } from './query.ts';
import { ended, progress } from './setup.mjs';

/** Offices' slots and closures in tests count from here; each test fixes its own clock from it on. */
const TEST_TODAY = '2026-04-01';

/** Whether another run of the tests uses the same server: the last one stops it. */
const OTHERS = `SELECT count(*)::int AS others FROM pg_stat_activity
  WHERE application_name = 'npm test' AND pid <> pg_backend_pid()`;

let server: Awaited<ReturnType<typeof openServer>>;
const template = `myinps_test_${process.pid}_template`;
await ended(async () => {
  server = await openServer();
  try {
    const logins = await ensureRoles(server.admin, server.secret, 'myinps_test');
    await makeTemplate();
    progress('test databases ready');
    return await runTests({
      TEST_ADMIN_URL: server.admin,
      TEST_TEMPLATE: template,
      TEST_WEB_LOGIN: JSON.stringify(logins.web),
      TEST_WORKER_LOGIN: JSON.stringify(logins.worker),
    });
  } finally {
    await dropAll();
    await server.close();
  }
});

async function makeTemplate(): Promise<void> {
  const owner = databaseUrl(template);
  await inAdmin(`CREATE DATABASE ${template}`);
  await migrate(owner);
  await asOwner(owner, async (client) => {
    const query = queryOf(client);
    await seedPlaces(query, () => {});
    await seedConsentTexts(query);
    await seedOffices(query, Temporal.PlainDate.from(TEST_TODAY), () => {});
  });
}

async function openServer(): Promise<{ admin: string; secret: string; close: () => Promise<void> }> {
  const external = process.env.DATABASE_URL;
  if (external) return { admin: external, secret: derived(external, 'tests'), close: async () => {} };
  const dataDir = path.resolve(process.env.DATA_DIR ?? '.data', 'test');
  // Speed before safety: these databases are thrown away.
  const settings = { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off' };
  const embedded = await embeddedPostgres({ dataDir, settings, progress });
  const admin = embedded.superuserUrl('postgres');
  const marker = new pg.Client({ connectionString: admin, application_name: 'npm test' });
  marker.on('error', () => {});
  await marker.connect();
  const close = async () => {
    const { rows } = await marker.query(OTHERS);
    await marker.end();
    if (rows[0].others === 0) await embedded.stop();
    else embedded.leave();
  };
  return { admin, secret: embedded.secret, close };
}

/** @returns the exit code. A signal ends the tests first, so that their databases can be dropped. */
async function runTests(env: Record<string, string>): Promise<number> {
  const wanted = process.argv.slice(2).filter((argument) => !argument.startsWith('-'));
  const options = process.argv.slice(2).filter((argument) => argument.startsWith('-'));
  const files = (wanted.length > 0 ? wanted : ['test']).flatMap((one) =>
    one.endsWith('.ts') ? [one] : globSync(`${one}/**/*.test.ts`, { exclude: ['test/bench/**', 'test/nightly/**'] }),
  );
  const args = [
    '--conditions=built-for-tests',
    '--enable-source-maps',
    '--disable-warning=ExperimentalWarning',
    '--test',
    '--test-concurrency=3',
    `--import=${new URL('end-of-tests.ts', import.meta.url).href}`,
    '--test-timeout=900000',
    ...options,
    ...files.toSorted(),
  ];
  return new Promise((resolve) => {
    const child = spawn('node', args, { stdio: 'inherit', env: { ...process.env, ...env, NODE_ENV: 'test' } });
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => child.kill('SIGTERM'));
    child.once('exit', (code) => resolve(code === 0 ? 0 : 1));
  });
}

function databaseUrl(database: string): string {
  const { username, password } = new URL(server.admin);
  return withLogin(server.admin, username, decodeURIComponent(password), database);
}

async function inAdmin(sql: string): Promise<pg.QueryResult> {
  return asOwner(server.admin, (client) => client.query(sql));
}

async function dropAll(): Promise<void> {
  const { rows } = await inAdmin(`SELECT datname FROM pg_database WHERE datname LIKE 'myinps_test_${process.pid}%'`);
  for (const { datname } of rows as { datname: string }[])
    await inAdmin(`DROP DATABASE IF EXISTS ${datname} WITH (FORCE)`);
}
