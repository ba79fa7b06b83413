// Contacts of the demonstration people: Maria's are confirmed, Giovanni's e-mail comes back, the others have none yet.
import { randomUUID } from 'node:crypto';
import type { DemonstrationPerson } from '#src/dev/people.js';
import type { Query } from './query.ts';

interface Confirmed {
  citizenId: string;
  kind: 'email' | 'mobile';
  value: string;
  at: Temporal.Instant;
  bouncedAt: Temporal.Instant | null;
}

export async function seedContacts(
  query: Query,
  { id: citizenId, key, email, mobile }: DemonstrationPerson & { id: string },
  now: Temporal.Instant,
): Promise<void> {
  const at = now.subtract({ hours: 24 * 30 });
  const add = (contact: Pick<Confirmed, 'kind' | 'value' | 'bouncedAt'>) =>
    confirmed(query, { citizenId, at, ...contact });
  if (key === 'maria') {
    await add({ kind: 'email', value: email, bouncedAt: null });
    await add({ kind: 'mobile', value: mobile, bouncedAt: null });
  }
  if (key === 'giovanni') await add({ kind: 'email', value: email, bouncedAt: now.subtract({ hours: 24 * 3 }) });
}

/** With the change that its code confirmed, since PostgreSQL takes no other; the night forgets that one. */
async function confirmed(query: Query, { citizenId, kind, value, at, bouncedAt }: Confirmed): Promise<void> {
  await query(
    `INSERT INTO contact_change (id, citizen_id, kind, value, address, code_hash, tries, asked_at, expires_at, confirmed_at)
     VALUES ($1, $2, $3, $4, repeat('-', 43), repeat('-', 43), 1, $5::timestamptz, $5::timestamptz + interval '30 minutes', $5)`,
    [randomUUID(), citizenId, kind, value, at],
  );
  await query(
    `INSERT INTO contact (citizen_id, kind, value, version, verified_at, bounced_at, created_at, updated_at)
     VALUES ($1, $2, $3, $4, $5, $6, $5, $5)`,
    [citizenId, kind, value, randomUUID(), at, bouncedAt],
  );
}
