import { Injectable, type OnModuleInit } from '@nestjs/common';
import type { Acting } from '../common/acting.js';
import { pagesByKey, recordOf } from '../common/exported-records.js';
import { ExportedParts, type Exported, type ExportedRecord } from '../common/exported.js';
import type { Translate } from '../common/texts.js';
import { NoticesExportRepository, type NoticeCopy } from './notices-export.repository.js';
import { noticeTexts } from './notifications.views.js';

/** Every notice of the Centro notifiche, in the words it is read in. */
@Injectable()
export class ExportedNotices implements Exported, OnModuleInit {
  readonly id = 'avvisi';
  readonly order = 50;
  readonly titleKey = 'export.part-notices';
  readonly tables = ['notice'];
  readonly columns = [
    { name: 'id', titleKey: 'export.column-number' },
    { name: 'created_at', titleKey: 'export.column-sent-at' },
    { name: 'read_at', titleKey: 'export.column-read-at' },
    { name: 'type', titleKey: 'export.column-code-type' },
    { name: 'type_text', titleKey: 'export.column-type' },
    { name: 'title', titleKey: 'export.column-title' },
    { name: 'text', titleKey: 'export.column-text' },
    { name: 'link', titleKey: 'export.column-link' },
    { name: 'text_key', titleKey: 'export.column-code-text' },
    { name: 'parameters', titleKey: 'export.column-parameters' },
    { name: 'source', titleKey: 'export.column-source' },
    { name: 'source_id', titleKey: 'export.column-source-number' },
  ];

  constructor(
    private readonly parts: ExportedParts,
    private readonly rows: NoticesExportRepository,
  ) {}

  onModuleInit(): void {
    this.parts.register(this);
  }

  async *records({ subject }: Acting, t: Translate): AsyncGenerator<ExportedRecord[]> {
    for await (const page of pagesByKey<NoticeCopy>((after) => this.rows.page(subject, after)))
      yield page.map((notice) => this.record(notice, t));
  }

  private record(notice: NoticeCopy, t: Translate): ExportedRecord {
    const { title, body } = noticeTexts(t, notice);
    const type_text = t(`notifications.type-${notice.type}`);
    return recordOf(this.columns, { ...notice, type_text, title, text: body });
  }
}
