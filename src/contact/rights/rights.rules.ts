import { deadlineDay } from '../../common/calendar.js';

/** The rights that are asked for with a request: GDPR art. 16, 17, 18, 21. Access and portability have pages of their own. */
export const KINDS = ['rectification', 'erasure', 'restriction', 'objection'] as const;
export type Kind = (typeof KINDS)[number];

/** received → working → (extended →) an answer; the person may withdraw until there is one. PostgreSQL holds the same. */
export const STATES = ['received', 'working', 'extended', 'accepted', 'partly', 'rejected', 'withdrawn'] as const;
export type State = (typeof STATES)[number];
export const OUTCOMES = ['accepted', 'partly', 'rejected'] as const;
export type Outcome = (typeof OUTCOMES)[number];

/** What a request may be about. */
export const CONCERNS = ['identity', 'contacts', 'appointments', 'notices', 'consents', 'accesses', 'other'] as const;
export type Concern = (typeof CONCERNS)[number];

/** What an office can correct here; the rest is corrected where it comes from. */
export const CORRECTABLE = ['name', 'family_name', 'born_on', 'said_address', 'said_municipality'] as const;
export type Correctable = (typeof CORRECTABLE)[number];

/** Between a granted erasure and the erasure itself: time to read the answer and take one's data along. */
export const ERASED_AFTER = { hours: 24 } as const;
export const MESSAGE_LENGTH = 2000;
export const VALUE_LENGTH = 200;

const SLUGS: Readonly<Record<Kind, string>> = {
  rectification: 'rettifica',
  erasure: 'cancellazione',
  restriction: 'limitazione',
  objection: 'opposizione',
};

/** As in the address of the page. */
export function slugOf(kind: Kind): string {
  return SLUGS[kind];
}

export function kindOfSlug(slug: string): Kind | null {
  return KINDS.find((kind) => SLUGS[kind] === slug) ?? null;
}

/**
 * By when the person is answered: one month by the calendar from the day the request came, the last day of a month that
 * has no such day (GDPR art. 12(3)); a term that ends on a Sunday or holiday moves to the next day that is neither.
 */
export function dueDay(received: Temporal.PlainDate): Temporal.PlainDate {
  return deadlineDay(received.add({ months: 1 }));
}

/** With the two further months that may be taken once (GDPR art. 12(3)). */
export function extendedDueDay(received: Temporal.PlainDate): Temporal.PlainDate {
  return deadlineDay(received.add({ months: 3 }));
}

export function isOpen(state: State): boolean {
  return state === 'received' || state === 'working' || state === 'extended';
}

export type Extension = { ok: true } | { ok: false; reason: 'not-working' | 'extended-before' | 'too-late' };

/** Once, while it is worked on, and only if the person can still be told within the first month. */
export function extension(
  state: State,
  extendedBefore: boolean,
  firstDueOn: Temporal.PlainDate,
  today: Temporal.PlainDate,
): Extension {
  if (extendedBefore) return { ok: false, reason: 'extended-before' };
  if (state !== 'working') return { ok: false, reason: 'not-working' };
  if (Temporal.PlainDate.compare(today, firstDueOn) > 0) return { ok: false, reason: 'too-late' };
  return { ok: true };
}

/** Days since the answer was due; 0 when it is not late. */
export function daysLate(dueOn: Temporal.PlainDate, today: Temporal.PlainDate): number {
  return Math.max(0, dueOn.until(today, { largestUnit: 'days' }).days);
}

export interface Asked {
  concerns: readonly string[];
  message: string;
  rightValue: string;
}

export type AskedField = 'dati' | 'giusto' | 'testo';

/** What a request lacks. A right that depends on the person's situation needs it told (art. 18(1), 21(1)). */
export function missing(kind: Kind, { concerns, message, rightValue }: Asked): AskedField[] {
  const lacks: AskedField[] = [];
  if (concerns.length === 0) lacks.push('dati');
  if (kind === 'rectification' && rightValue === '') lacks.push('giusto');
  if ((kind === 'restriction' || kind === 'objection') && message === '') lacks.push('testo');
  return lacks;
}
