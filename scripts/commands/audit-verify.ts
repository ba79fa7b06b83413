// Whether the access record is as it was sealed. Run as the owner, with the secrets it was sealed with (SECRET,
// SECRET_PREVIOUS). Ends with 1 when something was altered.
import { readFileSync } from 'node:fs';
import { SystemClock } from '#src/common/clock.js';
import { readArguments, type FileNamed } from '../lib/arguments.ts';
import { asOwner } from '../lib/database.ts';
import { keysOfInstallation } from '../lib/keys.ts';
import { openOwner } from '../lib/open-database.ts';
import { queryOf } from '../lib/query.ts';
import { progress } from '../lib/setup.mjs';
import { readAnchors, verifyAudit } from '../lib/verify-audit.ts';

export async function run(args: string[], file: FileNamed): Promise<number> {
  const options = { anchor: { type: 'string', multiple: true, default: [] as string[] } } as const;
  const { values } = readArguments(args, 'audit:verify [-- --anchor FILE …]', options);
  const anchors = values.anchor.flatMap((one) => readAnchors(readFileSync(file(one), 'utf8')));
  const { owner, secret } = await openOwner(progress);
  const keys = keysOfInstallation(secret);
  const now = new SystemClock().now();
  const { links, retired, waiting, late, findings, more } = await asOwner(owner, (client) =>
    verifyAudit(queryOf(client), keys, { now, anchors, progress }),
  );
  for (const { kind, text } of findings) console.log(`${kind.toUpperCase().padEnd(12)} ${text}`);
  if (more) console.log('… and more');
  progress(
    `${links} links (${retired} of months that ended), ${anchors.length} heads written down; ${waiting} entries wait for their seal`,
  );
  if (late > 0) progress(`${late} entries were sealed more than a day after the time they say`);
  progress(findings.length === 0 ? 'the record is as it was sealed' : 'THE RECORD IS NOT AS IT WAS SEALED');
  return findings.length === 0 ? 0 : 1;
}
