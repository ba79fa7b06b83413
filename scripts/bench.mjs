// `npm run bench`: the program against a floor (node:http + pg, the same statements), in ratios of one run.
// Seeds what is missing first. Options: test/bench/options.ts; a short run is `npm run bench -- --quick`.
import { build, progress, ready } from './lib/setup.mjs';

if (ready()) await main();

async function main() {
  process.env.DATA_DIR ??= '.data/bench';
  build('dist', 'nest', ['build']);
  const { readOptions } = await import('../test/bench/options.ts');
  const { bench } = await import('../test/bench/run.ts');
  await bench(readOptions(process.argv.slice(2)), progress);
}
