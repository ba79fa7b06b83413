import type { Exported, ExportedRecord } from '../../common/exported.js';
import type { Translate } from '../../common/texts.js';

/** Of the form of dati.json; grows when something changes its meaning or its place. */
export const FORMAT_VERSION = 1;

type Pages = AsyncIterable<readonly ExportedRecord[]>;

/** What stands before the records, in every file. */
export type Head = Readonly<Record<string, unknown>>;

/** One part in a file of its own: the head, then a record a line. */
export async function* partJson(head: Head, pages: Pages): AsyncGenerator<string> {
  yield `${opened(head)},"records":[`;
  yield* records(pages);
  yield '\n]}\n';
}

/** All parts in one file, read one after the other. */
export async function* wholeJson(
  head: Head,
  parts: readonly { id: string; title: string; pages: () => Pages }[],
): AsyncGenerator<string> {
  yield `${opened(head)},"parts":{`;
  let before = '';
  for (const { id, title, pages } of parts) {
    yield `${before}\n${JSON.stringify(id)}:{"title":${JSON.stringify(title)},"records":[`;
    yield* records(pages());
    yield '\n]}';
    before = ',';
  }
  yield '\n}}\n';
}

/** A JSON Schema (draft 2020-12) of dati.json, made from the very list of columns that the records are made from. */
export function schemaText(parts: readonly Exported[], t: Translate): string {
  const properties = Object.fromEntries(parts.map((part) => [part.id, partSchema(part, t)]));
  const text = { type: 'string' };
  const schema = {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: t('export.file-title'),
    type: 'object',
    required: ['version', 'made_at', 'made_by', 'portal', 'language', 'without', 'parts'],
    properties: {
      schema: { const: 'schema.json' },
      version: { const: FORMAT_VERSION },
      made_at: { type: 'string', format: 'date-time' },
      made_by: text,
      portal: { type: 'string', format: 'uri' },
      language: { enum: ['it', 'en', 'de'] },
      without: {
        type: 'array',
        items: { type: 'object', required: ['what', 'why'], properties: { what: text, why: text } },
      },
      parts: { type: 'object', required: parts.map(({ id }) => id), properties },
    },
  };
  return `${JSON.stringify(schema, null, 2)}\n`;
}

function partSchema(part: Exported, t: Translate): object {
  const columns = part.columns.map(({ name, titleKey }) => [name, { title: t(titleKey), type: VALUE }]);
  const record = {
    type: 'object',
    required: part.columns.map(({ name }) => name),
    properties: Object.fromEntries(columns),
    additionalProperties: false,
  };
  return {
    title: t(part.titleKey),
    type: 'object',
    required: ['title', 'records'],
    properties: { title: { type: 'string' }, records: { type: 'array', items: record } },
  };
}

const VALUE = ['string', 'number', 'boolean', 'null'];

function opened(head: Head): string {
  return JSON.stringify(head).slice(0, -1);
}

async function* records(pages: Pages): AsyncGenerator<string> {
  let before = '\n';
  for await (const page of pages) {
    yield before + page.map((record) => JSON.stringify(record)).join(',\n');
    before = ',\n';
  }
}
