// An operator who has the image and docs/operations.md, and nothing else: what the page says to run is run as it says.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { randomBytes } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import pg from 'pg';
import { commandsOfDeploy, commandsOfPage, statementsOfPage } from './page-commands.mjs';

const NOBODY = 65534;
const AS_NOBODY = process.getuid?.() === 0 ? { uid: NOBODY, gid: NOBODY } : {};
const TRACE = /^\s+at .*:\d+/m;

export class Operator {
  /** The settings of the owner's commands, and nothing more than the page names with each. */
  owner = {};
  #page = commandsOfPage();
  #deploy = commandsOfDeploy();
  #done = new Set();

  /** @param {{ app: string, env: object }} image @param {string} home a folder of the operator's own */
  constructor(image, home, checks) {
    fs.mkdirSync(home);
    if (AS_NOBODY.uid) fs.chownSync(home, NOBODY, NOBODY);
    Object.assign(this, { image, home, checks });
  }

  /** Starts a program in the image, as whoever has no rights. */
  start([program, ...args], env, input = 'ignore') {
    const child = spawn(program === 'node' ? process.execPath : program, args, {
      cwd: this.image.app,
      env: { PATH: withThisNode(), HOME: this.home, ...this.image.env, ...env },
      stdio: [input, 'pipe', 'pipe'],
      ...AS_NOBODY,
    });
    let output = '';
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding('utf8').on('data', (text) => (output += text));
    return { child, ended: once(child, 'close').then(([code]) => code), output: () => output };
  }

  /** Logins and database as the page makes them. @returns the addresses, each under the setting that the page says */
  async database(server) {
    const admin = new pg.Client({ connectionString: server.superuserUrl('postgres') });
    await admin.connect();
    const urls = {};
    const password = randomBytes(16).toString('hex');
    for (const { sql, setting } of statementsOfPage()) {
      await admin.query(sql.replace('…', password));
      const [, user] = /CREATE ROLE (\w+) LOGIN/.exec(sql) ?? [];
      if (setting) urls[setting] = server.url(user, password, 'myinps');
    }
    await admin.end();
    this.checks.that('the page makes three logins', Object.keys(urls).length === 3, JSON.stringify(urls));
    this.owner = { DATABASE_URL: urls.DATABASE_URL };
    return urls;
  }

  /**
   * Runs a command of the page.
   * @param {string} command as it is written there
   * @param {{ env?: object, named?: Record<string, string>, input?: string, says?: RegExp }} given what its words in capitals
   *   stand for, and the settings that the paragraph names
   * @returns {Promise<string>} what it said
   */
  async run(command, { env = {}, named = {}, input, says = /./ } = {}) {
    const found = this.#page.find((one) => one.command === command);
    if (!found) throw new Error(`docs/operations.md says nothing of: ${command}`);
    this.#done.add(command);
    const silent = Object.keys(env).filter((name) => !new RegExp(`\\b${settingNames(name)}`).test(found.paragraph));
    const line = Object.entries(named).reduce((text, [word, value]) => text.replace(word, value), command);
    const started = this.start(['sh', '-c', line], { ...this.owner, ...env }, input === undefined ? 'ignore' : 'pipe');
    started.child.stdin?.end(input);
    const good = (await started.ended) === 0 && says.test(started.output()) && silent.length === 0;
    const missing = silent.map((name) => `the page does not name ${name}\n`).join('');
    this.checks.that(command, good, `${missing}${started.output()}`);
    return started.output();
  }

  /** Runs what a file of deploy/ runs. */
  async deploy(file, env, named = {}) {
    this.#done.add(file);
    const command = this.#deploy[file].map((part) =>
      Object.entries(named).reduce((text, [word, value]) => text.replaceAll(word, value), part),
    );
    const { ended, output } = this.start(command, env);
    this.checks.that(`deploy/${file}`, (await ended) === 0, output());
  }

  /** A command with settings that cannot do: one that says so in plain words, and ends with 1. */
  async refused(what, name, env, says) {
    const { ended, output } = this.start(['node', 'scripts/command.mjs', ...name.split(' ')], env);
    const good = (await ended) === 1 && says.test(output()) && !TRACE.test(output());
    this.checks.that(`${name} ${what}: a sentence, and 1`, good, output());
  }

  /** Everything that the page and deploy/ run was run. */
  everythingRun() {
    const all = [...this.#page.map(({ command }) => command), ...Object.keys(this.#deploy)];
    const left = all.filter((one) => !this.#done.has(one));
    this.checks.that(`all ${all.length} commands of docs/operations.md and deploy/ were run`, left.length === 0, left);
  }
}

/** INSTITUTE_NAME is told by INSTITUTE_*. */
const settingNames = (name) => `(${name}\\b|${name.split('_')[0]}_\\*)`;

const withThisNode = () => `${path.dirname(process.execPath)}${path.delimiter}${process.env.PATH}`;
