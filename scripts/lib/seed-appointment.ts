import { randomUUID } from 'node:crypto';
import type { Query } from './query.ts';

/** Maria Rossi has an appointment from the start: the free time nearest to ten days ahead, at an office of Rome. */
export async function seedAppointment(query: Query, now: Temporal.Instant): Promise<void> {
  await query(
    `WITH maria AS (
       SELECT id FROM citizen c WHERE identity_key = 'cf:RSSMRA80E55H501U'
         AND NOT EXISTS (SELECT FROM appointment a WHERE a.citizen_id = c.id)
     ), taken AS (
       UPDATE slot SET booked = booked + 1
       WHERE id = (
         SELECT s.id FROM slot s JOIN office_topic ot ON ot.office_id = s.office_id AND ot.topic_id = 'isee'
           JOIN topic t ON t.id = ot.topic_id AND t.pool = s.pool
         WHERE s.office_id = (SELECT office_id FROM comune_office WHERE comune_istat = '058091' ORDER BY rank LIMIT 1)
           AND s.channel = 'desk' AND NOT s.is_full AND s.start_at > $2::timestamptz + interval '10 days'
         ORDER BY s.start_at LIMIT 1)
         AND EXISTS (SELECT FROM maria)
       RETURNING id, office_id, channel, start_at, minutes
     )
     INSERT INTO appointment (id, request_id, citizen_id, slot_id, office_id, topic_id, channel, start_at, minutes, state,
       held_at, hold_until, number, contact_email, details_at, created_at, confirmed_at, updated_at)
     SELECT $1, $3, maria.id, taken.id, taken.office_id, 'isee', taken.channel, taken.start_at, taken.minutes, 'booked',
       $2, $2, 'RM-4827', 'maria.rossi@posta.example', $2, $2, $2, $2
     FROM maria, taken`,
    [randomUUID(), now, randomUUID()],
  );
}
