// Takes back the lock of a PIN, as the owner of the database of this machine or of the one that DATABASE_URL names.
import { pinPersons } from '#src/auth/strategies/pin/pin.service.js';
import { fiscalCodeTyped } from '#src/auth/strategies/pin/pin.rules.js';
import { isDoubtful } from '#src/auth/strategies/pin/pin-typed.js';
import { SystemClock } from '#src/common/clock.js';
import type { Keys } from '#src/common/crypto.js';
import { asOwner, type Progress } from './database.ts';
import { keysOfInstallation } from './keys.ts';
import { openDatabase } from './open-database.ts';
import { queryOf, type Query } from './query.ts';

/** @returns the exit code: 0 unlocked (or not locked), 1 nobody has a PIN under this code */
export async function unlockPin(typed: string, progress: Progress): Promise<number> {
  const fiscalCode = fiscalCodeTyped(typed);
  const database = await openDatabase(progress);
  try {
    const keys = keysOfInstallation(database.secret);
    const forgotten = await asOwner(database.urls.owner, async (client) =>
      fiscalCode ? forgetFailures(queryOf(client), fiscalCode, keys, new SystemClock().now()) : null,
    );
    if (forgotten === null) {
      console.error('Nessuno ha un PIN con questo codice fiscale: non è stato cambiato niente.');
      if (!fiscalCode) console.error('Non è un codice fiscale: controlla di averlo scritto bene.');
      else if (isDoubtful(fiscalCode))
        console.error('Il luogo di nascita che indica non è in nessun elenco: è giusto?');
      return 1;
    }
    progress(`PIN sbloccato: dimenticati ${forgotten} tentativi`);
    return 0;
  } finally {
    await database.close();
  }
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
