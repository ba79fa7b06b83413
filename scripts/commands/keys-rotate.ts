// Seals anew, with the present SECRET, everything that was sealed with one of SECRET_PREVIOUS or in the old form. Run as
// the owner, while the program runs (docs/operations.md, "Changing SECRET"). It may be stopped at any moment and run
// again. Ends with 0 only when nothing under another secret is left.
import { SystemClock } from '#src/common/clock.js';
import { isDryRun } from '../lib/arguments.ts';
import { asOwner } from '../lib/database.ts';
import { keysOfInstallation } from '../lib/keys.ts';
import { openOwner } from '../lib/open-database.ts';
import { queryOf } from '../lib/query.ts';
import { rotateKeys, rotationReport } from '../lib/rotate-keys.ts';
import { progress } from '../lib/setup.mjs';

export async function run(args: string[]): Promise<number> {
  const dryRun = isDryRun(args, 'keys:rotate');
  const { owner, secret } = await openOwner(progress);
  const stop = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stop.abort());
  const keys = keysOfInstallation(secret);
  const clock = new SystemClock();
  const rotation = await asOwner(owner, (client) =>
    rotateKeys({ query: queryOf(client), keys, clock, progress, dryRun, signal: stop.signal }),
  );
  const { lines, done } = rotationReport(rotation);
  for (const line of lines) progress(line);
  return done || dryRun ? 0 : 1;
}
