import type { ExportedRecord, ExportedValue } from '../../common/exported.js';

/** Spreadsheet programs take a file for UTF-8 only when it begins with this mark. */
const BOM = '\uFEFF';

/**
 * What a spreadsheet program would take for a formula and work out (OWASP, CSV Injection), in the wide forms of those
 * signs too: an apostrophe in front makes it text. The document LEGGIMI.html tells of it.
 */
const FORMULA = /^(\s*[=+\-@\uFF1D\uFF0B\uFF0D\uFF20]|[\t\r\n])/;

/** A table of a part as RFC 4180 has it: a line of headings, every cell in quotes, CR LF. */
export async function* csvTexts(
  headings: readonly string[],
  pages: AsyncIterable<readonly ExportedRecord[]>,
): AsyncGenerator<string> {
  yield BOM + lineOf(headings);
  for await (const records of pages) yield records.map((record) => lineOf(Object.values(record))).join('');
}

function lineOf(values: readonly ExportedValue[]): string {
  return `${values.map(cell).join(',')}\r\n`;
}

function cell(value: ExportedValue): string {
  if (value === null) return '';
  if (typeof value !== 'string') return String(value);
  const text = FORMULA.test(value) ? `'${value}` : value;
  return `"${text.replaceAll('"', '""')}"`;
}
