import { dateAndTime, dateInWords } from '../../common/calendar.js';
import { dayFrom, isInstant } from '../../common/days.js';
import type { Exported, ExportedRecord, ExportedValue } from '../../common/exported.js';
import type { Templates } from '../../common/templates.js';
import type { Translate } from '../../common/texts.js';

type Pages = AsyncIterable<readonly ExportedRecord[]>;

/** Longer parts have a document of their own, so that the first one opens on any telephone. */
export const LONG_PART = 1000;
/** A table of more columns is read as one small table for each record. */
const WIDE = 6;
/** Stands in a template for what is put in while it is written; neither PostgreSQL nor a form can hold a NUL. */
const ROOM = '\0';

export interface HtmlPart {
  part: Exported;
  count: number;
  pages: () => Pages;
}

/** The readable documents of a copy: headings, tables, one style sheet inside, no script; in the person's language. */
export class CopyHtml {
  constructor(
    private readonly templates: Templates,
    private readonly t: Translate,
  ) {}

  /** LEGGIMI.html: what this is, what is in it and what is not, then each part that is not too long. */
  async *document(model: object, parts: readonly HtmlPart[]): AsyncGenerator<string> {
    const [before = '', after = ''] = this.render('copy', { ...model, lang: this.t.lang, room: ROOM }).split(ROOM);
    yield before;
    for (const one of parts) yield* this.section(one, one.count > LONG_PART);
    yield after;
  }

  /** One long part by itself. */
  async *longDocument(model: object, one: HtmlPart): AsyncGenerator<string> {
    const title = this.t(one.part.titleKey);
    const whole = this.render('copy-long', { ...model, title, lang: this.t.lang, room: ROOM });
    const [before = '', after = ''] = whole.split(ROOM);
    yield before;
    yield* this.section(one, false);
    yield after;
  }

  private async *section({ part, count, pages }: HtmlPart, elsewhere: boolean): AsyncGenerator<string> {
    const shown = shownColumns(part);
    const wide = shown.length > WIDE;
    const title = this.t(part.titleKey);
    const [before = '', after = ''] = this.render('copy-part', {
      id: part.id,
      title,
      count: this.t.count('export.records', count),
      file: `${part.id}.html`,
      elsewhere,
      empty: count === 0,
      wide,
      columns: shown.map(({ titleKey }) => this.t(titleKey)),
      room: ROOM,
    }).split(ROOM);
    yield before;
    if (count > 0 && !elsewhere) yield* this.rows(shown, wide, pages());
    yield after;
  }

  private async *rows(columns: Exported['columns'], wide: boolean, pages: Pages): AsyncGenerator<string> {
    const labels = columns.map(({ titleKey }) => this.t(titleKey));
    let number = 0;
    for await (const page of pages) {
      const records = page.map((record) => ({
        caption: this.t('export.record-number', { number: ++number }),
        cells: columns.map(({ name }, index) => this.cell(labels[index]!, record[name] ?? null)),
      }));
      yield this.render(wide ? 'copy-records' : 'copy-rows', { records });
    }
  }

  /** Instants and days in words, as on the pages of the portal. */
  private cell(label: string, value: ExportedValue): { label: string; text: string; iso: string } {
    if (value === null || value === '') return { label, text: '–', iso: '' };
    if (typeof value === 'boolean') return { label, text: this.t(value ? 'export.yes' : 'export.no'), iso: '' };
    if (typeof value === 'number') return { label, text: String(value), iso: '' };
    if (isInstant(value)) {
      const words = dateAndTime(Temporal.Instant.from(value), this.t.lang);
      return { label, text: this.t('notifications.at', words), iso: value };
    }
    const day = dayFrom(value);
    return day ? { label, text: dateInWords(day, this.t.lang), iso: value } : { label, text: value, iso: '' };
  }

  private render(view: string, model: object): string {
    return this.templates.render(`export/${view}`, this.t.lang, model);
  }
}

/** Where a code has its words in a column beside it (`state`, `state_text`), a reader is shown the words alone. */
function shownColumns({ columns }: Exported): Exported['columns'] {
  const names = new Set(columns.map(({ name }) => name));
  return columns.filter(({ name }) => !names.has(`${name}_text`));
}
