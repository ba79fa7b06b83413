// Hold, details and confirmation through HTTP, over all offices and at one; after each measurement the books are checked.
import type pg from 'pg';
import type { Book } from './load.ts';
import { signIn, type Person } from './people.ts';
import { timesPath } from './recording.ts';
import type { Line } from './report.ts';
import { rateLine, rounds, type Contest } from './rounds.ts';
import type { Ground } from './run.ts';

const TOPICS = [
  'pensioni',
  'naspi',
  'assegno-unico',
  'isee',
  'invalidita-civile',
  'contributi',
  'lavoro-domestico',
  'estratto-conto',
];

/** Wrong rows found so far; each must stay 0. */
interface Books {
  booked: number;
  drift: number;
  oversold: number;
  doubles: number;
}

export async function measureBookings(ground: Ground): Promise<Line[]> {
  const persons = bookers(ground.persons);
  const slots = await slotsByOffice(ground.client);
  const one = persons[0]!.office;
  const contests: Contest[] = [
    { name: 'bookings, all offices', what: () => bookings(persons, (person) => person.office, slots) },
    { name: 'bookings, one office', what: () => bookings(persons, () => one, slots) },
  ];
  const books: Books = { booked: 0, drift: 0, oversold: 0, doubles: 0 };
  const hooks = {
    before: async () => {
      await clear(ground.client, persons);
      await signIn(
        ground.client,
        persons.map(({ n }) => n),
      );
    },
    after: () => check(ground.client, books),
  };
  const lines: Line[] = [];
  for (const contest of contests) lines.push(rateLine(contest.name, await rounds(ground, contest, hooks)));
  await clear(ground.client, persons);
  return [...lines, booksLine(books)];
}

/** Persons with an odd number have no appointment of the seed. */
export function bookers(persons: readonly Person[]): Person[] {
  return persons.filter(({ n }) => n % 2 === 1);
}

/** Each person for each topic once. */
function bookings(
  persons: readonly Person[],
  officeOf: (person: Person) => string,
  slots: Map<string, number[]>,
): Book {
  const each = TOPICS.flatMap((topic) =>
    persons.map((person) => {
      const office = officeOf(person);
      const { cookie, csrf, comune } = person;
      return { path: timesPath({ office, comune }, topic), cookie, csrf, slots: slots.get(office) ?? [] };
    }),
  );
  return { kind: 'book', bookings: each };
}

async function slotsByOffice(client: pg.Client): Promise<Map<string, number[]>> {
  const { rows } = await client.query<{ office: string; slots: string[] }>(
    "SELECT office_id AS office, array_agg(id) AS slots FROM slot WHERE channel = 'desk' AND start_at > now() + interval '1 hour' GROUP BY 1",
  );
  return new Map(rows.map(({ office, slots }) => [office, slots.map(Number)]));
}

/** Counters equal live rows, no slot has more than its public seats, nobody has two live appointments for a topic. */
async function check(client: pg.Client, books: Books): Promise<void> {
  const { rows } = await client.query<Record<keyof Books, number>>(`
    WITH live AS (SELECT slot_id, count(*) AS seats FROM appointment WHERE state NOT IN ('cancelled', 'expired') GROUP BY 1)
    SELECT (SELECT count(*)::int FROM appointment WHERE state = 'booked') AS booked,
      (SELECT count(*)::int FROM slot s LEFT JOIN live l ON l.slot_id = s.id WHERE s.booked <> coalesce(l.seats, 0)) AS drift,
      (SELECT count(*)::int FROM slot WHERE booked > public_seats) AS oversold,
      (SELECT count(*)::int FROM (SELECT FROM appointment WHERE state IN ('held', 'booked', 'arrived', 'called')
         GROUP BY citizen_id, topic_id HAVING count(*) > 1) d) AS doubles`);
  const found = rows[0]!;
  for (const name of ['booked', 'drift', 'oversold', 'doubles'] as const) books[name] += found[name];
}

/** Takes the bookings of these persons back, so that each measurement begins with the same free times. */
export async function clear(client: pg.Client, persons: readonly Person[]): Promise<void> {
  const ids = persons.map(({ id }) => id);
  await client.query('BEGIN');
  await client.query(
    `WITH gone AS (DELETE FROM appointment WHERE citizen_id = ANY ($1::uuid[]) RETURNING slot_id, state),
       seats AS (SELECT slot_id, count(*) AS seats FROM gone WHERE state NOT IN ('cancelled', 'expired') GROUP BY 1)
     UPDATE slot SET booked = booked - seats.seats FROM seats WHERE slot.id = seats.slot_id`,
    [ids],
  );
  await client.query("DELETE FROM notice WHERE citizen_id = ANY ($1::uuid[]) AND source = 'appointments'", [ids]);
  await client.query('COMMIT');
}

function booksLine({ drift, oversold, doubles }: Books): Line {
  const wrong = drift + oversold + doubles;
  return {
    what: 'counters that differ, oversold, doubles',
    program: `${drift}, ${oversold}, ${doubles}`,
    floor: '',
    ratio: null,
    target: '0, 0, 0',
    met: wrong === 0,
  };
}
