import pg from 'pg';
import { parameter, types } from '#src/common/pg-types.js';
import { withLogin } from '../../scripts/lib/open-database.ts';

/** A database of one test file, copied from the migrated template (about 0.2 s). */
export interface TestDatabase {
  owner: string;
  web: string;
  worker: string;
  /** One statement as the owner, whom no policy holds back: to arrange a case and to look at what came of it. */
  query<R = Record<string, unknown>>(sql: string, parameters?: unknown[]): Promise<R[]>;
  drop(): Promise<void>;
}

let made = 0;

export async function testDatabase(): Promise<TestDatabase> {
  const admin = required('TEST_ADMIN_URL');
  const template = required('TEST_TEMPLATE');
  const name = `${template.replace('_template', '')}_${process.pid}_${++made}`;
  await once(admin, `CREATE DATABASE ${name} TEMPLATE ${template}`);
  const { username, password } = new URL(admin);
  const owner = withLogin(admin, username, decodeURIComponent(password), name);
  const pool = new pg.Pool({ connectionString: owner, max: 2, options: '-c timezone=UTC' });
  pool.on('error', () => {});
  return {
    owner,
    web: asLogin(admin, 'TEST_WEB_LOGIN', name),
    worker: asLogin(admin, 'TEST_WORKER_LOGIN', name),
    query: async <R>(text: string, values: unknown[] = []) =>
      (await pool.query({ text, values: values.map(parameter), types })).rows as R[],
    drop: async () => {
      await pool.end();
      await once(admin, `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
    },
  };
}

function asLogin(admin: string, variable: string, database: string): string {
  const { user, password } = JSON.parse(required(variable)) as { user: string; password: string };
  return withLogin(admin, user, password, database);
}

/** Copying a template fails while another copy is being made: wait for one's turn. */
async function once(admin: string, sql: string): Promise<void> {
  const client = new pg.Client({ connectionString: admin });
  await client.connect();
  try {
    await client.query('SELECT pg_advisory_lock(20200402)');
    await client.query(sql);
  } finally {
    await client.end();
  }
}

function required(name: string): string {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set: run the tests with npm test`);
  return value;
}
