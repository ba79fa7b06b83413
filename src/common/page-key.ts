import { dayFrom, isInstant } from './days.js';
import { UUID } from './uuid.js';

/** A row of a list that is shown in the order of a time, then of ids. */
export interface PageKey {
  at: string;
  id: string;
}

/**
 * Addresses name the page of a list by the row before it rather than by a number of rows: page 1000 costs as much as
 * page 1, and what comes in meanwhile moves nothing.
 */
export class PageKeys {
  constructor(
    private readonly isTime: (text: string) => boolean,
    private readonly id: RegExp,
    /** Before every row. */
    private readonly start: PageKey,
  ) {}

  /** The address part of the page that begins after a row. */
  after({ at, id }: { at: Temporal.Instant | Temporal.PlainDate; id: string | number }): string {
    return `${at.toString()}_${id}`;
  }

  /** A key of the wrong form is the first page, not an error: it only says where to begin. */
  read(key: string | null): PageKey {
    const [at = '', id = '', more] = (key ?? '').split('_');
    return more === undefined && this.isTime(at) && this.id.test(id) ? { at, id } : this.start;
  }
}

const LATEST = '9999-12-31T00:00:00Z';

export const newestFirst = new PageKeys(isInstant, UUID, { at: LATEST, id: 'ffffffff-ffff-ffff-ffff-ffffffffffff' });
/** Ids are numbers that the database counts up. */
export const newestNumberFirst = new PageKeys(isInstant, /^\d{1,15}$/, { at: LATEST, id: '9223372036854775807' });
export const earliestDayFirst = new PageKeys((text) => dayFrom(text) !== null, UUID, {
  at: '0001-01-01',
  id: '00000000-0000-0000-0000-000000000000',
});
