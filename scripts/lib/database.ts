// Roles, migrations and seeds: what stands between an empty PostgreSQL and a program that can start. Run as owner.
import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type pg from 'pg';
import { PgBoss } from 'pg-boss';
import type { MigrationInterface } from 'typeorm';
import { Connection } from '#src/common/connection.js';
import { dataSource, poolOptions } from '#src/data-source.js';
import { RETENTION_RULES } from '#src/common/retention.js';
import { JOB_QUEUES } from '#src/queues.js';
import { ToMend } from './plain.mjs';
import { derived } from './postgres.mjs';

export type Progress = (text: string) => void;

export interface Urls {
  owner: string;
  web: string;
  worker: string;
}

/** One lock for everything that changes the schema, so that many processes may start together. */
const SCHEMA_LOCK = 20200401;

/**
 * Makes the group roles and the two logins of the program, none of them superuser or BYPASSRLS.
 * @param adminUrl an address that may make roles
 */
export async function ensureRoles(
  adminUrl: string,
  secret: string,
  prefix = 'myinps',
): Promise<{ web: Login; worker: Login }> {
  const logins = { web: login(`${prefix}_web_login`, secret), worker: login(`${prefix}_worker_login`, secret) };
  await locked(adminUrl, async (client) => {
    for (const group of ['myinps_web', 'myinps_worker']) await ensureRole(client, group, 'NOLOGIN');
    await ensureRole(client, logins.web.user, `LOGIN PASSWORD '${logins.web.password}' IN ROLE myinps_web`);
    await ensureRole(client, logins.worker.user, `LOGIN PASSWORD '${logins.worker.password}' IN ROLE myinps_worker`);
  });
  return logins;
}

export interface Login {
  user: string;
  password: string;
}

function login(user: string, secret: string): Login {
  return { user, password: derived(secret, user) };
}

async function ensureRole(client: pg.Client, name: string, options: string): Promise<void> {
  const known = await client.query('SELECT 1 FROM pg_roles WHERE rolname = $1', [name]);
  if (known.rowCount === 0)
    await client.query(`CREATE ROLE ${name} NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS ${options}`);
  else if (options.startsWith('LOGIN')) await client.query(`ALTER ROLE ${name} ${options.replace(/ IN ROLE .*/, '')}`);
}

/** Brings the schema to the present: our migrations, then the job queue's own. Safe to repeat and to run at once. */
export async function migrate(ownerUrl: string, progress: Progress = () => {}): Promise<void> {
  await locked(ownerUrl, async () => {
    const source = dataSource({ url: ownerUrl, pool: 2, name: 'myinps migrations', migrations: await migrations() });
    await source.initialize();
    try {
      await source.query("SET lock_timeout = '1s'");
      const done = await source.runMigrations({ transaction: 'each' });
      if (done.length > 0) progress(`${done.length} migrations`);
    } finally {
      await source.destroy();
    }
    await migrateJobQueue(ownerUrl);
    await writeRetentionRules(ownerUrl);
    await keepTemporaryTablesOut(ownerUrl);
  });
}

/** The owner makes and migrates the queue's schema; the program's logins only use it. */
async function migrateJobQueue(ownerUrl: string): Promise<void> {
  const boss = new PgBoss({
    connectionString: ownerUrl,
    schema: 'pgboss',
    supervise: false,
    schedule: false,
    ...poolOptions(2),
  });
  boss.on('error', () => {});
  await boss.start();
  const known = new Set((await boss.getQueues()).map((queue) => queue.name));
  for (const { name, options } of JOB_QUEUES) if (!known.has(name)) await boss.createQueue(name, options);
  await boss.stop({ graceful: false });
  await asOwner(ownerUrl, async (client) => {
    await client.query(`
      GRANT USAGE ON SCHEMA pgboss TO myinps_web, myinps_worker;
      GRANT SELECT ON ALL TABLES IN SCHEMA pgboss TO myinps_web;
      GRANT INSERT ON pgboss.job, pgboss.job_common TO myinps_web;
      GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA pgboss TO myinps_worker;
      GRANT USAGE ON ALL SEQUENCES IN SCHEMA pgboss TO myinps_web, myinps_worker;
      GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA pgboss TO myinps_web, myinps_worker;`);
  });
}

/**
 * Nobody of the program needs temporary objects, which stand before all others in the search for names. The functions
 * that run as the owner are safe from them already; this is the second door.
 */
async function keepTemporaryTablesOut(ownerUrl: string): Promise<void> {
  await asOwner(ownerUrl, async (client) => {
    await client.query(
      `DO $$ BEGIN EXECUTE format('REVOKE TEMPORARY ON DATABASE %I FROM PUBLIC', current_database()); END $$`,
    );
  });
}

/** The rules of src/common/retention.ts, where only the owner can write them: what a night deletes is decided here. */
async function writeRetentionRules(ownerUrl: string): Promise<void> {
  const rules = RETENTION_RULES.filter(({ how }) => !('sweeper' in how)).map((rule, position) => ({
    id: rule.id,
    position,
    table_name: rule.table,
    months: 0,
    days: 0,
    ...rule.keep,
    from_sql: rule.from,
    only_sql: rule.only ?? 'true',
    call: 'call' in rule.how ? rule.how.call : null,
  }));
  await asOwner(ownerUrl, async (client) => {
    await client.query('BEGIN');
    await client.query('DELETE FROM retention_rule');
    // The columns by name: a row of JSON may hold them in any order.
    await client.query('INSERT INTO retention_rule SELECT * FROM jsonb_populate_recordset(NULL::retention_rule, $1)', [
      JSON.stringify(rules),
    ]);
    await client.query('COMMIT');
  });
}

/** Every migration of the folder, in the order of their names. */
export async function migrations(): Promise<(new () => MigrationInterface)[]> {
  const folder = new URL('../../migrations/', import.meta.url);
  const files = readdirSync(fileURLToPath(folder))
    .filter((name) => name.endsWith('.ts'))
    .toSorted();
  const modules = await Promise.all(files.map((file) => import(new URL(file, folder).href) as Promise<object>));
  return modules.flatMap((module) => Object.values(module) as (new () => MigrationInterface)[]);
}

/** Runs `work` on one connection of the owner's. */
export async function asOwner<T>(ownerUrl: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = await connected(ownerUrl);
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

/** @param setting the one that holds the address, for what is said when nobody answers there */
export async function connected(url: string, setting = 'DATABASE_URL'): Promise<pg.Client> {
  const client = new Connection({ connectionString: url, opening: "SET timezone = 'UTC'" });
  try {
    await client.connect();
    return client;
  } catch (error) {
    const { host, port, user, database } = client;
    // Of several addresses of one name (localhost) each has an error of its own.
    const { code, message } = (error as AggregateError).errors?.[0] ?? (error as NodeJS.ErrnoException);
    throw new ToMend(
      `The database cannot be reached: ${message || code}.\n` +
        `Look at ${setting} (now ${user} at ${host}:${port}, database ${database}), and whether PostgreSQL runs there.`,
      { cause: error },
    );
  }
}

/** As asOwner, one process at a time: what changes the schema or the seeds. */
export async function locked<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  return asOwner(url, async (client) => {
    await client.query('SELECT pg_advisory_lock($1)', [SCHEMA_LOCK]);
    return work(client);
  });
}
