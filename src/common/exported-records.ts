import type { Exported, ExportedRecord, ExportedValue } from './exported.js';

/** Rows of one look: enough to be quick, few enough to be held. */
export const EXPORT_PAGE = 200;

/**
 * Key of the first page of what is read newest first: after everything. Never `$2 IS NULL OR …`: PostgreSQL would plan
 * that once for both and read from the beginning for each page.
 */
export const AFTER_ALL = {
  at: '9999-12-31T00:00:00Z',
  uuid: 'ffffffff-ffff-ffff-ffff-ffffffffffff',
  number: '9223372036854775807',
};

/** Reads by key until a page is not full. @param read the page after a row; the first one after null */
export async function* pagesByKey<Row>(read: (after: Row | null) => Promise<Row[]>): AsyncGenerator<Row[]> {
  let last: Row | null = null;
  for (;;) {
    const rows: Row[] = await read(last);
    if (rows.length > 0) yield rows;
    if (rows.length < EXPORT_PAGE) return;
    last = rows.at(-1)!;
  }
}

/** Of a row just the columns that a part exports, in their order, as plain values. A column it lacks is a fault. */
export function recordOf(columns: Exported['columns'], row: object): ExportedRecord {
  return Object.fromEntries(columns.map(({ name }) => [name, valueOf(name, (row as Record<string, unknown>)[name])]));
}

function valueOf(name: string, value: unknown): ExportedValue {
  if (value === null || typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean')
    return value;
  if (value instanceof Temporal.Instant || value instanceof Temporal.PlainDate) return value.toString();
  if (value === undefined) throw new Error(`the exported column ${name} has no value`);
  return JSON.stringify(value);
}
