import { readFile } from 'node:fs/promises';
import { parse } from 'csv-parse/sync';

export type Query = (sql: string, parameters?: unknown[]) => Promise<unknown>;

/**
 * Brings the tables of provinces and comuni to what the files in data/ say (made by scripts/places/generate.mjs).
 * Run as owner at each start and each migration; it may be repeated, and rows that other tables point to are kept.
 */
export async function seedPlaces(query: Query, progress: (text: string) => void): Promise<void> {
  const provinces = await rows('provinces.csv');
  const comuni = await rows('comuni.csv');
  await query(
    PROVINCES,
    ['sigla', 'name', 'region', 'capital_istat'].map((name) => column(provinces, name)),
  );
  await query(
    COMUNI,
    ['istat', 'belfiore', 'name', 'other_names', 'province', 'lat', 'lon', 'population'].map((name) =>
      column(comuni, name),
    ),
  );
  progress(`${comuni.length} comuni in ${provinces.length} province`);
}

type Row = Record<string, string>;

const column = (list: Row[], name: string) => list.map((row) => row[name] ?? '');

async function rows(file: string): Promise<Row[]> {
  return parse(await readFile(new URL(`./data/${file}`, import.meta.url)), { columns: true });
}

// Only rows that differ are written, so that a start with nothing new writes nothing.
const PROVINCES = `
  INSERT INTO province AS old (sigla, name, region, capital_istat)
  SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::text[])
  ON CONFLICT (sigla) DO UPDATE SET name = excluded.name, region = excluded.region, capital_istat = excluded.capital_istat
  WHERE (old.name, old.region, old.capital_istat) IS DISTINCT FROM (excluded.name, excluded.region, excluded.capital_istat)`;

const COMUNI = `
  INSERT INTO comune AS old (istat, belfiore, name, other_names, province, lat, lon, population)
  SELECT istat, belfiore, name, CASE other WHEN '' THEN '{}' ELSE string_to_array(other, ';') END, province, lat, lon, population
  FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::float8[], $7::float8[], $8::int[])
    AS given (istat, belfiore, name, other, province, lat, lon, population)
  ON CONFLICT (istat) DO UPDATE SET belfiore = excluded.belfiore, name = excluded.name, other_names = excluded.other_names,
    province = excluded.province, lat = excluded.lat, lon = excluded.lon, population = excluded.population
  WHERE (old.belfiore, old.name, old.other_names, old.province, old.lat, old.lon, old.population) IS DISTINCT FROM
    (excluded.belfiore, excluded.name, excluded.other_names, excluded.province, excluded.lat, excluded.lon, excluded.population)`;
