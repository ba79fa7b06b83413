import { Injectable, type OnModuleInit } from '@nestjs/common';
import type { Acting } from '../common/acting.js';
import { recordOf } from '../common/exported-records.js';
import { ExportedParts, type Exported, type ExportedRecord } from '../common/exported.js';
import { AuthExportsRepository } from './exports.repository.js';

/** Who the person is, as their identity provider said. */
@Injectable()
export class ExportedIdentity implements Exported, OnModuleInit {
  readonly id = 'identita';
  readonly order = 10;
  readonly titleKey = 'export.part-identity';
  readonly tables = ['citizen'];
  readonly columns = [
    { name: 'id', titleKey: 'export.column-number' },
    { name: 'name', titleKey: 'profile.name' },
    { name: 'family_name', titleKey: 'profile.family-name' },
    { name: 'fiscal_code', titleKey: 'profile.fiscal-code' },
    { name: 'identity_key', titleKey: 'export.column-identity-key' },
    { name: 'born_on', titleKey: 'profile.born-on' },
    { name: 'gender', titleKey: 'export.column-gender' },
    { name: 'language', titleKey: 'export.column-language' },
    { name: 'said_email', titleKey: 'export.column-said-email' },
    { name: 'said_mobile', titleKey: 'export.column-said-mobile' },
    { name: 'said_address', titleKey: 'export.column-said-address' },
    { name: 'said_municipality', titleKey: 'export.column-said-municipality' },
    { name: 'said_at', titleKey: 'export.column-said-at' },
    { name: 'corrected', titleKey: 'export.column-corrected' },
    { name: 'restricted_at', titleKey: 'export.column-restricted-at' },
    { name: 'restricted_by', titleKey: 'export.column-restricted-by' },
    { name: 'objected_at', titleKey: 'export.column-objected-at' },
    { name: 'objected_by', titleKey: 'export.column-objected-by' },
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
    yield (await this.rows.identity(subject)).map((row) => recordOf(this.columns, row));
  }
}
