import { Injectable } from '@nestjs/common';
import { OfficeNames } from '../audit/index.js';
import { citizen } from '../common/actor.js';
import type { Acting } from '../common/acting.js';
import { romeInstant } from '../common/calendar.js';
import { Clock } from '../common/clock.js';
import { Database } from '../common/database.js';
import { newestNumberFirst } from '../common/page-key.js';
import { overBefore, retentionRule } from '../common/retention.js';
import { AccessesRepository, type AccessRow } from './accesses.repository.js';
import type { AccessFilter } from './accesses.rules.js';

export interface AccessPage {
  rows: AccessRow[];
  /** Key of the next page, null on the last. */
  next: string | null;
  offices: ReadonlyMap<string, string>;
  /** Of the people who acted for this person, by their ids. */
  delegates: ReadonlyMap<string, string>;
}

const PAGE = 20;

/** /dati/accessi: what was done with a person's data, for their eyes. */
@Injectable()
export class AccessesService {
  constructor(
    private readonly db: Database,
    private readonly accesses: AccessesRepository,
    private readonly offices: OfficeNames,
    private readonly clock: Clock,
  ) {}

  async page({ subject, by }: Acting, filter: AccessFilter, before: string | null): Promise<AccessPage> {
    return this.db.actingAs(citizen(subject, by), async () => {
      const found = await this.accesses.page({ subject, ...filter, ...this.spanOf(filter), before, size: PAGE });
      const rows = found.slice(0, PAGE);
      const last = rows.at(-1);
      return {
        rows,
        next: found.length > PAGE && last ? newestNumberFirst.after(last) : null,
        offices: await this.offices.of(rows.map(({ office }) => office).filter((office) => office !== null)),
        delegates: await this.delegatesOf(rows),
      };
    });
  }

  /** Never before what is kept: whole months go, so up to one more than the period (docs/operations.md). */
  private spanOf({ from, to }: AccessFilter): { since: Temporal.Instant; until: Temporal.Instant } {
    const now = this.clock.now();
    const kept = overBefore(retentionRule('accesses'), now).subtract({ hours: 31 * 24 });
    const start = from ? romeInstant(from) : kept;
    return {
      since: Temporal.Instant.compare(start, kept) > 0 ? start : kept,
      until: to ? romeInstant(to.add({ days: 1 })) : now.add({ hours: 24 }),
    };
  }

  private async delegatesOf(rows: readonly AccessRow[]): Promise<ReadonlyMap<string, string>> {
    const theirs = rows.filter(({ who }) => who === 'delegate');
    return theirs.length > 0 ? this.accesses.delegates(theirs) : new Map();
  }
}
