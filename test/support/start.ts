// `npm start` in a clone of its own, as whoever tries the portal has it.
import assert from 'node:assert/strict';
import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  utimesSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after } from 'node:test';
import { portToCome } from '../../scripts/lib/ports.mjs';
import { ROOT, until } from './process.ts';
import { visit } from './visit.ts';

export const IS_ROOT = process.getuid?.() === 0;
export const NOBODY = 65534;
const FILES = [
  'src',
  'views',
  'public',
  'migrations',
  'scripts',
  'test',
  'package.json',
  'package-lock.json',
  '.swcrc',
  'nest-cli.json',
  'tsconfig.json',
  'tsconfig.build.json',
  '.npmrc',
];

export interface Account {
  uid?: number;
  gid?: number;
}

/** An ordinary user: this one, or one without rights where this is root. */
export const ORDINARY: Account = IS_ROOT ? { uid: NOBODY, gid: NOBODY } : {};

export interface Given {
  env?: Record<string, string>;
  account?: Account;
  /** What is started, and what it is given. */
  script?: string[];
}

export interface Run {
  url: string;
  child: ChildProcess;
  output(): string;
  /** Its code, with all it said. */
  ended: Promise<number | null>;
  stop(): Promise<void>;
}

const running = new Set<Run>();
const parents: string[] = [];

after(async () => {
  for (const one of running) await one.stop();
  for (const parent of parents) {
    const found = execFileSync('find', [parent, '-name', 'postgres-is-elsewhere.txt'], { encoding: 'utf8' });
    for (const file of found.split('\n').filter(Boolean))
      rmSync(readFileSync(file, 'utf8').trim(), { recursive: true, force: true });
    execFileSync('chmod', ['-R', 'u+w', parent]);
    rmSync(parent, { recursive: true, force: true });
  }
});

/** A clone in a folder of its own, dependencies already there. */
export function clone(mode: number, name = 'clone'): { parent: string; folder: string } {
  const parent = mkdtempSync(path.join(tmpdir(), 'myinps-start-'));
  chmodSync(parent, mode);
  const folder = path.join(parent, name);
  parents.push(parent);
  mkdirSync(folder);
  for (const file of FILES) cpSync(path.join(ROOT, file), path.join(folder, file), { recursive: true });
  symlinkSync(path.join(ROOT, 'node_modules'), path.join(folder, 'node_modules'));
  // Older than what is installed: `npm ci` through the link would empty the folder that everybody uses.
  utimesSync(path.join(folder, 'package-lock.json'), 0, 0);
  return { parent, folder };
}

/** Where the embedded database of a data folder lives. */
export function homeOf(dataDir: string): string {
  const elsewhere = path.join(dataDir, 'postgres-is-elsewhere.txt');
  return existsSync(elsewhere) ? readFileSync(elsewhere, 'utf8').trim() : path.join(dataDir, 'postgres');
}

/** The number of the server of a data folder; null when its file is not there: none runs, none was left behind. */
export function postmaster(dataDir: string): number | null {
  const file = path.join(homeOf(dataDir), 'data', 'postmaster.pid');
  return existsSync(file) ? Number(readFileSync(file, 'utf8').split('\n')[0]) : null;
}

/** `npm start` until it is ready. */
export async function npmStart(folder: string, given: Given = {}): Promise<Run & { readyAfterMs: number }> {
  const run = await launch(folder, given);
  const over = () => {
    assert.equal(run.child.exitCode, null, run.output());
    return false;
  };
  const readyAfterMs = await until(
    async () => over() || (await isReady(run.url)),
    () => `npm start is ready:\n${run.output()}`,
  );
  return { ...run, readyAfterMs };
}

export async function launch(folder: string, { env = {}, account = {}, script = ['scripts/start.mjs'] }: Given) {
  const port = await portToCome();
  const child = spawn(process.execPath, script, {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { PATH: process.env.PATH, HOME: folder, PORT: String(port), NO_DEVELOPMENT_DOUBLES: '1', ...env },
    ...account,
  });
  let text = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (part: string) => (text += part));
  const ended = once(child, 'close').then(([code]) => code as number | null);
  const run: Run = {
    url: `http://localhost:${port}`,
    child,
    output: () => text,
    ended: ended.finally(() => running.delete(run)),
    stop: async () => {
      child.kill('SIGTERM');
      await ended;
    },
  };
  running.add(run);
  return run;
}

export const isReady = (url: string) =>
  visit(url, '/salute/pronta').then(
    ({ status }) => status === 200,
    () => false,
  );
