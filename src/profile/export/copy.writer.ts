import { Injectable } from '@nestjs/common';
import type { Acting } from '../../common/acting.js';
import { dateAndTime } from '../../common/calendar.js';
import { ExportedParts, type Exported, type ExportedRecord } from '../../common/exported.js';
import { Templates } from '../../common/templates.js';
import { Texts, type Language, type Translate } from '../../common/texts.js';
import { Config } from '../../config.js';
import type { Archive } from './archive.js';
import { csvTexts } from './copy-csv.js';
import { CopyHtml, LONG_PART, type HtmlPart } from './copy-html.js';
import { FORMAT_VERSION, partJson, schemaText, wholeJson, type Head } from './copy-json.js';
import { EXCLUSIONS } from './export.exclusions.js';

export interface CopyOrder {
  acting: Acting;
  language: Language;
  at: Temporal.Instant;
}

/** Puts the parts of all modules together. Each is read once for each file, in one snapshot, and never held whole. */
@Injectable()
export class CopyWriter {
  constructor(
    private readonly parts: ExportedParts,
    private readonly texts: Texts,
    private readonly templates: Templates,
    private readonly config: Config,
  ) {}

  get size(): number {
    return this.parts.all.length;
  }

  /** In the unit of work of the person. @param done told how many parts are ready */
  async write(archive: Archive, order: CopyOrder, done: (parts: number) => void): Promise<void> {
    const t = this.texts.for(order.language);
    const written: HtmlPart[] = [];
    for (const part of this.parts.all) {
      written.push(await this.writePart(archive, part, order, t));
      done(written.length);
    }
    const whole = written.map(({ part, pages }) => ({ id: part.id, title: t(part.titleKey), pages }));
    await archive.add('dati.json', wholeJson(this.head(order, t), whole));
    await archive.add('schema.json', [schemaText(this.parts.all, t)]);
    await this.writeDocuments(archive, written, order, t);
    archive.end();
  }

  private async writePart(archive: Archive, part: Exported, order: CopyOrder, t: Translate): Promise<HtmlPart> {
    const pages = () => part.records(order.acting, t);
    const counted = { count: 0 };
    const headings = part.columns.map(({ titleKey }) => t(titleKey));
    await archive.add(`${part.id}.csv`, csvTexts(headings, counting(pages(), counted)));
    const head = { version: FORMAT_VERSION, part: part.id, title: t(part.titleKey), made_at: order.at.toString() };
    await archive.add(`${part.id}.json`, partJson(head, pages()));
    return { part, count: counted.count, pages };
  }

  private async writeDocuments(archive: Archive, parts: HtmlPart[], order: CopyOrder, t: Translate): Promise<void> {
    const html = new CopyHtml(this.templates, t);
    const model = this.model(parts, order, t);
    for (const one of parts.filter(({ count }) => count > LONG_PART))
      await archive.add(`${one.part.id}.html`, html.longDocument(model, one));
    await archive.add('LEGGIMI.html', html.document(model, parts));
  }

  private head({ at, language }: CopyOrder, t: Translate): Head {
    const { institute, baseUrl } = this.config;
    return {
      schema: 'schema.json',
      version: FORMAT_VERSION,
      made_at: at.toString(),
      made_by: institute.fullName,
      portal: baseUrl.origin,
      language,
      without: without(t),
    };
  }

  private model(parts: HtmlPart[], { at }: CopyOrder, t: Translate): object {
    const { institute, baseUrl } = this.config;
    return {
      institute,
      portal: baseUrl.origin,
      host: baseUrl.host,
      madeIso: at.toString(),
      made: t('notifications.at', dateAndTime(at, t.lang)),
      parts: parts.map(({ part, count }) => ({
        id: part.id,
        title: t(part.titleKey),
        count: t.count('export.records', count),
      })),
      without: without(t),
    };
  }
}

/** What a copy does not hold and why, in words. */
export function without(t: Translate): { what: string; why: string }[] {
  return EXCLUSIONS.map(({ id }) => ({ what: t(`export.without-${id}`), why: t(`export.without-${id}-why`) }));
}

async function* counting(
  pages: AsyncIterable<readonly ExportedRecord[]>,
  counted: { count: number },
): AsyncGenerator<readonly ExportedRecord[]> {
  for await (const page of pages) {
    counted.count += page.length;
    yield page;
  }
}
