import { randomUUID } from 'node:crypto';
import { PEOPLE, type DemonstrationPerson } from '#src/dev/people.js';
import type { TestDatabase } from './database.ts';

/** A demonstration person who is in the database. */
export interface Citizen extends DemonstrationPerson {
  id: string;
}

export type PersonKey = DemonstrationPerson['key'];

/** One of the demonstration people, as the first sign-in would have recorded them. */
export async function citizenOf(db: TestDatabase, key: PersonKey, at: Temporal.Instant): Promise<Citizen> {
  const person = PEOPLE.find((one) => one.key === key)!;
  const rows = await db.query<{ id: string }>(
    `INSERT INTO citizen (id, identity_key, fiscal_code, name, family_name, born_on, gender, said_email, said_mobile,
       said_address, said_municipality, said_at, residence_istat, created_at, updated_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $12, $12)
     ON CONFLICT (identity_key) DO UPDATE SET updated_at = excluded.updated_at RETURNING id`,
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
      `${person.address.street}, ${person.address.postalCode} ${person.address.municipality} (${person.address.province})`,
      person.address.municipality,
      at,
      person.residenceIstat,
    ],
  );
  return { ...person, id: rows[0]!.id };
}

/** Someone of whom the identity provider said as little as it may, and who has not said where they live. */
export async function unknownResidence(db: TestDatabase, citizen: Citizen): Promise<void> {
  await db.query(
    `UPDATE citizen SET residence_istat = NULL, said_municipality = NULL, said_address = NULL, said_email = NULL,
       said_mobile = NULL, said_at = NULL, born_on = NULL WHERE id = $1`,
    [citizen.id],
  );
}

/** Greta, who comes with an identity of another country: no fiscal code. */
export async function european(db: TestDatabase, at: Temporal.Instant): Promise<Citizen> {
  const greta = { name: 'Greta', familyName: 'Weber', dateOfBirth: '1985-09-21', gender: 'F' } as const;
  const id = randomUUID();
  await db.query(
    `INSERT INTO citizen (id, identity_key, name, family_name, born_on, gender, said_at, created_at, updated_at)
     VALUES ($1, 'eidas:DE/IT/PROVA-0000000001', $2, $3, $4, $5, $6, $6, $6)`,
    [id, greta.name, greta.familyName, greta.dateOfBirth, greta.gender, at],
  );
  const [luca] = PEOPLE.filter((one) => one.key === 'luca');
  return { ...luca!, ...greta, fiscalCode: '', id };
}

/** The offices nearest to a comune, nearest first. */
export async function officesNear(db: TestDatabase, istat: string): Promise<string[]> {
  const rows = await db.query<{ office_id: string }>(
    'SELECT office_id FROM comune_office WHERE comune_istat = $1 ORDER BY rank LIMIT 5',
    [istat],
  );
  return rows.map((row) => row.office_id);
}

/**
 * Bookable times at some offices: Monday to Friday, every 20 minutes from 9 to 12 and from 14:40 to 16, in each of
 * their channels, for so many days from the given one on.
 */
export async function addSlots(
  db: TestDatabase,
  offices: string[],
  from: string,
  days: number,
  seats = 2,
): Promise<void> {
  await db.query(
    `INSERT INTO slot (office_id, channel, pool, start_at, minutes, public_seats, limit_seats)
     SELECT c.office_id, c.channel, c.pool, (day::date + clock) AT TIME ZONE 'Europe/Rome', 20, $4, $4
     FROM office_channel c,
       generate_series($2::date, $2::date + $3::int, interval '1 day') day,
       unnest(ARRAY['9:00','9:20','9:40','10:00','10:20','10:40','11:00','11:20','11:40','14:40','15:00','15:20','15:40']::interval[]) clock
     WHERE c.office_id = ANY($1) AND extract(isodow FROM day) <= 5`,
    [offices, from, days, seats],
  );
}

export interface AppointmentOptions {
  office: string;
  topic: string;
  state?: 'held' | 'booked' | 'served' | 'no-show' | 'cancelled' | 'expired' | 'ended';
  channel?: 'desk' | 'phone' | 'video';
  startAt: string;
  heldAt: Temporal.Instant;
  /** Minutes the seat is kept for; less than none when that time is over. */
  holdFor?: number;
  detailsGiven?: boolean;
  number?: string;
  note?: string;
}

/** An appointment of a person with the seat it takes, the slot made where there is none. @returns its id */
export async function addAppointment(db: TestDatabase, citizen: Citizen, options: AppointmentOptions): Promise<string> {
  const {
    office,
    topic,
    state = 'booked',
    channel = 'desk',
    startAt,
    heldAt,
    holdFor = 10,
    number = '',
    note = '',
  } = options;
  const detailsGiven = options.detailsGiven ?? !['held', 'expired'].includes(state);
  const slot = await slotAt(db, office, channel, startAt);
  if (!['cancelled', 'expired'].includes(state))
    await db.query('UPDATE slot SET booked = booked + 1 WHERE id = $1', [slot]);
  const id = randomUUID();
  const confirmedAt = ['held', 'expired'].includes(state) ? null : heldAt;
  await db.query(
    `INSERT INTO appointment (id, request_id, citizen_id, slot_id, office_id, topic_id, channel, start_at, minutes, state,
       held_at, hold_until, number, step_free, language, note, contact_email, contact_phone, details_at, created_at,
       confirmed_at, updated_at, cancelled_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 20, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $10, $19, $10, $20)`,
    [
      id,
      randomUUID(),
      citizen.id,
      slot,
      office,
      topic,
      channel,
      startAt,
      state,
      heldAt,
      heldAt.add({ minutes: holdFor }),
      confirmedAt ? number || 'RM-0001' : null,
      note !== '',
      note === '' ? null : 'de',
      note,
      detailsGiven ? citizen.email : '',
      detailsGiven ? citizen.mobile : '',
      detailsGiven ? heldAt : null,
      confirmedAt,
      state === 'cancelled' ? heldAt : null,
    ],
  );
  return id;
}

async function slotAt(db: TestDatabase, office: string, channel: string, startAt: string): Promise<number> {
  const [known] = await db.query<{ id: number }>(
    `SELECT id FROM slot WHERE office_id = $1 AND channel = $2 AND start_at = $3 LIMIT 1`,
    [office, channel, startAt],
  );
  if (known) return known.id;
  const [made] = await db.query<{ id: number }>(
    `INSERT INTO slot (office_id, channel, pool, start_at, minutes, public_seats, limit_seats)
     VALUES ($1, $2, 'general', $3, 20, 4, 4) RETURNING id`,
    [office, channel, startAt],
  );
  return made!.id;
}

export interface NoticeOptions {
  textKey?: string;
  type?: 'appointment' | 'institutional';
  parameters?: Record<string, string>;
  link?: string | null;
  createdAt: Temporal.Instant;
  readAt?: Temporal.Instant | null;
}

/** A notice of a person. @returns its id */
export async function addNotice(db: TestDatabase, citizen: Citizen, options: NoticeOptions): Promise<string> {
  const {
    textKey = 'notifications.welcome',
    type = 'institutional',
    parameters = {},
    link = null,
    createdAt,
    readAt = null,
  } = options;
  const id = randomUUID();
  await db.query(
    `INSERT INTO notice (id, citizen_id, type, source, source_id, text_key, parameters, link, created_at, read_at)
     VALUES ($1, $2, $3, 'test', $4, $5, $6, $7, $8, $9)`,
    [id, citizen.id, type, id, textKey, parameters, link, createdAt, readAt],
  );
  return id;
}

/** Lines of the access record of a person, the last one at `until`, every kind of them again and again. */
export async function addAccesses(
  db: TestDatabase,
  citizen: Citizen,
  until: Temporal.Instant,
  count: number,
): Promise<void> {
  const devices = ['Firefox/Windows', 'Samsung Internet/Android', 'Safari/iOS', '/'];
  for (let index = 0; index < count; index++) {
    const [action = '', how = '', method = 'spid'] = ACCESSES[index % ACCESSES.length]!;
    await db.query(
      `INSERT INTO audit_entry (at, action, kind, subject, actor_kind, actor, purpose, details)
       VALUES ($1, $2, 'session', $3, 'system', 'sign-in', 'security', $4)`,
      [
        until.subtract({ hours: (count - index) * 9 }),
        `session.${action}`,
        citizen.id,
        { method, level: method === 'pin' ? 1 : 2, device: devices[index % devices.length], how },
      ],
    );
  }
}

const ACCESSES = [
  ['start'],
  ['end', 'out'],
  ['refused', '', 'pin'],
  ['locked', '', 'pin'],
  ['unlocked', '', 'pin'],
  ['start', '', 'pin'],
  ['step-up', '', 'cie'],
  ['end', 'replaced', 'pin'],
  ['end', 'elsewhere'],
  ['start', '', 'eidas'],
  ['expire', '', 'eidas'],
  ['end', 'everywhere', 'cns'],
] as const;
