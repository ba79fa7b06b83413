/** A day as this program writes it (2026-04-01). @returns null for any other text, and for a day that does not exist */
export function dayFrom(text: string | null): Temporal.PlainDate | null {
  const [, year = '', month = '', day = ''] = /^(\d{4})-(\d\d)-(\d\d)$/.exec(text ?? '') ?? [];
  return dayOfParts({ day, month, year });
}

export interface TypedDay {
  day: string;
  month: string;
  year: string;
}

/** A day as people type it, in three parts. @returns null when they are no day of the calendar */
export function dayOfParts({ day, month, year }: TypedDay): Temporal.PlainDate | null {
  if (!/^\d{1,2}$/.test(day) || !/^\d{1,2}$/.test(month) || !/^\d{4}$/.test(year)) return null;
  try {
    return Temporal.PlainDate.from(
      { year: Number(year), month: Number(month), day: Number(day) },
      { overflow: 'reject' },
    );
  } catch {
    return null;
  }
}
