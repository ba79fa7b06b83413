// The program against a floor (node:http + pg, the same statements), in ratios of one run. Seeds what is missing first.
// Options: test/bench/options.ts; a short run is `npm run bench -- --quick`.
import { readOptions } from '../../test/bench/options.ts';
import { bench } from '../../test/bench/run.ts';
import { progress } from '../lib/setup.mjs';

export async function run(args: string[]): Promise<void> {
  process.env.DATA_DIR ??= '.data/bench';
  await bench(readOptions(args), progress);
}
