// Seals anew with the current secret what was sealed with a former one (docs/decisions/0010). No state is kept but the
// boxes themselves: each says which secret it is of, so a run that was cut, at any point, goes on where it was.
import { setTimeout as sleep } from 'node:timers/promises';
import type { Clock } from '#src/common/clock.js';
import { BOX_HEADER_BYTES, type Keys } from '#src/common/crypto.js';
import { NAMED_KEYS, SEALED_COLUMNS, type SealedColumn } from '#src/common/sealed-columns.js';
import type { Progress } from './database.ts';
import { NOT_MIGRATED, ToMend } from './plain.mjs';
import type { Query } from './query.ts';

export interface RotationWork {
  query: Query;
  keys: Keys;
  clock: Clock;
  progress: Progress;
  dryRun: boolean;
  signal: AbortSignal;
  columns?: readonly SealedColumn[];
}

/** A box that could not be opened. It stays as it is. */
export interface Unopened {
  /** `table.column (key=value)` */
  row: string;
  /** The secret it says it is of; null in the old form. */
  id: string | null;
  /** Whether that secret is known here: then the box was altered. */
  known: boolean;
}

export interface Rotation {
  keyId: string;
  dryRun: boolean;
  interrupted: boolean;
  /** Boxes sealed anew; in a dry run, that would be. */
  moved: number;
  unopened: Unopened[];
  /** Boxes under another secret that are there at the end, by column. */
  left: { column: string; rows: number }[];
  /** Boxes that nothing but a browser can open, and when the last one is over. */
  ending: { column: string; rows: number; until: string }[];
  /** Former keys that something signed still names, and which command needs them. */
  named: { check: string; ids: string[] }[];
}

/** Rows of one transaction: short ones, so that nobody who changes a row waits long. */
const BATCH = 25;
/** Rows that somebody else holds are left out and looked for again, so many times. */
const ROUNDS = 20;
const ROUND_PAUSE_MS = 500;
const SAY_EVERY = 1000;

/** Goes through every sealed column. Two at once share the work. */
export async function rotateKeys(work: RotationWork): Promise<Rotation> {
  const { keys, dryRun, signal } = work;
  const rotation: Rotation = {
    keyId: keys.id,
    dryRun,
    interrupted: false,
    moved: 0,
    unopened: [],
    left: [],
    ending: [],
    named: [],
  };
  const columns = await present(work);
  for (const column of columns) if (column.context !== null) await rotateColumn(work, column, rotation);
  rotation.interrupted = signal.aborted;
  for (const column of columns) await countLeft(work, column, rotation);
  rotation.named = await stillNamed(work);
  return rotation;
}

/** What an operator is told, and whether the former secrets may go. */
export function rotationReport(rotation: Rotation): { lines: string[]; done: boolean } {
  const { keyId, dryRun, interrupted, moved, unopened, left, ending, named } = rotation;
  const lines = [`${moved} boxes ${dryRun ? 'would be sealed' : 'sealed'} anew with the key ${keyId}`];
  for (const { row, id, known } of unopened) lines.push(`${row}: ${whyUnopened(id, known)}; left as it is`);
  const lacking = [...new Set(unopened.filter(({ id, known }) => id !== null && !known).map(({ id }) => id))];
  if (lacking.length > 0) lines.push(`SECRET_PREVIOUS lacks the secrets with these ids: ${lacking.join(', ')}`);
  if (interrupted) lines.push('interrupted: run it again to go on');
  for (const { column, rows } of left) lines.push(`${rows} boxes under another key are left in ${column}`);
  for (const { column, rows, until } of ending)
    lines.push(`${rows} sign-ins under way in ${column} under another key; the last is over at ${until}`);
  const done = !dryRun && !interrupted && left.length === 0 && ending.length === 0;
  if (done) {
    lines.push(
      `nothing under another key than ${keyId} is left: SECRET_PREVIOUS may go, ` +
        '24 hours after the last process got the present SECRET (sessions and forms that are open)',
    );
  } else if (!dryRun) lines.push('not finished: SECRET_PREVIOUS must stay');
  for (const { check, ids } of named)
    lines.push(`${check} still needs the secrets with these ids, as its own SECRET_PREVIOUS: ${ids.join(', ')}`);
  return { lines, done };
}

function whyUnopened(id: string | null, known: boolean): string {
  if (id === null) return 'old form, opened by none of the secrets given: altered, or of a secret that is missing';
  return known ? `does not open though its key ${id} is here: it was altered or moved` : `its key ${id} is missing`;
}

/** A release that is being brought in may know columns that the database has not yet. */
async function present({ query, columns = SEALED_COLUMNS }: RotationWork): Promise<SealedColumn[]> {
  const names = await columnNames(query);
  const there = columns.filter(({ table, column }) => names.has(`${table}.${column}`));
  // Without any it would seem that nothing under another secret is left.
  if (there.length === 0) throw new ToMend(NOT_MIGRATED);
  return there;
}

async function stillNamed({ query, keys }: RotationWork): Promise<Rotation['named']> {
  const names = await columnNames(query);
  const named: Rotation['named'] = [];
  for (const { table, column, check } of NAMED_KEYS.filter((one) => names.has(`${one.table}.${one.column}`))) {
    const { rows } = await query(`SELECT DISTINCT ${column} AS id FROM ${table} WHERE ${column} <> $1`, [keys.id]);
    if (rows.length > 0) named.push({ check, ids: rows.map(({ id }) => String(id)).toSorted() });
  }
  return named;
}

async function columnNames(query: Query): Promise<Set<unknown>> {
  const { rows } = await query(
    `SELECT c.relname || '.' || a.attname AS name FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
     WHERE c.relnamespace = 'public'::regnamespace AND a.attnum > 0 AND NOT a.attisdropped`,
  );
  return new Set(rows.map(({ name }) => name));
}

/** Rounds by key over one column, until nothing is left but what cannot be opened. */
async function rotateColumn(work: RotationWork, column: SealedColumn, rotation: Rotation): Promise<void> {
  const unopened = new Map<string, Unopened>();
  const all = await otherKeys(work, column);
  let before = rotation.moved;
  for (let round = 1; round <= ROUNDS && !work.signal.aborted; round++) {
    await rotateRound(work, column, { rotation, unopened, all });
    if (work.dryRun) break;
    const remaining = (await otherKeys(work, column)) - unopened.size;
    // Rows under somebody's lock, or sealed meanwhile by a process that still has the former secret.
    if (remaining <= 0) break;
    if (rotation.moved === before) await sleep(ROUND_PAUSE_MS);
    before = rotation.moved;
  }
  rotation.unopened.push(...unopened.values());
}

interface Round {
  rotation: Rotation;
  unopened: Map<string, Unopened>;
  all: number;
}

async function rotateRound(work: RotationWork, column: SealedColumn, round: Round): Promise<void> {
  const started = round.rotation.moved;
  let said = 0;
  let last: string[] | null = null;
  while (!work.signal.aborted) {
    const batch = await inTransaction(work, () => rotateBatch(work, column, last, round));
    if (!batch) return;
    last = batch;
    const done = round.rotation.moved - started;
    if (done - said < SAY_EVERY) continue;
    said = done;
    work.progress(`${nameOf(column)}: ${done} of ${round.all}`);
  }
}

async function inTransaction<T>({ query }: RotationWork, work: () => Promise<T>): Promise<T> {
  await query('BEGIN');
  try {
    const result = await work();
    await query('COMMIT');
    return result;
  } catch (error) {
    await query('ROLLBACK').catch(() => {});
    throw error;
  }
}

/** @returns the key of the last row looked at; null at the end of the column. */
async function rotateBatch(
  work: RotationWork,
  column: SealedColumn,
  after: string[] | null,
  { rotation, unopened }: Round,
): Promise<string[] | null> {
  const rows = await nextRows(work, column, after);
  for (const row of rows) {
    const box = row[BOX] as Buffer;
    const texts = row as Record<string, string>;
    const context = column.context!(texts);
    const { plain, id } = work.keys.examine(column.purpose, box, context);
    const name = rowName(column, texts);
    if (!plain) {
      unopened.set(name, { row: name, id, known: id !== null && work.keys.ids.includes(id) });
      continue;
    }
    if (work.dryRun || (await replaced(work, column, texts, box, work.keys.seal(column.purpose, plain, context))))
      rotation.moved++;
  }
  const end = rows.at(-1) as Record<string, string> | undefined;
  return end ? column.keys.map((key) => end[key]!) : null;
}

const BOX = 'box of this row';

/** In the order of the primary key. NO KEY UPDATE: rows that refer to these are not held up. */
async function nextRows(
  { query, keys, dryRun }: RotationWork,
  column: SealedColumn,
  after: string[] | null,
): Promise<Record<string, unknown>[]> {
  const { table, column: box, keys: by, with: others = [] } = column;
  const texts = [...by, ...others].map((one) => `${one}::text AS ${one}`).join(', ');
  const beyond = after ? `AND (${by.join(', ')}) > (${by.map((_, index) => `$${index + 2}`).join(', ')})` : '';
  const { rows } = await query(
    `SELECT ${texts}, ${box} AS "${BOX}" FROM ${table} WHERE ${otherKey(box)} ${beyond}
     ORDER BY ${by.map((one) => `${table}.${one}`).join(', ')} LIMIT ${BATCH} ${dryRun ? '' : 'FOR NO KEY UPDATE SKIP LOCKED'}`,
    [keys.header, ...(after ?? [])],
  );
  return rows;
}

/** Only over the very bytes that were opened: whoever wrote others meanwhile wins. */
async function replaced(
  { query }: RotationWork,
  { table, column, keys }: SealedColumn,
  row: Record<string, string>,
  old: Buffer,
  box: Buffer,
): Promise<boolean> {
  const where = keys.map((key, index) => `${key} = $${index + 3}`).join(' AND ');
  const { rows } = await query(
    `UPDATE ${table} SET ${column} = $1 WHERE ${column} = $2 AND ${where} RETURNING 1 AS one`,
    [box, old, ...keys.map((key) => row[key])],
  );
  return rows.length === 1;
}

/** $1 is how boxes of the current key begin. */
function otherKey(column: string): string {
  return `${column} IS NOT NULL AND substring(${column} FROM 1 FOR ${BOX_HEADER_BYTES}) <> $1`;
}

async function otherKeys({ query, keys }: RotationWork, { table, column }: SealedColumn): Promise<number> {
  const { rows } = await query(`SELECT count(*)::int AS n FROM ${table} WHERE ${otherKey(column)}`, [keys.header]);
  return Number(rows[0]?.n);
}

async function countLeft(work: RotationWork, column: SealedColumn, rotation: Rotation): Promise<void> {
  if (column.context !== null) {
    const rows = await otherKeys(work, column);
    if (rows > 0) rotation.left.push({ column: nameOf(column), rows });
    return;
  }
  const { rows } = await work.query(
    `SELECT count(*)::int AS n, max(${column.endsAt}) AS until FROM ${column.table}
     WHERE ${otherKey(column.column)} AND ${column.endsAt} > $2`,
    [work.keys.header, work.clock.now()],
  );
  const { n, until } = rows[0] as { n: number; until: Temporal.Instant | null };
  if (n > 0) rotation.ending.push({ column: nameOf(column), rows: n, until: String(until) });
}

function nameOf({ table, column }: SealedColumn): string {
  return `${table}.${column}`;
}

function rowName(column: SealedColumn, row: Record<string, string>): string {
  return `${nameOf(column)} (${column.keys.map((key) => `${key}=${row[key]}`).join(', ')})`;
}
