import { Injectable, type OnModuleInit } from '@nestjs/common';
import type { Acting } from '../../common/acting.js';
import { recordOf } from '../../common/exported-records.js';
import { ExportedParts, type Exported, type ExportedRecord } from '../../common/exported.js';
import { RightsExportRepository } from './rights-export.repository.js';

/** What the person asked about their data, with the answers and every step. */
@Injectable()
export class ExportedRights implements Exported, OnModuleInit {
  readonly id = 'diritti';
  readonly order = 85;
  readonly titleKey = 'rights.title';
  readonly tables = ['right_request', 'right_event'];
  readonly columns = [
    { name: 'protocol', titleKey: 'rights.protocol' },
    { name: 'kind', titleKey: 'rights.export-kind' },
    { name: 'state', titleKey: 'rights.export-state' },
    { name: 'concerns', titleKey: 'rights.data' },
    { name: 'message', titleKey: 'rights.message' },
    { name: 'current_value', titleKey: 'rights.current' },
    { name: 'right_value', titleKey: 'rights.right' },
    { name: 'received_at', titleKey: 'rights.receipt-received' },
    { name: 'first_due_on', titleKey: 'rights.export-first-due' },
    { name: 'due_on', titleKey: 'rights.receipt-due' },
    { name: 'extended_at', titleKey: 'rights.step-extended' },
    { name: 'extension_reason', titleKey: 'rights.export-extension' },
    { name: 'outcome_reason', titleKey: 'rights.reason-title' },
    { name: 'areas', titleKey: 'rights.export-areas' },
    { name: 'closed_at', titleKey: 'rights.export-closed' },
    { name: 'erased_at', titleKey: 'rights.step-executed' },
    { name: 'steps', titleKey: 'rights.steps-title' },
  ];

  constructor(
    private readonly parts: ExportedParts,
    private readonly rows: RightsExportRepository,
  ) {}

  onModuleInit(): void {
    this.parts.register(this);
  }

  async *records({ subject }: Acting): AsyncGenerator<ExportedRecord[]> {
    yield (await this.rows.all(subject)).map((row) => recordOf(this.columns, row));
  }
}
