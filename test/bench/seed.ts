// Sample data by the hundred thousand, in SQL, repeatable: everything follows from a running number.
import { readFile } from 'node:fs/promises';
import type pg from 'pg';
import { seedPlaces } from '#src/places/index.js';
import { romeDate, SystemClock } from '#src/common/clock.js';
import { asOwner, type Progress } from '../../scripts/lib/database.ts';
import { queryOf, type Query } from '../../scripts/lib/query.ts';
import { importOffices } from '#src/appointments/office-import.js';
import type { BenchOptions } from './options.ts';

type Sizes = Pick<BenchOptions, 'citizens' | 'offices' | 'slots' | 'notices'>;

const BATCH = 200_000;
/** The newest three tenths of each person's notices are not read yet. */
const READ = 0.7;
const SEATS = 8;

/** Adds what is missing up to the sizes asked for. A database that holds more is refused: it would measure something else. */
export async function seedBench(ownerUrl: string, sizes: Sizes, progress: Progress): Promise<void> {
  await asOwner(ownerUrl, async (client) => {
    const query = queryOf(client);
    await client.query("SET synchronous_commit = off; SET maintenance_work_mem = '512MB'; SET work_mem = '128MB'");
    await seedPlaces(query, progress);
    await seedOffices(query, sizes.offices, progress);
    const before = await counts(client);
    await seedSlots(client, sizes, progress);
    await seedCitizens(client, sizes.citizens, progress);
    await seedAppointments(client, progress);
    await seedNotices(client, sizes, progress);
    const after = await counts(client);
    if (JSON.stringify(before) === JSON.stringify(after)) return;
    progress('vacuum and analyze');
    await client.query('VACUUM (ANALYZE, FREEZE)');
    progress(JSON.stringify(after));
  });
}

async function counts(client: pg.Client): Promise<Record<string, number>> {
  const { rows } = await client.query<Record<string, string>>(`
    SELECT (SELECT count(*) FROM office WHERE active) AS offices, (SELECT count(*) FROM slot) AS slots,
      (SELECT count(*) FROM citizen) AS citizens, (SELECT count(*) FROM appointment) AS appointments,
      (SELECT count(*) FROM notice) AS notices`);
  return Object.fromEntries(Object.entries(rows[0] ?? {}).map(([name, count]) => [name, Number(count)]));
}

/** The sample network, then one office more in each of the largest comuni that have none, as far as wanted. */
async function seedOffices(query: Query, wanted: number, progress: Progress): Promise<void> {
  const { rows } = await query('SELECT count(*)::int AS active FROM office WHERE active');
  if (rows[0]?.active === wanted) return;
  const file = new URL('../../src/appointments/data/offices.csv', import.meta.url);
  const [heading = '', ...sample] = (await readFile(file, 'utf8')).trim().split('\n');
  const taken = sample.map((line) => /^[A-Z]+-(\d{6})/.exec(line)?.[1] ?? '');
  const more = await query(
    `SELECT c.*, p.region FROM comune c JOIN province p ON p.sigla = c.province
     WHERE c.istat <> ALL ($1::text[]) ORDER BY population DESC, istat LIMIT $2`,
    [taken, Math.max(0, wanted - sample.length)],
  );
  const columns = heading.split(',');
  const added = more.rows.map((comune) => officeRow(columns, comune));
  const csv = [heading, ...sample.slice(0, wanted), ...added].join('\n');
  const today = romeDate(new SystemClock().now());
  const done = await importOffices(query, Buffer.from(csv), { today, progress, demonstration: true });
  if (!done.ok) throw new Error(`offices: ${JSON.stringify(done.problems.slice(0, 3))}`);
}

function officeRow(columns: string[], comune: Record<string, unknown>): string {
  const cells: Record<string, unknown> = {
    id: `BN-${String(comune.istat)}`,
    type: 'agenzia',
    name: `Agenzia di ${String(comune.name)}`,
    address: "Via dell'Esempio 1",
    comune: comune.name,
    istat: comune.istat,
    belfiore: comune.belfiore,
    province: comune.province,
    region: comune.region,
    lat: comune.lat,
    lon: comune.lon,
    opening_hours: 'Mo-Fr 08:30-12:30',
    source: 'sample',
  };
  return columns.map((column) => `"${String(cells[column] ?? '').replaceAll('"', '""')}"`).join(',');
}

/** Three channels, 21 times a day from 08:30, Monday to Friday, for as many whole days as the number asks for. */
async function seedSlots(client: pg.Client, { slots, offices }: Sizes, progress: Progress): Promise<void> {
  const { rows } = await client.query<{ ahead: number }>('SELECT count(*)::int AS ahead FROM slot');
  if ((rows[0]?.ahead ?? 0) >= slots) return;
  progress(`${slots} times`);
  await client.query(
    `INSERT INTO slot (office_id, channel, pool, start_at, minutes, public_seats, limit_seats)
     SELECT o.id, c.channel, 'general', (d.day + time '08:30' + make_interval(mins => 20 * n)) AT TIME ZONE 'Europe/Rome', 20, $3, $3
     FROM (SELECT day::date FROM generate_series(current_date + 1, current_date + 400, '1 day') day
           WHERE extract(isodow FROM day) <= 5 ORDER BY day LIMIT ceil($1::numeric / ($2::int * 63))) d
     CROSS JOIN generate_series(0, 20) n
     CROSS JOIN (SELECT id FROM office WHERE active ORDER BY id LIMIT $2) o
     CROSS JOIN (VALUES ('desk'), ('phone'), ('video')) c (channel)
     ON CONFLICT DO NOTHING`,
    [slots, offices, SEATS],
  );
  await client.query(`INSERT INTO office_channel (office_id, channel, pool, seats)
    SELECT o.id, c.channel, 'general', ${SEATS} FROM office o CROSS JOIN (VALUES ('desk'), ('phone'), ('video')) c (channel)
    WHERE o.active ON CONFLICT DO NOTHING`);
}

/** Person n lives where office n stands, so that the nearest offices differ from person to person. */
async function seedCitizens(client: pg.Client, wanted: number, progress: Progress): Promise<void> {
  const { rows } = await client.query<{ made: number }>(
    "SELECT count(*)::int AS made FROM citizen WHERE identity_key LIKE 'bench:%'",
  );
  const made = rows[0]?.made ?? 0;
  refuseMore('citizens', made, wanted);
  for (let from = made + 1; from <= wanted; from += BATCH) {
    const to = Math.min(wanted, from + BATCH - 1);
    await client.query(
      `WITH home AS (SELECT comune_istat, row_number() OVER (ORDER BY id) - 1 AS place, count(*) OVER () AS places FROM office WHERE active)
       INSERT INTO citizen (id, identity_key, name, family_name, born_on, said_email, said_mobile, residence_istat, created_at, updated_at)
       SELECT md5('bench-citizen-' || n)::uuid, 'bench:' || n, 'Prova', 'Misura ' || n, date '1950-01-01' + n % 20000,
         'persona' || n || '@esempio.example', '+39333' || lpad(n::text, 7, '0'), home.comune_istat, $3, $3
       FROM generate_series($1::int, $2::int) n JOIN home ON home.place = n % home.places`,
      [from, to, '2026-01-01T00:00:00Z'],
    );
    progress(`${to} citizens`);
  }
}

/** Every person with an even number below 100,001 has one appointment, spread over all times. */
async function seedAppointments(client: pg.Client, progress: Progress): Promise<void> {
  const { rows } = await client.query('SELECT 1 FROM appointment LIMIT 1');
  if (rows.length > 0) return;
  progress('appointments');
  await client.query('BEGIN');
  await client.query(`
    WITH ahead AS (SELECT s.*, c.province, row_number() OVER (ORDER BY md5(s.id::text)) AS place
                   FROM slot s JOIN office o ON o.id = s.office_id JOIN comune c ON c.istat = o.comune_istat),
         person AS (SELECT md5('bench-citizen-' || n)::uuid AS id, n / 2 AS place FROM generate_series(2, 100000, 2) n)
    INSERT INTO appointment (id, request_id, citizen_id, slot_id, office_id, topic_id, channel, start_at, minutes, state, held_at, hold_until,
      number, details_at, created_at, confirmed_at, updated_at)
    SELECT md5('bench-appointment-' || a.place)::uuid, md5('bench-request-' || a.place)::uuid, p.id, a.id, a.office_id, 'isee', a.channel,
      a.start_at, a.minutes, 'booked', t.at, t.at + interval '10 minutes',
      a.province || '-' || lpad((row_number() OVER (PARTITION BY a.office_id, a.start_at::date ORDER BY a.place))::text, 4, '0'), t.at, t.at, t.at, t.at
    FROM ahead a JOIN person p USING (place) JOIN citizen c ON c.id = p.id CROSS JOIN (SELECT timestamptz '2026-06-01' AS at) t`);
  await client.query(`
    UPDATE slot SET booked = taken.seats FROM (SELECT slot_id, count(*) AS seats FROM appointment GROUP BY slot_id) taken
    WHERE slot.id = taken.slot_id`);
  await client.query('COMMIT');
}

/** In the order of time, as they would come: the notices of one person lie far apart. */
async function seedNotices(client: pg.Client, { notices, citizens }: Sizes, progress: Progress): Promise<void> {
  const { rows } = await client.query<{ made: number }>(
    "SELECT count(*)::int AS made FROM notice WHERE source = 'bench'",
  );
  const made = rows[0]?.made ?? 0;
  refuseMore('notices', made, notices);
  if (made === notices) return;
  // Those who have theirs get no more: in a larger copy everybody has as many as in the plain database.
  const served = Math.round((made / notices) * citizens);
  await withoutIndexes(client, 'notice', progress, async () => {
    for (let from = made + 1; from <= notices; from += BATCH) {
      const to = Math.min(notices, from + BATCH - 1);
      await client.query(
        `INSERT INTO notice (id, citizen_id, type, source, source_id, text_key, parameters, link, created_at, read_at)
         SELECT md5('bench-notice-' || n)::uuid, md5('bench-citizen-' || ($4::int + 1 + n % ($3::int - $4::int)))::uuid, 'institutional', 'bench', n::text,
           'notifications.welcome', '{}', '/guida', t.at, CASE WHEN (n - $5::int - 1) / ($3::int - $4::int) < $6::int THEN t.at + interval '1 day' END
         FROM generate_series($1::int, $2::int) n
         CROSS JOIN LATERAL (SELECT timestamptz '2026-01-01' + n * interval '0.5 second' AS at) t`,
        [from, to, citizens, served, made, Math.round((READ * notices) / citizens)],
      );
      progress(`${to} notices`);
    }
  });
}

/** Loads a table faster by making its indexes and constraints afterwards; nothing may point to the table. */
async function withoutIndexes(
  client: pg.Client,
  table: string,
  progress: Progress,
  load: () => Promise<void>,
): Promise<void> {
  const { rows: constraints } = await client.query<{ name: string; definition: string }>(
    `SELECT conname AS name, pg_get_constraintdef(oid) AS definition FROM pg_constraint
     WHERE conrelid = $1::regclass AND contype IN ('p', 'u', 'f') ORDER BY contype = 'f'`,
    [table],
  );
  const { rows: indexes } = await client.query<{ name: string; definition: string }>(
    `SELECT i.indexrelid::regclass::text AS name, pg_get_indexdef(i.indexrelid) AS definition FROM pg_index i
     WHERE i.indrelid = $1::regclass AND NOT EXISTS (SELECT FROM pg_constraint c WHERE c.conindid = i.indexrelid)`,
    [table],
  );
  await client.query('BEGIN');
  for (const { name } of constraints) await client.query(`ALTER TABLE ${table} DROP CONSTRAINT ${name}`);
  for (const { name } of indexes) await client.query(`DROP INDEX ${name}`);
  await load();
  for (const { name, definition } of constraints) {
    progress(`${table}: ${name}`);
    await client.query(`ALTER TABLE ${table} ADD CONSTRAINT ${name} ${definition}`);
  }
  for (const { name, definition } of indexes) {
    progress(`${table}: ${name}`);
    await client.query(definition);
  }
  await client.query('COMMIT');
}

function refuseMore(what: string, made: number, wanted: number): void {
  if (made > wanted)
    throw new Error(`the database has ${made} ${what} instead of ${wanted}: remove DATA_DIR or ask for as many`);
}
