// The demonstration: comuni (real), a sample network of offices, free times, invented people with something to see.
import { randomUUID } from 'node:crypto';
import { seedOffices, seedSlots } from '#src/appointments/seeds.js';
import { romeDate, SystemClock } from '#src/common/clock.js';
import { PEOPLE, type DemonstrationPerson } from '#src/dev/people.js';
import { seedPlaces } from '#src/places/index.js';
import { asOwner, type Progress, type Urls } from './database.ts';
import { queryOf, type Query } from './query.ts';
import { seedAppointment } from './seed-appointment.ts';

/** Everything a trial needs; safe to repeat, quick when there is nothing new. */
export async function seedDemonstration({ owner }: Urls, progress: Progress): Promise<void> {
  await asOwner(owner, async (client) => {
    const query = queryOf(client);
    const now = new SystemClock().now();
    await seedPlaces(query, progress);
    await seedOffices(query, romeDate(now), progress);
    await seedSlots(query, now, progress);
    await seedPeople(query, now);
    await seedAppointment(query, now);
  });
}

/** The demonstration people of design.md, known before they first sign in, each with a first notice. */
export async function seedPeople(
  query: Query,
  now: Temporal.Instant,
  people: readonly DemonstrationPerson[] = PEOPLE,
): Promise<void> {
  for (const person of people) {
    const { rows } = await query(
      `INSERT INTO citizen (id, identity_key, fiscal_code, name, family_name, born_on, gender, said_email, said_mobile,
         residence_istat, language, created_at, updated_at)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $12)
       ON CONFLICT (identity_key) DO NOTHING RETURNING id`,
      [
        randomUUID(),
        `cf:${person.fiscalCode}`,
        person.fiscalCode,
        person.name,
        person.familyName,
        person.dateOfBirth,
        person.gender,
        person.email,
        person.mobile,
        person.residenceIstat,
        person.language,
        now,
      ],
    );
    const id = rows[0]?.id;
    if (id && person.key === 'maria') await welcome(query, String(id), now);
  }
}

async function welcome(query: Query, citizenId: string, now: Temporal.Instant): Promise<void> {
  await query(
    `INSERT INTO notice (id, citizen_id, type, source, source_id, text_key, parameters, link, created_at)
     VALUES ($1, $2, 'institutional', 'demonstration', $3, 'notifications.welcome', '{}', '/guida', $4)
     ON CONFLICT (source, source_id) DO NOTHING`,
    [randomUUID(), citizenId, `welcome:${citizenId}`, now],
  );
}
