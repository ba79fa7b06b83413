import { spawn, type ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { SystemClock } from '#src/common/clock.js';
import { parameter, types } from '#src/common/pg-types.js';
import { Config } from '#src/config.js';
import { ensureRoles, migrate, type Urls } from '../../scripts/lib/database.ts';
import { withLogin } from '../../scripts/lib/open-database.ts';
import { portToCome } from '../../scripts/lib/ports.mjs';
import { embeddedPostgres } from '../../scripts/lib/postgres.mjs';
import type { TestApp } from './app.ts';
import type { Citizen } from './people.ts';
import { signedInAs, type SignedIn } from './sign-in.ts';

/** How long a test waits for what must come: it is never the measure of anything, so it suits the slowest machine. */
export const PATIENCE_MS = 300_000;

export const ROOT = path.resolve(import.meta.dirname, '..', '..');

/** The program as a process of its own, as main.ts runs it, with the real clock. */
export interface Program {
  url: string;
  management: string;
  /** The settings it was given. */
  config: Config;
  pid: number;
  /** Milliseconds from the start of the process to "ready". */
  readyAfterMs: number;
  /** Everything it said on both streams. */
  output(): string;
  signal(name: NodeJS.Signals): void;
  /** Cuts the line to whoever started it, as when that one is killed. */
  abandon(): void;
  /** How it ended, when it does. */
  ended: Promise<{ code: number | null; signal: string | null }>;
  /** Asks it to stop, and kills it when it does not. */
  stop(): Promise<{ code: number | null; signal: string | null; ms: number }>;
}

export interface ProgramOptions {
  env?: Record<string, string>;
  /** The port of an earlier process, to be taken over. */
  port?: number;
}

export async function startProgram(urls: Urls, options: ProgramOptions = {}): Promise<Program> {
  const started = await launchProgram(urls, options);
  if (started.program) return started.program;
  throw new Error(`the program did not start:\n${started.output}`);
}

/** As startProgram, for starts that may be refused. */
export async function launchProgram(
  urls: Urls,
  { env = {}, port: given }: ProgramOptions = {},
): Promise<{ program: Program | null; code: number | null; output: string }> {
  const port = given ?? (await portToCome());
  const managementPort = await portToCome();
  const settings = {
    NODE_ENV: 'test',
    NO_DEVELOPMENT_DOUBLES: '1',
    SECRET: TEST_SECRET,
    HOST: '127.0.0.1',
    PORT: String(port),
    MANAGEMENT_PORT: String(managementPort),
    BASE_URL: `http://127.0.0.1:${port}`,
    DATABASE_URL: urls.owner,
    DATABASE_WEB_URL: urls.web,
    DATABASE_WORKER_URL: urls.worker,
    ...env,
  };
  const since = performance.now();
  const child = spawn(
    'node',
    ['--conditions=built-for-tests', '--enable-source-maps', path.join(ROOT, '.build', 'test', 'main.js')],
    {
      cwd: ROOT,
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      env: { PATH: process.env.PATH, HOME: process.env.HOME, ...settings },
    },
  );
  const said = collected(child);
  const ended = endOf(child);
  const ready = await Promise.race([once(child, 'message').then(() => true), ended.then(() => false)]);
  if (!ready) return { program: null, code: (await ended).code, output: said() };
  const program: Program = {
    url: `http://127.0.0.1:${port}`,
    management: `http://127.0.0.1:${managementPort}`,
    config: new Config(settings),
    pid: child.pid!,
    readyAfterMs: Math.round(performance.now() - since),
    output: said,
    signal: (name) => void child.kill(name),
    abandon: () => child.disconnect(),
    ended,
    stop: () => stopped(child, ended),
  };
  return { program, code: null, output: said() };
}

export const TEST_SECRET = 'a-secret-of-the-tests-that-is-long-enough-for-the-settings';

function collected(child: ChildProcess): () => string {
  let text = '';
  for (const stream of [child.stdout, child.stderr])
    stream?.setEncoding('utf8').on('data', (part: string) => (text += part));
  return () => text;
}

function endOf(child: ChildProcess): Program['ended'] {
  // Its last words may arrive after its end; 'close', which would wait for them, never comes after a disconnect().
  const said = [child.stdout, child.stderr].map((stream) => stream && once(stream, 'end'));
  const ended = once(child, 'exit').then(([code, signal]) => ({ code, signal }));
  return Promise.all([ended, ...said]).then(([end]) => end);
}

async function stopped(
  child: ChildProcess,
  ended: Program['ended'],
): Promise<{ code: number | null; signal: string | null; ms: number }> {
  const since = performance.now();
  if (child.exitCode === null && child.signalCode === null) child.kill('SIGTERM');
  const killer = setTimeout(() => child.kill('SIGKILL'), PATIENCE_MS);
  const end = await ended;
  clearTimeout(killer);
  return { ...end, ms: Math.round(performance.now() - since) };
}

/** An embedded PostgreSQL of its own, as durable as the one of `npm start`, that a test may kill. */
export interface OwnServer {
  urls: Urls;
  query<R = Record<string, unknown>>(sql: string, parameters?: unknown[]): Promise<R[]>;
  postmaster(): number;
  /** As the launcher does when it finds the server gone. @returns milliseconds until it took connections again */
  startAgain(): Promise<number>;
  close(): Promise<void>;
}

export async function ownServer(): Promise<OwnServer> {
  const dataDir = await mkdtemp(path.join(tmpdir(), 'myinps-crash-'));
  // As root the server runs as another user, who must get there.
  await chmod(dataDir, 0o755);
  const settings = { fsync: 'on', synchronous_commit: 'on', full_page_writes: 'on', shared_buffers: '64MB' };
  let server = await embeddedPostgres({ dataDir, settings });
  const admin = server.superuserUrl('postgres');
  const logins = await ensureRoles(admin, server.secret, 'myinps_test');
  const setUp = new pg.Client({ connectionString: admin });
  await setUp.connect();
  await setUp.query('CREATE DATABASE crash');
  await setUp.end();
  const owner = server.superuserUrl('crash');
  const as = ({ user, password }: { user: string; password: string }) => withLogin(owner, user, password);
  await migrate(owner);
  return {
    urls: { owner, web: as(logins.web), worker: as(logins.worker) },
    query: (sql, parameters) => oneQuery(owner, sql, parameters),
    postmaster: () => server.pid(),
    startAgain: async () => {
      const since = performance.now();
      server = await embeddedPostgres({ dataDir, settings });
      return Math.round(performance.now() - since);
    },
    close: async () => {
      await server.stop();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

/** One statement on a connection of its own, which a killed server cannot spoil for the next. */
async function oneQuery<R>(url: string, text: string, values: unknown[] = []): Promise<R[]> {
  const client = new pg.Client({ connectionString: url, options: '-c timezone=UTC' });
  client.on('error', () => {});
  await client.connect();
  try {
    return (await client.query({ text, values: values.map(parameter), types })).rows as R[];
  } finally {
    await client.end();
  }
}

/** Somebody with a session, made by the owner of the database for a program with these settings. */
export async function signedInOn(
  db: { query: OwnServer['query'] },
  config: Config,
  names: Partial<Citizen> = {},
): Promise<SignedIn> {
  const citizen = { id: randomUUID(), name: 'Prova', familyName: 'Prova', ...names } as Citizen;
  const now = new SystemClock().now();
  await db.query(
    `INSERT INTO citizen (id, identity_key, fiscal_code, name, family_name, said_email, said_mobile, residence_istat, created_at, updated_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $9)`,
    [
      citizen.id,
      `cf:${citizen.id}`,
      citizen.fiscalCode ?? null,
      citizen.name,
      citizen.familyName,
      citizen.email ?? null,
      citizen.mobile ?? null,
      citizen.residenceIstat ?? null,
      now,
    ],
  );
  const portal = { db, config, clock: new SystemClock(), browser: () => ({ set: () => {} }) } as unknown as TestApp;
  return signedInAs(portal, citizen);
}

/** Asks until the answer is as wished. @returns milliseconds it took */
export async function until(
  wished: () => Promise<boolean> | boolean,
  what: string | (() => string),
  withinMs = PATIENCE_MS,
): Promise<number> {
  const since = performance.now();
  while (performance.now() - since < withinMs) {
    if (await wished()) return Math.round(performance.now() - since);
    await sleep(50);
  }
  throw new Error(`not within ${withinMs} ms: ${typeof what === 'string' ? what : what()}`);
}
