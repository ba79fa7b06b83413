/**
 * From 1800 on PostgreSQL and Temporal write a day alike, and nobody's day is earlier. Days of addresses end in 2999, so
 * that adding to one never gives five digits; a period may be typed that ends in 9999.
 */
const FIRST_YEAR = 1800;
const LAST_YEAR_OF_ADDRESSES = 2999;

/** A day as this program writes it (2026-04-01). @returns null for any other text, and for a day that cannot be */
export function dayFrom(text: string | null): Temporal.PlainDate | null {
  const [, year = '', month = '', day = ''] = /^(\d{4})-(\d\d)-(\d\d)$/.exec(text ?? '') ?? [];
  return Number(year) > LAST_YEAR_OF_ADDRESSES ? null : dayOfParts({ day, month, year });
}

export interface TypedDay {
  day: string;
  month: string;
  year: string;
}

/** A day as people type it, in three parts. @returns null when they are no day of the calendar */
export function dayOfParts({ day, month, year }: TypedDay): Temporal.PlainDate | null {
  if (!/^\d{1,2}$/.test(day) || !/^\d{1,2}$/.test(month) || !/^\d{4}$/.test(year)) return null;
  if (Number(year) < FIRST_YEAR) return null;
  try {
    return Temporal.PlainDate.from(
      { year: Number(year), month: Number(month), day: Number(day) },
      { overflow: 'reject' },
    );
  } catch {
    return null;
  }
}

/** Whether a text is an instant as this program writes them (UTC, milliseconds at most), and one that can be. */
export function isInstant(text: string): boolean {
  if (!INSTANT.test(text) || !dayFrom(text.slice(0, 10))) return false;
  try {
    // Read and written again it is the same: 24:00 and leap seconds are not.
    return Temporal.Instant.from(text).toString() === text;
  } catch {
    return false;
  }
}

const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,3})?Z$/;
