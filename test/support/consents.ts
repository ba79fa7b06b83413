import { randomUUID } from 'node:crypto';
import type { TestDatabase } from './database.ts';
import type { Citizen } from './people.ts';

/** Lines of the ledger of a person: given, withdrawn, and given for words that were replaced since. @returns one of them */
export async function addConsents(db: TestDatabase, citizen: Citizen, now: Temporal.Instant): Promise<string> {
  const ids: string[] = [];
  const lines = [
    { purpose: 'news', number: 1, given: true, version: 1, channel: 'counter', language: 'it', days: 50 },
    { purpose: 'surveys', number: 1, given: true, version: 1, channel: 'web', language: 'de', days: 30 },
    { purpose: 'surveys', number: 2, given: false, version: 1, channel: 'web', language: 'it', days: 21 },
    { purpose: 'surveys', number: 3, given: true, version: 1, channel: 'web', language: 'it', days: 3 },
  ];
  for (const { purpose, number, given, version, channel, language, days } of lines) {
    const id = randomUUID();
    ids.push(id);
    await db.query(
      `INSERT INTO consent_event (id, citizen_id, purpose, number, given, version, language, channel, session_id, at)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
      [
        id,
        citizen.id,
        purpose,
        number,
        given,
        version,
        language,
        channel,
        channel === 'web' ? randomUUID() : null,
        now.subtract({ hours: days * 24 }),
      ],
    );
  }
  return ids[1]!;
}

/** What a person saved: everything by e-mail, appointments by SMS too, no quiet hours. The second time they saved. */
export async function addPreferences(db: TestDatabase, citizen: Citizen, now: Temporal.Instant): Promise<void> {
  await db.query(
    `INSERT INTO notice_setting (citizen_id, version, quiet, quiet_from, quiet_to, changed_at) VALUES ($1, 2, false, '22:00', '07:30', $2)`,
    [citizen.id, now],
  );
  await db.query(
    `INSERT INTO notice_preference (citizen_id, type, channel, wanted) VALUES ($1, 'appointment', 'sms', true), ($1, 'payment', 'email', false)`,
    [citizen.id],
  );
}

/** What became of the messages about a notice: the e-mail was delivered, the SMS came back. */
export async function addMessages(
  db: TestDatabase,
  citizen: Citizen,
  notice: string,
  at: Temporal.Instant,
): Promise<void> {
  for (const [channel, state] of [
    ['email', 'consegnata'],
    ['sms', 'errore definitivo'],
  ] as const)
    await db.query(
      `INSERT INTO outgoing_message (id, citizen_id, channel, kind, key, state, attempts, created_at, ended_at)
       VALUES ($1, $2, $3::text, 'notice', 'notice:' || $4::text || ':' || $3, $5, 1, $6, $7)`,
      [randomUUID(), citizen.id, channel, notice, state, at, at.add({ minutes: 2 })],
    );
}
