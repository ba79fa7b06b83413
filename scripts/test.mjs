// `npm test`: installs what is missing, builds into a folder of its own (never the one being served), makes databases
// of its own and runs every test. `npm test -- test/places` runs a part.
import { spawn } from 'node:child_process';
import { build, ready, withBin } from './lib/setup.mjs';

if (ready()) await main();

async function main() {
  build('.build/test');
  // The conditions that map #src/* to this build hold for the whole process, so the tests have one of their own.
  const args = [
    '--conditions=built-for-tests',
    '--enable-source-maps',
    '--disable-warning=ExperimentalWarning',
    'scripts/lib/run-tests.ts',
    ...process.argv.slice(2),
  ];
  const child = spawn('node', args, { stdio: 'inherit', env: withBin() });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  child.once('exit', (code) => process.exit(code ?? 1));
}
