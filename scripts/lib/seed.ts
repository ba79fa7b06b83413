// The demonstration: comuni (real), a sample network of offices, free times, invented people with something to see.
import { randomUUID } from 'node:crypto';
import { seedOffices, seedSlots } from '#src/appointments/seeds.js';
import { pinHash } from '#src/auth/strategies/pin/pin-hasher.js';
import { romeDate, SystemClock } from '#src/common/clock.js';
import { PEOPLE, PIN_PERSON, type DemonstrationPerson } from '#src/dev/people.js';
import { seedPlaces } from '#src/places/index.js';
import { seedConsentTexts } from '#src/profile/consents/consent-texts.seed.js';
import { locked, type Progress, type Urls } from './database.ts';
import { queryOf, type Query } from './query.ts';
import { seedAppointment } from './seed-appointment.ts';
import { seedChoices } from './seed-choices.ts';
import { seedContacts } from './seed-contacts.ts';

/** Everything a trial needs; safe to repeat, quick when there is nothing new. */
export async function seedDemonstration({ owner }: Urls, progress: Progress): Promise<void> {
  await locked(owner, async (client) => {
    const query = queryOf(client);
    const now = new SystemClock().now();
    await seedPlaces(query, progress);
    await seedConsentTexts(query);
    await seedOffices(query, romeDate(now), progress);
    await seedSlots(query, now, progress);
    await seedPeople(query, now);
    await seedPinPerson(query, now);
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
    if (id) await seedContacts(query, { ...person, id: String(id) }, now);
    if (id && person.key === 'maria') {
      await welcome(query, String(id), now);
      await seedChoices(query, String(id), now);
    }
  }
}

/** John Miller, with a PIN that was given out in time and a residence abroad (identity.md, "Legacy PIN"). */
export async function seedPinPerson(query: Query, now: Temporal.Instant): Promise<void> {
  const { fiscalCode, name, familyName, dateOfBirth, gender, email, mobile, address, language, pin, pinIssuedOn } =
    PIN_PERSON;
  const known = await query(
    'SELECT 1 FROM citizen c JOIN pin_credential p ON p.citizen_id = c.id WHERE c.identity_key = $1',
    [`cf:${fiscalCode}`],
  );
  if (known.rows.length > 0) return;
  await query(
    `WITH person AS (
       INSERT INTO citizen (id, identity_key, fiscal_code, name, family_name, born_on, gender, said_email, said_mobile,
         said_address, said_municipality, language, created_at, updated_at)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $13)
       ON CONFLICT (identity_key) DO UPDATE SET updated_at = excluded.updated_at RETURNING id)
     INSERT INTO pin_credential (citizen_id, hash, issued_on, resident_abroad, italian_document, created_at, updated_at)
     SELECT id, $14, $15, true, false, $13, $13 FROM person
     ON CONFLICT (citizen_id) DO NOTHING`,
    [
      randomUUID(),
      `cf:${fiscalCode}`,
      fiscalCode,
      name,
      familyName,
      dateOfBirth,
      gender,
      email,
      mobile,
      address.street,
      address.municipality,
      language,
      now,
      await pinHash(pin),
      pinIssuedOn,
    ],
  );
}

async function welcome(query: Query, citizenId: string, now: Temporal.Instant): Promise<void> {
  await query(
    `INSERT INTO notice (id, citizen_id, type, source, source_id, text_key, parameters, link, created_at)
     VALUES ($1, $2, 'institutional', 'demonstration', $3, 'notifications.welcome', '{}', '/guida', $4)
     ON CONFLICT (source, source_id) DO NOTHING`,
    [randomUUID(), citizenId, `welcome:${citizenId}`, now],
  );
}
