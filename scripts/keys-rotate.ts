// `npm run keys:rotate [-- --dry-run]`: seals anew, with the present SECRET, everything that was sealed with one of
// SECRET_PREVIOUS or in the old form. Run as the owner, while the program runs (docs/operations.md, "Changing SECRET").
// It may be stopped at any moment and run again. Ends with 0 only when nothing under another secret is left.
import { SystemClock } from '#src/common/clock.js';
import { asOwner } from './lib/database.ts';
import { keysOfInstallation } from './lib/keys.ts';
import { openDatabase } from './lib/open-database.ts';
import { queryOf } from './lib/query.ts';
import { rotateKeys, rotationReport } from './lib/rotate-keys.ts';
import { progress } from './lib/setup.mjs';

const dryRun = process.argv.includes('--dry-run');
const database = await openDatabase(progress);
const stop = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stop.abort());
const keys = keysOfInstallation(database.secret);
const clock = new SystemClock();
const rotation = await asOwner(database.urls.owner, (client) =>
  rotateKeys({ query: queryOf(client), keys, clock, progress, dryRun, signal: stop.signal }),
);
await database.close();
const { lines, done } = rotationReport(rotation);
for (const line of lines) progress(line);
process.exitCode = done || dryRun ? 0 : 1;
