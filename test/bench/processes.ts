// The three processes of a measurement: the program, the floor, the visitors.
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import net, { type AddressInfo } from 'node:net';
import type { Urls } from '../../scripts/lib/database.ts';
import { root, withBin } from '../../scripts/lib/setup.mjs';
import type { Job, Measured } from './load.ts';
import type { Recorded, Script } from './statements.ts';

export const PAGE_POOL = 10;
export const SESSION_POOL = 5;

export interface Running {
  port: number;
  child: ChildProcess;
  /** From the start of the process to the moment it takes requests. */
  readyMs: number;
  stop(): Promise<void>;
}

/** Everything as in production but the address (http) and the identity providers; log lines of each request are written, to nowhere. */
export async function startProgram(urls: Urls, secret: string, nodeArgs: string[] = []): Promise<Running> {
  const port = await freePort();
  const production = productionCommand();
  const env = {
    ...production.env,
    NODE_ENV: 'test',
    NO_DEVELOPMENT_DOUBLES: '1',
    ROLE: 'web',
    LOG_LEVEL: 'info',
    PORT: String(port),
    BASE_URL: `http://localhost:${port}`,
    HOST: '127.0.0.1',
    SECRET: secret,
    DATABASE_URL: '',
    DATABASE_WEB_URL: urls.web,
    DATABASE_WORKER_URL: '',
    DATABASE_POOL: String(PAGE_POOL),
    SESSION_POOL: String(SESSION_POOL),
    SPID_METADATA_DIR: '',
  };
  const began = performance.now();
  const child = start([...nodeArgs, ...production.args], env);
  await said(child);
  return { port, child, readyMs: performance.now() - began, stop: () => stopped(child) };
}

/** What the Dockerfile starts, so that memory is measured with the settings of production. */
function productionCommand(): { args: string[]; env: Record<string, string> } {
  const lines = readFileSync(path.join(root, 'Dockerfile'), 'utf8').trim().split('\n');
  const [, ...args] = JSON.parse((lines.at(-1) ?? '').replace(/^CMD /, '')) as string[];
  const arenas = lines.map((line) => /^ENV .*MALLOC_ARENA_MAX=(\d+)/.exec(line)?.[1]).find(Boolean);
  return { args, env: arenas ? { MALLOC_ARENA_MAX: arenas } : {} };
}

export async function startFloor(urls: Urls, scripts: Script[]): Promise<Running> {
  const began = performance.now();
  const child = start(['test/bench/floor.ts'], {});
  child.send({ url: urls.web, pagePool: PAGE_POOL, sessionPool: SESSION_POOL, scripts });
  const { port } = (await said(child)) as { port: number };
  return { port, child, readyMs: performance.now() - began, stop: () => stopped(child) };
}

export interface Visitors {
  measure(job: Job): Promise<Measured>;
  stop(): Promise<void>;
}

export function startVisitors(): Visitors {
  const child = start(['test/bench/load.ts'], {});
  return {
    measure: async (job) => {
      child.send(job);
      return (await said(child)) as Measured;
    },
    stop: () => stopped(child),
  };
}

/** The statements since the last time, of a program started with record.mjs. */
export async function takeStatements(child: ChildProcess): Promise<Recorded[]> {
  child.send('take the statements');
  return ((await said(child)) as { statements: Recorded[] }).statements;
}

/** Resident memory now and at its highest, in bytes; null where the system does not say. */
export function memory(child: ChildProcess): { now: number; highest: number } | null {
  try {
    const status = readFileSync(`/proc/${child.pid}/status`, 'utf8');
    const kilobytes = (name: string) => Number(new RegExp(`${name}:\\s+(\\d+)`).exec(status)?.[1] ?? 0) * 1024;
    return { now: kilobytes('VmRSS'), highest: kilobytes('VmHWM') };
  } catch {
    return null;
  }
}

function start(args: string[], env: Record<string, string>): ChildProcess {
  const options = { cwd: root, env: { ...withBin(), ...env }, serialization: 'advanced' as const };
  const quiet = ['--disable-warning=ExperimentalWarning', ...args];
  return spawn(process.execPath, quiet, { ...options, stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
}

/** The next message; a process that ends instead is an error. */
async function said(child: ChildProcess): Promise<unknown> {
  const aborted = new AbortController();
  const ended = once(child, 'exit', { signal: aborted.signal }).then(([code]) => {
    throw new Error(`${child.spawnargs.at(-1)} ended with ${String(code)}`);
  });
  try {
    return (await Promise.race([once(child, 'message'), ended]))[0] as unknown;
  } finally {
    ended.catch(() => {});
    aborted.abort();
  }
}

async function stopped(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exit = once(child, 'exit');
  child.kill('SIGTERM');
  const force = setTimeout(() => child.kill('SIGKILL'), 5000);
  await exit;
  clearTimeout(force);
}

async function freePort(): Promise<number> {
  const server = net.createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
