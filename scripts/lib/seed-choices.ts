import { randomUUID } from 'node:crypto';
import type { Query } from './query.ts';

/**
 * What Maria chose before: a consent she gave and one she withdrew, one for words that were replaced since, and her
 * preferences. Only where nothing of hers is there yet: the ledger is append-only.
 */
export async function seedChoices(query: Query, citizenId: string, now: Temporal.Instant): Promise<void> {
  const known = await query('SELECT 1 FROM consent_event WHERE citizen_id = $1 LIMIT 1', [citizenId]);
  if (known.rows.length > 0) return;
  for (const { purpose, number, given, channel, days } of LEDGER) {
    await query(
      `INSERT INTO consent_event (id, citizen_id, purpose, number, given, version, language, channel, session_id, at)
       VALUES ($1, $2, $3, $4, $5, 1, 'it', $6, $7, $8)`,
      [
        randomUUID(),
        citizenId,
        purpose,
        number,
        given,
        channel,
        channel === 'web' ? randomUUID() : null,
        now.subtract({ hours: days * 24 }),
      ],
    );
  }
  await query(
    `INSERT INTO notice_setting (citizen_id, version, quiet, quiet_from, quiet_to, changed_at) VALUES ($1, 1, true, '22:00', '07:30', $2)`,
    [citizenId, now.subtract({ hours: 24 })],
  );
  await query(
    `INSERT INTO notice_preference (citizen_id, type, channel, wanted) VALUES ($1, 'payment', 'sms', true), ($1, 'institutional', 'email', false)`,
    [citizenId],
  );
}

const LEDGER = [
  { purpose: 'news', number: 1, given: true, channel: 'counter', days: 60 },
  { purpose: 'surveys', number: 1, given: true, channel: 'web', days: 40 },
  { purpose: 'surveys', number: 2, given: false, channel: 'web', days: 12 },
] as const;
