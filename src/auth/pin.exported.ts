import { Injectable, type OnModuleInit } from '@nestjs/common';
import type { Acting } from '../common/acting.js';
import { recordOf } from '../common/exported-records.js';
import { ExportedParts, type Exported, type ExportedRecord } from '../common/exported.js';
import { AuthExportsRepository } from './exports.repository.js';

/** That a person was given a PIN, and what decides whether it still holds; never its hash, which PostgreSQL keeps back. */
@Injectable()
export class ExportedPin implements Exported, OnModuleInit {
  readonly id = 'pin';
  readonly order = 15;
  readonly titleKey = 'export.part-pin';
  readonly tables = ['pin_credential'];
  readonly columns = [
    { name: 'issued_on', titleKey: 'export.column-issued-on' },
    { name: 'resident_abroad', titleKey: 'export.column-resident-abroad' },
    { name: 'italian_document', titleKey: 'export.column-italian-document' },
    { name: 'created_at', titleKey: 'export.column-created-at' },
    { name: 'updated_at', titleKey: 'export.column-updated-at' },
  ];

  constructor(
    private readonly parts: ExportedParts,
    private readonly rows: AuthExportsRepository,
  ) {}

  onModuleInit(): void {
    this.parts.register(this);
  }

  async *records({ subject }: Acting): AsyncGenerator<ExportedRecord[]> {
    yield (await this.rows.pin(subject)).map((row) => recordOf(this.columns, row));
  }
}
