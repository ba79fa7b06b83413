/** The only place that asks the machine for the time: everything else is handed an instant, so that tests fix it. */
export abstract class Clock {
  /** The present instant, in milliseconds precision (as the database keeps it). */
  abstract now(): Temporal.Instant;
}

export class SystemClock extends Clock {
  now(): Temporal.Instant {
    return Temporal.Instant.fromEpochMilliseconds(Date.now());
  }
}

export const ROME = 'Europe/Rome';

/** The calendar day in Italy at an instant: deadlines and opening days are Italian days. */
export function romeDate(instant: Temporal.Instant): Temporal.PlainDate {
  return instant.toZonedDateTimeISO(ROME).toPlainDate();
}
