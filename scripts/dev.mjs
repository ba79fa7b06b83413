// `npm run dev`: as npm start, and again whenever a source, view or style changes.
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { progress, ready, withBin } from './lib/setup.mjs';

if (ready()) await watch();

async function watch() {
  let child = run();
  let changed = false;
  for (const folder of ['src', 'views', 'public', 'migrations'])
    fs.watch(folder, { recursive: true }, () => (changed = true));
  for (;;) {
    await sleep(300);
    if (!changed) continue;
    changed = false;
    progress('something changed: starting again');
    const ended = new Promise((resolve) => child.once('exit', resolve));
    if (child.exitCode === null && child.kill('SIGTERM')) await ended;
    child = run();
  }
}

function run() {
  return spawn('node', ['scripts/start.mjs'], { stdio: 'inherit', env: withBin() });
}
