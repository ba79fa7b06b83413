import { Injectable, type OnModuleInit } from '@nestjs/common';
import type { Acting } from '../../common/acting.js';
import { recordOf } from '../../common/exported-records.js';
import { ExportedParts, type Exported, type ExportedRecord } from '../../common/exported.js';
import type { Translate } from '../../common/texts.js';
import { ExportRepository } from './export.repository.js';

/** The copies that the person asked for before, and this one. */
@Injectable()
export class ExportedExports implements Exported, OnModuleInit {
  readonly id = 'copie';
  readonly order = 95;
  readonly titleKey = 'export.part-copies';
  readonly tables = ['data_export'];
  readonly columns = [
    { name: 'id', titleKey: 'export.column-number' },
    { name: 'state', titleKey: 'export.column-code-state' },
    { name: 'state_text', titleKey: 'export.column-state' },
    { name: 'language', titleKey: 'export.column-language' },
    { name: 'asked_at', titleKey: 'export.column-asked-at' },
    { name: 'ready_at', titleKey: 'export.column-ready-at' },
    { name: 'expires_at', titleKey: 'export.column-expires-at' },
    { name: 'downloaded_at', titleKey: 'export.column-downloaded-at' },
    { name: 'ended_at', titleKey: 'export.column-ended-at' },
    { name: 'bytes', titleKey: 'export.column-bytes' },
  ];

  constructor(
    private readonly parts: ExportedParts,
    private readonly copies: ExportRepository,
  ) {}

  onModuleInit(): void {
    this.parts.register(this);
  }

  async *records({ subject }: Acting, t: Translate): AsyncGenerator<ExportedRecord[]> {
    yield (await this.copies.all(subject)).map((copy) =>
      recordOf(this.columns, { ...copy, state_text: t(`export.state-${copy.state}`) }),
    );
  }
}
