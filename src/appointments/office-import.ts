import { createHash } from 'node:crypto';
import { CsvError, parse, type Info } from 'csv-parse/sync';
import { oneLine } from '../common/plain-text.js';
import { foldedNames, foldName, metresBetween } from '../places/index.js';
import { nearestOffices, type Near, type Place } from './nearest.rules.js';
import {
  checkColumns,
  checkOffices,
  REQUIRED_COLUMNS,
  type FileRow,
  type ImportedOffice,
  type Known,
  type Problem,
} from './office-import.rules.js';

/** One statement on the owner's connection. */
export type Query = (sql: string, parameters?: unknown[]) => Promise<{ rows: Record<string, unknown>[] }>;

/** closed: the offices of the former list that are no longer in this one. */
export type Import = { ok: true; offices: number; closed: string[] } | { ok: false; problems: Problem[] };

export interface ImportOptions {
  today: Temporal.PlainDate;
  progress: (text: string) => void;
  /** The network that comes with the portal, not the institute's own. */
  demonstration?: boolean;
}

const NEAREST_KEPT = 5;
const BATCH = 1000;

/**
 * Takes the institute's list of offices: every row is checked first and everything wrong is said with its line; then
 * the whole list replaces the former one in one transaction. Offices that are no longer listed are closed, not deleted.
 */
export async function importOffices(query: Query, bytes: Uint8Array, options: ImportOptions): Promise<Import> {
  const file = readOfficeFile(bytes);
  if (file.problems.length > 0) return { ok: false, problems: file.problems };
  options.progress(`lette ${file.rows.length} righe`);
  const comuni = await readComuni(query);
  const topics = (await query('SELECT id FROM topic WHERE active ORDER BY position')).rows.map((row) => String(row.id));
  const { offices, problems } = checkOffices(file.rows, known(comuni, topics));
  if (problems.length > 0) return { ok: false, problems };
  options.progress('tutte le righe sono giuste');

  await query('BEGIN');
  try {
    const closed = await write(query, offices, [...comuni.values()], options);
    await query('INSERT INTO office_import (imported_on, sha256, demonstration, offices) VALUES ($1, $2, $3, $4)', [
      options.today.toString(),
      fingerprint(bytes),
      options.demonstration === true,
      offices.length,
    ]);
    await query('COMMIT');
    return { ok: true, offices: offices.length, closed };
  } catch (error) {
    await query('ROLLBACK');
    throw error;
  }
}

/** Recognises a list that was already taken. */
export function fingerprint(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** The rows of a file as spreadsheets write it (commas, semicolons or tabs, UTF-8, or UTF-16 that says so), each with its line. */
export function readOfficeFile(bytes: Uint8Array): { rows: FileRow[]; problems: Problem[] } {
  if (WORKBOOKS.includes(Buffer.from(bytes.subarray(0, 4)).toString('hex')))
    return { rows: [], problems: [{ line: 1, message: 'è una cartella di lavoro: va salvata come «CSV UTF-8»' }] };
  const utf16 = bytes[0] === 0xff && bytes[1] === 0xfe;
  let text: string;
  try {
    text = new TextDecoder(utf16 ? 'utf-16le' : 'utf-8', { fatal: true }).decode(bytes);
  } catch {
    return {
      rows: [],
      problems: [{ line: lineOfBadByte(bytes), message: 'il file non è in UTF-8: va salvato come «CSV UTF-8»' }],
    };
  }
  if (text.includes('\0')) return { rows: [], problems: [{ line: 1, message: 'il file non è un testo' }] };
  try {
    return readRows(text);
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    return {
      rows: [],
      problems: [{ line: Number(error.lines ?? 1), message: `il CSV è rotto qui: ${csvProblem(error)}` }],
    };
  }
}

/** How a workbook begins: a zip archive, or the older format of Excel. */
const WORKBOOKS = ['504b0304', 'd0cf11e0'];
/** What Excel reads and writes in the first line, to say what stands between the cells. */
const SEPARATOR_LINE = /^"?sep=([^"\r\n])[^\r\n]*/i;

function readRows(text: string): { rows: FileRow[]; problems: Problem[] } {
  const read = parse(text.replace(SEPARATOR_LINE, ''), {
    delimiter: separator(text),
    relax_column_count: true,
    skip_empty_lines: true,
    skip_records_with_empty_values: true,
    info: true,
  }) as unknown as { record: string[]; info: Info }[];
  const [heading, ...rest] = read;
  const columns = withoutEmptyEnd(heading?.record ?? [], 0).map(columnName);
  const problems = checkColumns(columns).map((message) => ({ line: heading?.info.lines ?? 1, message }));
  if (problems.length > 0) return { rows: [], problems };
  // Spreadsheets leave out empty cells at the end of a row.
  const least = columns.findLastIndex((column) => REQUIRED_COLUMNS.includes(column)) + 1;
  const rows: FileRow[] = [];
  for (const { record, info } of rest) {
    // A quoted cell may hold line breaks: the row begins where the one before it ended.
    const line = info.lines - record.reduce((breaks, cell) => breaks + cell.split('\n').length - 1, 0);
    const cells = withoutEmptyEnd(record, columns.length);
    if (cells.length > columns.length || cells.length < least)
      problems.push({ line, message: `${cells.length} celle invece di ${columns.length}` });
    else
      rows.push({ line, cells: Object.fromEntries(columns.map((column, i) => [column, cellText(column, cells[i])])) });
  }
  return { rows, problems };
}

/** What the first line says, or what stands most often between the headings. */
function separator(text: string): string {
  const said = SEPARATOR_LINE.exec(text)?.[1];
  if (said) return said;
  const heading = /^\s*([^\r\n]*)/.exec(text)?.[1] ?? '';
  const times = (sign: string) => heading.split(sign).length;
  return [',', ';', '\t', '|'].reduce((best, sign) => (times(sign) > times(best) ? sign : best));
}

/** 'Opening hours' is opening_hours. */
function columnName(heading: string): string {
  return oneLine(heading).toLowerCase().replaceAll(/[ -]+/g, '_');
}

/** The cells, but for empty ones after the first `from`. */
function withoutEmptyEnd(record: readonly string[], from: number): string[] {
  const last = record.findLastIndex((cell) => cell.trim() !== '') + 1;
  return record.slice(0, Math.max(last, Math.min(record.length, from)));
}

/** Spaces of all widths are spaces, and where numbers are written with a decimal comma it is the point. */
function cellText(column: string, cell = ''): string {
  const text = cell.replaceAll(/\p{Zs}/gu, ' ');
  return column === 'lat' || column === 'lon' ? text.replace(/^(\s*\d+),(\d+\s*)$/, '$1.$2') : text;
}

function csvProblem(error: CsvError): string {
  if (error.code === 'CSV_QUOTE_NOT_CLOSED') return 'le virgolette aperte non si chiudono';
  if (error.code === 'INVALID_OPENING_QUOTE')
    return 'virgolette in mezzo a una cella (vanno raddoppiate, e la cella messa tra virgolette)';
  return error.code;
}

/** The first line that is not UTF-8, so that who keeps the list finds the letter. */
function lineOfBadByte(bytes: Uint8Array): number {
  const lines = Buffer.from(bytes).toString('utf8').split('\n');
  return lines.findIndex((line) => line.includes('\ufffd')) + 1;
}

interface Seat extends Place {
  names: string[];
  province: string;
  belfiore: string;
}

async function readComuni(query: Query): Promise<Map<string, Seat>> {
  const { rows } = await query(
    'SELECT istat, name, other_names, province, belfiore, lat, lon FROM comune ORDER BY istat',
  );
  return new Map(
    rows.map((row) => {
      const names = foldedNames({ name: String(row.name), otherNames: row.other_names as string[] });
      const seat = { id: String(row.istat), names, province: String(row.province), belfiore: String(row.belfiore) };
      return [seat.id, { ...seat, lat: Number(row.lat), lon: Number(row.lon) }];
    }),
  );
}

function known(comuni: Map<string, Seat>, topics: string[]): Known {
  return { comune: (istat) => comuni.get(istat) ?? null, fold: foldName, metresBetween, topics };
}

/** @returns the offices of the former list that are no longer in this one */
async function write(
  query: Query,
  offices: readonly ImportedOffice[],
  comuni: readonly Place[],
  options: ImportOptions,
): Promise<string[]> {
  for (const batch of batches(offices)) await query(OFFICES, [JSON.stringify(batch)]);
  const closed = await query(
    'UPDATE office SET active = false WHERE active AND NOT (id = ANY ($1::text[])) RETURNING id',
    [offices.map((office) => office.id)],
  );
  await query(
    'DELETE FROM office_opening; DELETE FROM office_channel; DELETE FROM office_topic; DELETE FROM comune_office',
  );
  for (const batch of batches(offices))
    for (const sql of [OPENINGS, CHANNELS, TOPICS]) await query(sql, [JSON.stringify(batch)]);
  options.progress(`scritte ${offices.length} sedi`);
  await writeNearest(query, offices, comuni, options.progress);
  return closed.rows.map((row) => String(row.id));
}

async function writeNearest(
  query: Query,
  offices: readonly Place[],
  comuni: readonly Place[],
  progress: (text: string) => void,
) {
  const byLatitude = offices.toSorted((a, b) => a.lat - b.lat);
  let done = 0;
  for (const batch of batches(comuni)) {
    const near = batch.flatMap((comune) => nearestOffices(comune, byLatitude, NEAREST_KEPT, metresBetween));
    await query(
      COMUNE_OFFICES,
      NEAR_COLUMNS.map((column) => near.map((row) => row[column])),
    );
    done += batch.length;
    progress(`sedi più vicine: ${done} comuni su ${comuni.length}`);
  }
}

function batches<T>(items: readonly T[]): T[][] {
  return Array.from({ length: Math.ceil(items.length / BATCH) }, (_, i) => items.slice(i * BATCH, (i + 1) * BATCH));
}

const OFFICES = `
  INSERT INTO office AS old (id, type, name, address, cap, comune_istat, lat, lon, phone, pec, step_free, hearing_loop, sign_language, counters, source, active)
  SELECT id, type, name, address, cap, istat, lat, lon, phone, pec, "stepFree", "hearingLoop", "signLanguage", counters, source, true
  FROM jsonb_to_recordset($1::jsonb) AS given (id text, type text, name text, address text, cap text, istat text, lat float8, lon float8,
    phone text, pec text, "stepFree" boolean, "hearingLoop" boolean, "signLanguage" boolean, counters int, source text)
  ON CONFLICT (id) DO UPDATE SET type = excluded.type, name = excluded.name, address = excluded.address, cap = excluded.cap,
    comune_istat = excluded.comune_istat, lat = excluded.lat, lon = excluded.lon, phone = excluded.phone, pec = excluded.pec,
    step_free = excluded.step_free, hearing_loop = excluded.hearing_loop, sign_language = excluded.sign_language,
    counters = excluded.counters, source = excluded.source, active = true`;

const OPENINGS = `
  INSERT INTO office_opening (office_id, weekday, opens, closes)
  SELECT office.id, opening.weekday, opening.opens, opening.closes
  FROM jsonb_to_recordset($1::jsonb) AS office (id text, openings jsonb),
    jsonb_to_recordset(office.openings) AS opening (weekday int, opens time, closes time)`;

const CHANNELS = `
  INSERT INTO office_channel (office_id, channel, seats)
  SELECT office.id, given.channel, given.seats
  FROM jsonb_to_recordset($1::jsonb) AS office (id text, channels jsonb),
    jsonb_to_recordset(office.channels) AS given (channel text, seats int)`;

const TOPICS = `
  INSERT INTO office_topic (office_id, topic_id)
  SELECT office.id, topic FROM jsonb_to_recordset($1::jsonb) AS office (id text, topics jsonb), jsonb_array_elements_text(office.topics) AS topic`;

const NEAR_COLUMNS: readonly (keyof Near)[] = ['placeId', 'rank', 'officeId', 'metres'];
const COMUNE_OFFICES = `
  INSERT INTO comune_office (comune_istat, rank, office_id, metres) SELECT * FROM unnest($1::text[], $2::int[], $3::text[], $4::int[])`;
