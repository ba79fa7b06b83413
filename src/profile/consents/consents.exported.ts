import { Injectable, type OnModuleInit } from '@nestjs/common';
import type { Acting } from '../../common/acting.js';
import { EXPORT_PAGE, pagesByKey, recordOf } from '../../common/exported-records.js';
import { ExportedParts, type Exported, type ExportedRecord } from '../../common/exported.js';
import { newestFirst } from '../../common/page-key.js';
import { ConsentsRepository, type ConsentEventRow } from './consents.repository.js';

/** Every line of the ledger, with the words it was about. */
@Injectable()
export class ExportedConsents implements Exported, OnModuleInit {
  readonly id = 'consensi';
  readonly order = 40;
  readonly titleKey = 'consents.title';
  readonly tables = ['consent_event'];
  readonly columns = [
    { name: 'at', titleKey: 'consents.col-when' },
    { name: 'title', titleKey: 'consents.col-consent' },
    { name: 'given', titleKey: 'consents.col-given' },
    { name: 'version', titleKey: 'consents.col-version' },
    { name: 'language', titleKey: 'consents.col-language' },
    { name: 'body', titleKey: 'consents.col-text' },
    { name: 'channel', titleKey: 'consents.col-how' },
    { name: 'session_id', titleKey: 'consents.session' },
  ];

  constructor(
    private readonly parts: ExportedParts,
    private readonly consents: ConsentsRepository,
  ) {}

  onModuleInit(): void {
    this.parts.register(this);
  }

  async *records({ subject }: Acting): AsyncGenerator<ExportedRecord[]> {
    const read = (last: ConsentEventRow | null) =>
      this.consents.history(subject, newestFirst.read(last && newestFirst.after(last)), EXPORT_PAGE);
    for await (const rows of pagesByKey(read)) yield rows.map((row) => recordOf(this.columns, row));
  }
}
