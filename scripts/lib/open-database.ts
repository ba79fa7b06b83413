// The database of this machine: the embedded one, or the one that DATABASE_URL names. Never two ways of using it.
import path from 'node:path';
import { Connection } from '#src/common/connection.js';
import { ensureRoles, type Progress, type Urls } from './database.ts';
import { derived, embeddedPostgres } from './postgres.mjs';

export interface OpenDatabase {
  urls: Urls;
  /** A secret of this installation, kept beside its data. */
  secret: string;
  /** Starts the embedded server again whenever it is gone. */
  keepRunning(): void;
  /** Stops what this process started. */
  close(): Promise<void>;
}

const DATABASE = 'myinps';
const NOTHING_OF_OURS = { keepRunning: () => {}, close: async () => {} };

export async function openDatabase(progress: Progress): Promise<OpenDatabase> {
  return process.env.DATABASE_URL ? external(process.env.DATABASE_URL) : embedded(progress);
}

async function external(owner: string): Promise<OpenDatabase> {
  const { DATABASE_WEB_URL: web, DATABASE_WORKER_URL: worker, SECRET: secret = derived(owner, 'secret') } = process.env;
  if (web && worker) return { urls: { owner, web, worker }, secret, ...NOTHING_OF_OURS };
  const logins = await ensureRoles(owner, derived(owner, 'logins'));
  const as = ({ user, password }: { user: string; password: string }) => withLogin(owner, user, password);
  return { urls: { owner, web: as(logins.web), worker: as(logins.worker) }, secret, ...NOTHING_OF_OURS };
}

async function embedded(progress: Progress): Promise<OpenDatabase> {
  const server = await embeddedPostgres({ dataDir: path.resolve(process.env.DATA_DIR ?? '.data'), progress });
  const admin = server.superuserUrl('postgres');
  const logins = await ensureRoles(admin, server.secret);
  const owner = { user: 'myinps_owner', password: derived(server.secret, 'myinps_owner') };
  await ensureOwner(admin, owner.user, owner.password);
  const as = ({ user, password }: { user: string; password: string }) => server.url(user, password, DATABASE);
  return {
    urls: { owner: as(owner), web: as(logins.web), worker: as(logins.worker) },
    secret: server.secret,
    keepRunning: server.keepRunning,
    close: async () => {
      if (server.started) await server.stop();
    },
  };
}

/** The owner of the database: it may change the schema, and is no superuser. */
async function ensureOwner(adminUrl: string, user: string, password: string): Promise<void> {
  const client = new Connection({ connectionString: adminUrl });
  await client.connect();
  try {
    const role = await client.query('SELECT 1 FROM pg_roles WHERE rolname = $1', [user]);
    if (role.rowCount === 0)
      await client.query(`CREATE ROLE ${user} LOGIN NOSUPERUSER NOBYPASSRLS PASSWORD '${password}'`);
    const database = await client.query('SELECT 1 FROM pg_database WHERE datname = $1', [DATABASE]);
    if (database.rowCount === 0) await client.query(`CREATE DATABASE ${DATABASE} OWNER ${user}`);
  } finally {
    await client.end();
  }
}

/** The same address with another login. */
export function withLogin(url: string, user: string, password: string, database?: string): string {
  const changed = new URL(url);
  changed.username = user;
  changed.password = password;
  if (database) changed.pathname = `/${database}`;
  return changed.href;
}
