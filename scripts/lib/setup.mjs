// What both commands of the README need before anything else. Node built-ins only: there may be no dependencies yet.
import { spawn, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

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
  process.chdir(root);
  stopInUnknownEnvironment();
  if (!isInstalled()) install();
  if (Number(process.versions.node.split('.')[0]) >= LEAST_NODE) return true;
  const child = spawn('node', [process.argv[1], ...process.argv.slice(2)], {
    stdio: 'inherit',
    env: withBin(),
    shell: process.platform === 'win32',
  });
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill(signal));
  child.once('exit', (code, signal) => process.exit(code ?? (signal ? 1 : 0)));
  return false;
}

/** As src/config.ts does, before anything is built or seeded: "prod" or "staging" must never mean development. */
function stopInUnknownEnvironment() {
  const { NODE_ENV } = process.env;
  if (!NODE_ENV || ['development', 'production', 'test'].includes(NODE_ENV)) return;
  console.error('NODE_ENV must be one of development, production, test');
  process.exit(1);
}

function isInstalled() {
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
  progress('installing what is missing (once)');
  const result = spawnSync('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], {
    stdio: 'inherit',
    shell: process.platform === 'win32',
  });
  if (result.status !== 0) process.exit(result.status ?? 1);
  progress('installed');
}

/** The environment of an npm script, also when this was started without npm. */
export function withBin(env = process.env) {
  const bin = path.join(root, 'node_modules', '.bin');
  return { ...env, PATH: env.PATH?.split(path.delimiter)[0] === bin ? env.PATH : `${bin}${path.delimiter}${env.PATH}` };
}

/** Runs a program of node_modules/.bin to its end; ends this process when it fails. */
export function step(program, args) {
  const result = spawnSync(program, args, { stdio: 'inherit', env: withBin(), shell: process.platform === 'win32' });
  if (result.status !== 0) process.exit(result.status ?? 1);
}

/** Builds src into `outDir` when something in it is newer than the last build there. */
export function build(outDir, program, args) {
  const mark = path.join(outDir, '.built');
  if (fs.existsSync(mark) && newest(path.join(root, 'src')) <= fs.statSync(mark).mtimeMs) return;
  progress('building');
  step(program, args);
  fs.writeFileSync(mark, '');
}

function newest(folder) {
  return Math.max(
    ...fs.readdirSync(folder, { recursive: true }).map((name) => fs.statSync(path.join(folder, name)).mtimeMs),
    fs.statSync(path.join(root, '.swcrc')).mtimeMs,
  );
}
