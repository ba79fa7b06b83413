// Fills a database of its own (DATA_DIR, normally .data/bench) for `npm run bench`; safe to repeat.
// Sizes: --citizens 100000 --offices 500 --slots 700000 --notices 1000000 --grow 10 (0: without the larger copy).
import { openBench } from '../../test/bench/databases.ts';
import { readOptions } from '../../test/bench/options.ts';
import { progress } from '../lib/setup.mjs';

export async function run(args: string[]): Promise<void> {
  process.env.DATA_DIR ??= '.data/bench';
  const databases = await openBench(readOptions(args), progress);
  progress(`ready: ${databases.map(({ name }) => name).join(', ')}`);
}
