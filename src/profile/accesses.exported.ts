import { Injectable, type OnModuleInit } from '@nestjs/common';
import { OfficeNames } from '../audit/index.js';
import type { Acting } from '../common/acting.js';
import { pagesByKey, recordOf } from '../common/exported-records.js';
import { ExportedParts, type Exported, type ExportedRecord } from '../common/exported.js';
import type { Translate } from '../common/texts.js';
import { AccessesRepository } from './accesses.repository.js';
import { AccessesExportRepository, type AccessCopy } from './accesses-export.repository.js';
import { whatIn, whoIn } from './accesses.views.js';

const NAMES_AT_ONCE = 100;

/** Who saw and changed this person's data, in the words of /dati/accessi: of the staff the office, not who it was. */
@Injectable()
export class ExportedAccesses implements Exported, OnModuleInit {
  readonly id = 'accessi';
  readonly order = 90;
  readonly titleKey = 'accesses.title';
  readonly tables = ['audit_entry'];
  readonly columns = [
    { name: 'id', titleKey: 'export.column-number' },
    { name: 'at', titleKey: 'accesses.when' },
    { name: 'action', titleKey: 'export.column-code-action' },
    { name: 'action_text', titleKey: 'accesses.what' },
    { name: 'kind', titleKey: 'export.column-code-kind' },
    { name: 'kind_text', titleKey: 'export.column-kind' },
    { name: 'who', titleKey: 'export.column-code-who' },
    { name: 'who_text', titleKey: 'accesses.who' },
    { name: 'actor_kind', titleKey: 'export.column-actor-kind' },
    { name: 'office', titleKey: 'export.column-code-office' },
    { name: 'object_id', titleKey: 'export.column-object' },
    { name: 'purpose', titleKey: 'export.column-code-purpose' },
    { name: 'purpose_text', titleKey: 'accesses.why' },
    { name: 'details', titleKey: 'export.column-details' },
  ];

  constructor(
    private readonly parts: ExportedParts,
    private readonly rows: AccessesExportRepository,
    private readonly accesses: AccessesRepository,
    private readonly offices: OfficeNames,
  ) {}

  onModuleInit(): void {
    this.parts.register(this);
  }

  async *records(acting: Acting, t: Translate): AsyncGenerator<ExportedRecord[]> {
    for await (const page of pagesByKey<AccessCopy>((after) => this.rows.page(acting.subject, after))) {
      const offices = await this.offices.of(page.flatMap(({ office }) => office ?? []));
      const names = { offices, delegates: await this.delegates(page) };
      yield page.map((row) =>
        recordOf(this.columns, {
          ...row,
          action_text: whatIn(t, row),
          kind_text: t(`accesses.kind-${row.kind}`),
          who_text: whoIn(t, row, names, acting),
          purpose_text: t(`accesses.purpose-${row.purpose}`),
        }),
      );
    }
  }

  /** Names of those who acted for the person; PostgreSQL tells them for so many entries at a time. */
  private async delegates(page: readonly AccessCopy[]): Promise<Map<string, string>> {
    const theirs = page.filter(({ who }) => who === 'delegate');
    const names = new Map<string, string>();
    for (let from = 0; from < theirs.length; from += NAMES_AT_ONCE)
      for (const [id, name] of await this.accesses.delegates(theirs.slice(from, from + NAMES_AT_ONCE)))
        names.set(id, name);
    return names;
  }
}
