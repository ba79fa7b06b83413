// `npm run retention [-- --dry-run]`: deletes what the privacy notice says is kept no longer, now. The worker does the same
// each night; this is for a dry run before a change of the rules, and for whoever runs no worker. Runs as the owner.
import { SystemClock } from '#src/common/clock.js';
import { asOwner } from './lib/database.ts';
import { openDatabase } from './lib/open-database.ts';
import { queryOf } from './lib/query.ts';
import { applyRetention } from './lib/retention.ts';
import { progress } from './lib/setup.mjs';

const dryRun = process.argv.includes('--dry-run');
const database = await openDatabase(progress);
const now = new SystemClock().now();
const report = await asOwner(database.urls.owner, (client) => applyRetention(queryOf(client), now, dryRun));
for (const { rule, before, rows } of report) {
  progress(
    `${String(rows).padStart(8)} ${dryRun ? 'would go' : 'deleted'}: ${rule}, older than ${before.toString().slice(0, 10)}`,
  );
}
await database.close();
