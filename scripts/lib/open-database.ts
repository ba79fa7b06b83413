// The database of this machine: the embedded one, or the one that DATABASE_URL names. Never two ways of using it.
import path from 'node:path';
import { parse } from 'pg-connection-string';
import { asOwner, connected, ensureRoles, type Progress, type Urls } from './database.ts';
import { ToMend } from './plain.mjs';
import { derived, embeddedPostgres } from './postgres.mjs';

export interface OpenDatabase {
  urls: Urls;
  /** A secret of this installation, kept beside its data; empty in production with a database of one's own. */
  secret: string;
  /** Starts the embedded server again whenever it is gone. */
  keepRunning(): void;
}

const DATABASE = 'myinps';

/** For commands: the owner's address alone, and nothing that only a superuser may do. */
export async function openOwner(progress: Progress): Promise<{ owner: string; secret: string }> {
  const external = process.env.DATABASE_URL;
  if (external) return { owner: checked('DATABASE_URL', external), secret: secretFor(external) };
  const { urls, secret } = await embedded(progress);
  return { owner: urls.owner, secret };
}

/** For the program: all three logins, made where no more is said than the owner's. */
export async function openDatabase(progress: Progress): Promise<OpenDatabase> {
  return process.env.DATABASE_URL ? given(process.env.DATABASE_URL) : embedded(progress);
}

async function given(address: string): Promise<OpenDatabase> {
  const owner = checked('DATABASE_URL', address);
  const { DATABASE_WEB_URL, DATABASE_WORKER_URL } = process.env;
  const rest = { secret: secretFor(owner), keepRunning: () => {} };
  if (!DATABASE_WEB_URL || !DATABASE_WORKER_URL) {
    const logins = await ensureRoles(owner, derived(owner, 'logins')).catch(mayNotMakeRoles);
    const as = ({ user, password }: { user: string; password: string }) => withLogin(owner, user, password);
    return { urls: { owner, web: as(logins.web), worker: as(logins.worker) }, ...rest };
  }
  const web = checked('DATABASE_WEB_URL', DATABASE_WEB_URL);
  const worker = checked('DATABASE_WORKER_URL', DATABASE_WORKER_URL);
  for (const [setting, url] of Object.entries({ DATABASE_WEB_URL: web, DATABASE_WORKER_URL: worker }))
    await (await connected(url, setting)).end();
  return { urls: { owner, web, worker }, ...rest };
}

function mayNotMakeRoles(error: unknown): never {
  if ((error as { code?: string }).code !== '42501') throw error;
  throw new ToMend(
    'The login of DATABASE_URL may not make the logins of the program: make them (docs/operations.md, "PostgreSQL")\n' +
      'and set DATABASE_WEB_URL and DATABASE_WORKER_URL.',
  );
}

function checked(setting: string, url: string): string {
  try {
    if (/^postgres(ql)?:\/\//.test(url) && parse(url).host) return url;
  } catch (error) {
    // A certificate that it names is not there.
    if ((error as NodeJS.ErrnoException).path) throw error;
  }
  throw new ToMend(`${setting} must be an address such as postgres://user:password@host:5432/database.`);
}

/** Production never makes one up: what it sealed could not be opened when the address changes. */
function secretFor(owner: string): string {
  return process.env.NODE_ENV === 'production' ? '' : derived(owner, 'secret');
}

async function embedded(progress: Progress): Promise<OpenDatabase> {
  const dataDir = path.resolve(process.env.DATA_DIR ?? '.data');
  const server = await embeddedPostgres({ dataDir, progress });
  const admin = server.superuserUrl('postgres');
  const logins = await ensureRoles(admin, server.secret).catch((error: Error) => {
    if ((error.cause as { code?: string } | undefined)?.code !== '28P01') throw error;
    throw new ToMend(
      `The database was made with another secret than the one in ${path.join(dataDir, 'secret')}: put that one back, ` +
        `or delete ${dataDir} to begin anew.`,
    );
  });
  const owner = { user: 'myinps_owner', password: derived(server.secret, 'myinps_owner') };
  await ensureOwner(admin, owner.user, owner.password);
  const as = ({ user, password }: { user: string; password: string }) => server.url(user, password, DATABASE);
  return {
    urls: { owner: as(owner), web: as(logins.web), worker: as(logins.worker) },
    secret: server.secret,
    keepRunning: server.keepRunning,
  };
}

/** The owner of the database: it may change the schema, and is no superuser. */
async function ensureOwner(adminUrl: string, user: string, password: string): Promise<void> {
  await asOwner(adminUrl, async (client) => {
    const role = await client.query('SELECT 1 FROM pg_roles WHERE rolname = $1', [user]);
    if (role.rowCount === 0)
      await client.query(`CREATE ROLE ${user} LOGIN NOSUPERUSER NOBYPASSRLS PASSWORD '${password}'`);
    const database = await client.query('SELECT 1 FROM pg_database WHERE datname = $1', [DATABASE]);
    if (database.rowCount === 0) await client.query(`CREATE DATABASE ${DATABASE} OWNER ${user}`);
  });
}

/** The same address with another login. */
export function withLogin(url: string, user: string, password: string, database?: string): string {
  const changed = new URL(url);
  changed.username = user;
  changed.password = password;
  if (database) changed.pathname = `/${database}`;
  return changed.href;
}
