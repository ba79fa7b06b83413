// Lets somebody try their PIN again at once, after too many wrong ones. For the Contact Center's second line, after it has
// made sure who is calling; each use is in the audit record. Runs as the owner, with SECRET.
import { pinPersons } from '#src/auth/strategies/pin/pin.service.js';
import { fiscalCodeTyped } from '#src/auth/strategies/pin/pin.rules.js';
import { isDoubtful } from '#src/auth/strategies/pin/pin-typed.js';
import { SystemClock } from '#src/common/clock.js';
import type { Keys } from '#src/common/crypto.js';
import { readArguments } from '../lib/arguments.ts';
import { asOwner } from '../lib/database.ts';
import { keysOfInstallation } from '../lib/keys.ts';
import { openOwner } from '../lib/open-database.ts';
import { queryOf, type Query } from '../lib/query.ts';
import { progress } from '../lib/setup.mjs';

/** @returns the exit code: 0 unlocked (or not locked), 1 nobody has a PIN under this code */
export async function run(args: string[]): Promise<number> {
  const { positionals } = readArguments(args, 'pin:unlock -- FISCALCODE', {}, { least: 1 });
  const fiscalCode = fiscalCodeTyped(positionals[0]!);
  const { owner, secret } = await openOwner(progress);
  const keys = keysOfInstallation(secret);
  const forgotten = await asOwner(owner, async (client) =>
    fiscalCode ? forgetFailures(queryOf(client), fiscalCode, keys, new SystemClock().now()) : null,
  );
  if (forgotten === null) {
    console.error('Nessuno ha un PIN con questo codice fiscale: non è stato cambiato niente.');
    if (!fiscalCode) console.error('Non è un codice fiscale: controlla di averlo scritto bene.');
    else if (isDoubtful(fiscalCode)) console.error('Il luogo di nascita che indica non è in nessun elenco: è giusto?');
    return 1;
  }
  progress(`PIN sbloccato: dimenticati ${forgotten} tentativi`);
  return 0;
}

/** Forgets the failed tries of a person and writes down that it was done. @returns how many; null when they have no PIN */
export async function forgetFailures(
  query: Query,
  fiscalCode: string,
  keys: Keys,
  now: Temporal.Instant,
): Promise<number | null> {
  const { rows } = await query(
    `WITH holder AS (
       SELECT c.id FROM citizen c JOIN pin_credential p ON p.citizen_id = c.id WHERE c.identity_key = $1
     ), forgotten AS (
       DELETE FROM pin_attempt WHERE person = ANY ($2) AND outcome IS DISTINCT FROM 'ok' AND EXISTS (SELECT 1 FROM holder) RETURNING 1
     )
     INSERT INTO audit_entry (at, action, subject, actor_kind, actor, purpose, details)
     SELECT $3, 'credential.unlock', id, 'system', 'owner', 'security',
       jsonb_build_object('method', 'pin', 'forgotten', (SELECT count(*) FROM forgotten))
     FROM holder RETURNING (details ->> 'forgotten')::int AS forgotten`,
    [`cf:${fiscalCode}`, pinPersons(keys, fiscalCode), now],
  );
  return rows[0] ? Number(rows[0].forgotten) : null;
}
