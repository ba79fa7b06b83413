// `npm run audit:verify [-- --anchor FILE]`: whether the access record is as it was sealed. Run as the owner, with the
// secrets it was sealed with (SECRET, SECRET_PREVIOUS). Ends with 1 when something was altered.
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { SystemClock } from '#src/common/clock.js';
import { asOwner } from './lib/database.ts';
import { keysOfInstallation } from './lib/keys.ts';
import { openDatabase } from './lib/open-database.ts';
import { queryOf } from './lib/query.ts';
import { progress } from './lib/setup.mjs';
import { readAnchors, verifyAudit } from './lib/verify-audit.ts';

const { values } = parseArgs({ options: { anchor: { type: 'string', multiple: true, default: [] } } });
const anchors = values.anchor.flatMap((file) => readAnchors(readFileSync(file, 'utf8')));
const database = await openDatabase(progress);
const keys = keysOfInstallation(database.secret);
const now = new SystemClock().now();
const result = await asOwner(database.urls.owner, (client) =>
  verifyAudit(queryOf(client), keys, { now, anchors, progress }),
);
await database.close();
const { links, retired, waiting, late, findings, more } = result;
for (const { kind, text } of findings) console.log(`${kind.toUpperCase().padEnd(12)} ${text}`);
if (more) console.log('… and more');
progress(
  `${links} links (${retired} of months that ended), ${anchors.length} heads written down; ${waiting} entries wait for their seal`,
);
if (late > 0) progress(`${late} entries were sealed more than a day after the time they say`);
progress(findings.length === 0 ? 'the record is as it was sealed' : 'THE RECORD IS NOT AS IT WAS SEALED');
process.exit(findings.length === 0 ? 0 : 1);
