// What both commands of the README need before anything else. Node built-ins only: there may be no dependencies yet.
import { spawn, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { plainly, ToMend } from './plain.mjs';

export const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..', '..');
const LEAST_NODE = 26;

/** Prints a step with the time since the start. */
export function progress(text) {
  console.log(`[${(performance.now() / 1000).toFixed(1).padStart(5)} s] ${text}`);
}

/**
 * Installs dependencies when they are missing or older than the lock file, then makes sure that this very script runs
 * on the Node that the lock file pins: `node` from the PATH of the npm script, whatever the machine has.
 * @returns {boolean} whether this process should go on (false: a child did the work and this one should end)
 */
export function ready() {
  process.on('uncaughtException', fail);
  process.chdir(root);
  stopInUnknownEnvironment();
  haveFolders();
  if (!isInstalled()) install();
  if (Number(process.versions.node.split('.')[0]) >= LEAST_NODE) return true;
  if (!fs.existsSync(bin('node'))) throw new ToMend(`Node ${LEAST_NODE} is needed; this is ${process.versions.node}.`);
  const child = spawn('node', [process.argv[1], ...process.argv.slice(2)], {
    stdio: 'inherit',
    env: withBin(),
    shell: process.platform === 'win32',
  });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  child.once('exit', (code, signal) => process.exit(code ?? (signal ? 1 : 0)));
  return false;
}

/** As src/config.ts does, before anything is built or seeded: "prod" or "staging" must never mean development. */
function stopInUnknownEnvironment() {
  const { NODE_ENV } = process.env;
  if (!NODE_ENV || ['development', 'production', 'test'].includes(NODE_ENV)) return;
  throw new ToMend('NODE_ENV must be one of development, production, test');
}

/** What installs and builds keeps things in HOME and TMPDIR: where these lead nowhere, others stand in. */
function haveFolders() {
  const { TMPDIR } = process.env;
  if (TMPDIR && !isWritable(TMPDIR)) delete process.env.TMPDIR;
  if (!isClone() || isWritable(homeFolder()) || !isWritable(root)) return;
  process.env.HOME = path.join(root, '.build', 'home');
  fs.mkdirSync(process.env.HOME, { recursive: true, mode: 0o700 });
}

/** Empty for who has neither HOME nor an entry in /etc/passwd. */
function homeFolder() {
  try {
    return os.homedir();
  } catch {
    return '';
  }
}

function isWritable(folder) {
  try {
    fs.accessSync(folder, fs.constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

/** Runs `work` to its end and ends the process with its code; what goes wrong is said in plain words, with code 1. */
export async function ended(work) {
  try {
    process.exit((await work()) ?? 0);
  } catch (error) {
    fail(error);
  }
}

function fail(error) {
  console.error(plainly(error));
  process.exit(1);
}

/** Where there are no sources there is nothing to make: the image has all it needs. */
const isClone = () => fs.existsSync('src');

function isInstalled() {
  if (!isClone()) return true;
  try {
    const installed = fs.statSync('node_modules/.package-lock.json').mtimeMs;
    return installed >= fs.statSync('package-lock.json').mtimeMs || sameLock();
  } catch {
    return false;
  }
}

/** A fresh clone dates its files now: what is installed is compared by what the lock file says, too. */
function sameLock() {
  const wanted = JSON.parse(fs.readFileSync('package-lock.json', 'utf8')).packages;
  const present = JSON.parse(fs.readFileSync('node_modules/.package-lock.json', 'utf8')).packages;
  return Object.entries(wanted).every(
    ([name, { version, optional }]) => name === '' || optional || present[name]?.version === version,
  );
}

function install() {
  mustBeWritable(root, 'installed');
  progress('installing what is missing (once)');
  // With NODE_ENV=production npm would leave out what builds, too.
  step('npm', ['ci', '--include=dev', '--include=optional', '--no-audit', '--no-fund', '--loglevel=error']);
  progress('installed');
}

/** The environment of an npm script, also when this was started without npm. */
export function withBin(env = process.env) {
  const folder = bin('');
  return {
    ...env,
    PATH: env.PATH?.split(path.delimiter)[0] === folder ? env.PATH : `${folder}${path.delimiter}${env.PATH ?? ''}`,
  };
}

function bin(program) {
  return path.join(root, 'node_modules', '.bin', program);
}

function mustBeWritable(folder, what) {
  if (!isWritable(folder)) throw new ToMend(`The program is to be ${what} first, and ${folder} cannot be written.`);
}

/** Runs a program of node_modules/.bin to its end; ends this process when it fails. */
export function step(program, args) {
  const result = spawnSync(program, args, { stdio: 'inherit', env: withBin(), shell: process.platform === 'win32' });
  if (result.error) throw new ToMend(`${program} cannot be started (${result.error.code}).`);
  if (result.status !== 0) process.exit(result.status ?? 1);
}

/** Builds what #src/* stands for, where it is not there: in the image, by the tests, in production once it was built. */
export function buildProgram() {
  const served = process.env.NODE_ENV === 'production' && fs.existsSync('dist/main.js');
  if (!isClone() || served || process.execArgv.includes('--conditions=built-for-tests')) return;
  build('dist');
}

/**
 * Builds src into `outDir` when something in it is newer than the last build there. By what `nest build` uses, too: its
 * own search for files takes the signs of a folder's name ([, {) for a pattern.
 */
export function build(outDir) {
  const mark = path.join(outDir, '.built');
  if (fs.existsSync(mark) && newest(path.join(root, 'src')) <= fs.statSync(mark).mtimeMs) return;
  mustBeWritable(fs.existsSync(outDir) ? outDir : root, 'built');
  if (!fs.existsSync(bin('swc'))) install();
  progress('building');
  step('swc', ['src', '-d', outDir, '--strip-leading-paths', '--copy-files', '--delete-dir-on-start', '-q']);
  fs.writeFileSync(mark, '');
}

function newest(folder) {
  return Math.max(
    ...fs.readdirSync(folder, { recursive: true }).map((name) => fs.statSync(path.join(folder, name)).mtimeMs),
    fs.statSync(path.join(root, '.swcrc')).mtimeMs,
  );
}
