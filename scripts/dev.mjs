// `npm run dev`: as npm start, and again whenever a source, view or style changes.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { progress, ready, withBin } from './lib/setup.mjs';

if (ready()) await watch();

async function watch() {
  let child = run();
  let changed = false;
  let changedOnce = false;
  // The first start says what is to be mended: nothing of ours is to be waited for.
  child.once('exit', (code) => {
    if (!changedOnce) process.exit(code ?? 1);
  });
  const ended = () => child.exitCode ?? child.signalCode;
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'])
    process.on(signal, () => {
      child.once('exit', (code) => process.exit(code ?? 1));
      if (ended() !== null || !child.kill('SIGTERM')) process.exit(0);
    });
  for (const folder of ['src', 'views', 'public', 'migrations'])
    fs.watch(folder, { recursive: true }, () => (changed = changedOnce = true));
  for (;;) {
    await sleep(300);
    if (!changed) continue;
    changed = false;
    progress('something changed: starting again');
    if (ended() === null && child.kill('SIGTERM')) await once(child, 'exit');
    child = run();
  }
}

function run() {
  return spawn('node', ['scripts/start.mjs'], { stdio: 'inherit', env: withBin() });
}
