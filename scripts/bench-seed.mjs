// `npm run bench:seed`: fills a database of its own (DATA_DIR, normally .data/bench) for `npm run bench`; safe to repeat.
// Sizes: --citizens 100000 --offices 500 --slots 700000 --notices 1000000 --grow 10 (0: without the larger copy).
import { build, progress, ready } from './lib/setup.mjs';

if (ready()) await main();

async function main() {
  process.env.DATA_DIR ??= '.data/bench';
  build('dist', 'nest', ['build']);
  const { readOptions } = await import('../test/bench/options.ts');
  const { openBench } = await import('../test/bench/databases.ts');
  const { databases, close } = await openBench(readOptions(process.argv.slice(2)), progress);
  progress(`ready: ${databases.map(({ name }) => name).join(', ')}`);
  await close();
}
