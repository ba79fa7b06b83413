// Deletes what the privacy notice says is kept no longer, now. The worker does the same each night; this is for a dry run
// before a change of the rules, and for whoever runs no worker. Runs as the owner.
import { SystemClock } from '#src/common/clock.js';
import { isDryRun } from '../lib/arguments.ts';
import { asOwner } from '../lib/database.ts';
import { openOwner } from '../lib/open-database.ts';
import { queryOf } from '../lib/query.ts';
import { applyRetention } from '../lib/retention.ts';
import { progress } from '../lib/setup.mjs';

export async function run(args: string[]): Promise<number> {
  const dryRun = isDryRun(args, 'retention');
  const { owner } = await openOwner(progress);
  const now = new SystemClock().now();
  const report = await asOwner(owner, (client) => applyRetention(queryOf(client), now, dryRun));
  for (const { rule, before, rows } of report) {
    progress(
      `${String(rows).padStart(8)} ${dryRun ? 'would go' : 'deleted'}: ${rule}, older than ${before.toString().slice(0, 10)}`,
    );
  }
  return 0;
}
