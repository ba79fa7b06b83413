import { parseOpeningHours, type Opening } from './opening.rules.js';
import type { Channel } from './slot-generation.rules.js';

export type OfficeType = 'direzione_provinciale' | 'agenzia' | 'punto';
export const CHANNELS: readonly Channel[] = ['desk', 'phone', 'video'];

/** One office of the institute's list, checked. null: the list does not say. */
export interface ImportedOffice {
  id: string;
  type: OfficeType;
  name: string;
  address: string;
  cap: string | null;
  istat: string;
  lat: number;
  lon: number;
  phone: string | null;
  pec: string | null;
  openings: Opening[];
  source: 'sample' | 'real';
  counters: number;
  channels: { channel: Channel; seats: number }[];
  topics: string[];
  stepFree: boolean | null;
  hearingLoop: boolean | null;
  signLanguage: boolean | null;
}

/** A row of the file with the line where it begins. */
export interface FileRow {
  line: number;
  cells: Record<string, string>;
}

export interface Problem {
  line: number;
  message: string;
}

/** What the rows are checked against. */
export interface Known {
  comune(istat: string): { names: string[]; province: string; belfiore: string; lat: number; lon: number } | null;
  fold(name: string): string;
  metresBetween(a: { lat: number; lon: number }, b: { lat: number; lon: number }): number;
  topics: readonly string[];
}

export const REQUIRED_COLUMNS =
  'id type name address cap comune istat belfiore province region lat lon phone pec opening_hours source'.split(' ');
export const OPTIONAL_COLUMNS =
  'address_source hours_source contacts_source source_ref counters channels topics step_free hearing_loop sign_language'.split(
    ' ',
  );
export const MAX_ROWS = 50_000;
/** An office farther than this from the seat of its comune has wrong coordinates or a wrong comune. */
export const MAX_METRES_FROM_SEAT = 30_000;

const TYPES: readonly OfficeType[] = ['direzione_provinciale', 'agenzia', 'punto'];
/** Where the list does not say: people served at the same time, by channel. */
const DEFAULT_SEATS: Record<OfficeType, Partial<Record<Channel, number>>> = {
  direzione_provinciale: { desk: 8, phone: 3, video: 2 },
  agenzia: { desk: 4, phone: 2, video: 1 },
  punto: { desk: 1 },
};
/** A point of the network gives first advice; the rest is done at an agency. */
const POINT_TOPICS = ['pensioni', 'naspi', 'assegno-unico', 'isee', 'estratto-conto'];

/** @returns what is wrong with the heading of the file; empty when nothing is. */
export function checkColumns(columns: readonly string[]): string[] {
  const known = new Set([...REQUIRED_COLUMNS, ...OPTIONAL_COLUMNS]);
  const missing = REQUIRED_COLUMNS.filter((column) => !columns.includes(column));
  const unknown = columns.filter((column) => !known.has(column));
  const twice = columns.filter((column, i) => columns.indexOf(column) !== i);
  return [
    ...missing.map((column) => `manca la colonna «${column}»`),
    ...unknown.map((column) => `colonna sconosciuta «${column}»`),
    ...twice.map((column) => `colonna ripetuta «${column}»`),
  ];
}

/** Checks every row and says everything that is wrong, each with its line: the list is taken whole or not at all. */
export function checkOffices(
  rows: readonly FileRow[],
  known: Known,
): { offices: ImportedOffice[]; problems: Problem[] } {
  const problems: Problem[] = [];
  const offices: ImportedOffice[] = [];
  const lines = new Map<string, number>();
  if (rows.length === 0) problems.push({ line: 1, message: 'il file non contiene sedi' });
  if (rows.length > MAX_ROWS) problems.push({ line: MAX_ROWS + 2, message: `più di ${MAX_ROWS} righe` });
  for (const row of rows.slice(0, MAX_ROWS)) {
    const cells = new Cells(row, (message) => problems.push({ line: row.line, message }));
    const office = readOffice(cells, known);
    const before = lines.get(office.id);
    if (before !== undefined) cells.wrong(`codice «${office.id}» già usato alla riga ${before}`);
    else lines.set(office.id, row.line);
    offices.push(office);
  }
  return { offices, problems };
}

function readOffice(cells: Cells, known: Known): ImportedOffice {
  const type = cells.oneOf('type', TYPES);
  const point = { lat: cells.number('lat', 35.4, 47.2), lon: cells.number('lon', 6.6, 18.6) };
  const istat = checkPlace(cells, point, known);
  const channels = readChannels(cells, type);
  return {
    id: cells.matching(
      'id',
      /^[A-Za-z0-9][A-Za-z0-9._-]{0,31}$/,
      'codice non valido (lettere, cifre, punto e trattino, al più 32)',
    ),
    type,
    name: cells.text('name', 120),
    address: cells.text('address', 160),
    cap: cells.optional('cap', /^\d{5}$/, 'CAP non valido (5 cifre)'),
    istat,
    ...point,
    phone: cells.optional('phone', /^\+\d{1,3}(?: ?\d){5,13}$/, 'telefono non valido (esempio +39 06 164164)'),
    pec: cells.optional(
      'pec',
      /^[a-z0-9](?:[a-z0-9._-]{0,62}[a-z0-9])?@(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}$/i,
      'PEC non valida',
    ),
    openings: cells.openings(),
    source: cells.oneOf('source', ['sample', 'real']),
    counters: readCounters(cells, channels),
    channels,
    topics: readTopics(cells, type, known.topics),
    stepFree: cells.yesOrNo('step_free'),
    hearingLoop: cells.yesOrNo('hearing_loop'),
    signLanguage: cells.yesOrNo('sign_language'),
  };
}

/** The codes and the names of the comune must agree, and the office must stand in or near it. */
function checkPlace(cells: Cells, point: { lat: number; lon: number }, known: Known): string {
  const istat = cells.get('istat');
  const comune = known.comune(istat);
  if (!comune) {
    cells.wrong(`codice ISTAT sconosciuto «${istat}»`);
    return istat;
  }
  const name = cells.get('comune');
  if (!comune.names.includes(known.fold(name))) cells.wrong(`il codice ISTAT ${istat} non è di «${name}»`);
  if (cells.get('province') !== comune.province)
    cells.wrong(`la provincia di «${name}» è ${comune.province}, non «${cells.get('province')}»`);
  if (cells.get('belfiore') !== comune.belfiore)
    cells.wrong(`il codice catastale di «${name}» è ${comune.belfiore}, non «${cells.get('belfiore')}»`);
  const metres = known.metresBetween(point, comune);
  if (metres > MAX_METRES_FROM_SEAT) cells.wrong(`le coordinate sono a ${Math.round(metres / 1000)} km da «${name}»`);
  return istat;
}

/** 'desk:6;phone:2;video:1': the seats of each channel. */
function readChannels(cells: Cells, type: OfficeType): { channel: Channel; seats: number }[] {
  const text = cells.get('channels');
  if (text === '') return CHANNELS.flatMap((channel) => seatsOf(channel, DEFAULT_SEATS[type][channel]));
  const channels: { channel: Channel; seats: number }[] = [];
  for (const part of text.split(';')) {
    const [, name = '', seats = ''] = /^(desk|phone|video):([1-9]\d?)$/.exec(part.trim()) ?? [];
    const channel = CHANNELS.find((known) => known === name);
    if (!channel || channels.some((known) => known.channel === channel))
      cells.wrong(`canale non valido «${part}» (esempio desk:4;phone:2)`);
    else channels.push({ channel, seats: Number(seats) });
  }
  return channels;
}

const seatsOf = (channel: Channel, seats: number | undefined) => (seats ? [{ channel, seats }] : []);

function readCounters(cells: Cells, channels: readonly { channel: Channel; seats: number }[]): number {
  const text = cells.get('counters');
  if (text === '') return channels.find(({ channel }) => channel === 'desk')?.seats ?? 1;
  if (!/^[1-9]\d?$/.test(text)) cells.wrong(`numero di sportelli non valido «${text}» (da 1 a 99)`);
  return Number(text);
}

function readTopics(cells: Cells, type: OfficeType, known: readonly string[]): string[] {
  const text = cells.get('topics');
  if (text === '') return type === 'punto' ? known.filter((topic) => POINT_TOPICS.includes(topic)) : [...known];
  const topics = text.split(';').map((topic) => topic.trim());
  for (const topic of topics)
    if (!known.includes(topic)) cells.wrong(`argomento sconosciuto «${topic}» (${known.join(', ')})`);
  return [...new Set(topics)];
}

/** The cells of one row; a cell that is wrong is reported and read as something harmless, so that the check goes on. */
class Cells {
  constructor(
    private readonly row: FileRow,
    readonly wrong: (message: string) => void,
  ) {
    for (const [column, text] of Object.entries(row.cells)) this.checkText(column, text);
  }

  get(column: string): string {
    return (this.row.cells[column] ?? '').trim();
  }

  text(column: string, max: number): string {
    const text = this.get(column);
    if (text === '') this.wrong(`manca «${column}»`);
    if (text.length > max) this.wrong(`«${column}» è più lungo di ${max} caratteri`);
    return text;
  }

  matching(column: string, form: RegExp, message: string): string {
    const text = this.get(column);
    if (!form.test(text)) this.wrong(text === '' ? `manca «${column}»` : `${message}: «${text}»`);
    return text;
  }

  optional(column: string, form: RegExp, message: string): string | null {
    return this.get(column) === '' ? null : this.matching(column, form, message);
  }

  oneOf<T extends string>(column: string, values: readonly [T, ...T[]] | readonly T[]): T {
    const text = this.get(column);
    const value = values.find((known) => known === text);
    if (!value) this.wrong(`«${column}» è «${text}»; può essere ${values.join(', ')}`);
    return value ?? (values[0] as T);
  }

  number(column: string, min: number, max: number): number {
    const text = this.get(column);
    const value = /^\d{1,2}(?:\.\d{1,10})?$/.test(text) ? Number(text) : Number.NaN;
    if (Number.isNaN(value)) this.wrong(`«${column}» non è un numero con il punto: «${text}»`);
    else if (value < min || value > max) this.wrong(`«${column}» è fuori dall’Italia: ${text}`);
    return value;
  }

  openings(): Opening[] {
    const read = parseOpeningHours(this.get('opening_hours'));
    if (!read.ok) this.wrong(read.problem);
    return read.ok ? read.openings : [];
  }

  yesOrNo(column: string): boolean | null {
    const text = this.get(column).toLowerCase();
    if (!['', 'si', 'sì', 'no'].includes(text)) this.wrong(`«${column}» è «${text}»; può essere sì, no o vuoto`);
    return text === '' ? null : text !== 'no';
  }

  /** A cell that a spreadsheet would run as a formula, or that hides characters, has no place in a list of offices. */
  private checkText(column: string, text: string): void {
    // A phone number begins with + and has a strict form of its own.
    if (/^[=@+\-\t\r]/.test(text) && column !== 'phone')
      this.wrong(`«${column}» comincia come una formula: «${text.slice(0, 30)}»`);
    // oxlint-disable-next-line no-control-regex
    if (/[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff]/u.test(text))
      this.wrong(`«${column}» contiene caratteri nascosti`);
    if (text.includes('\ufffd')) this.wrong(`«${column}» contiene caratteri illeggibili`);
  }
}
