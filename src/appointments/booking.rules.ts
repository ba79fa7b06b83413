/** The rules of booking, as pure functions: what they need, the present instant too, comes as an argument. */

export type State = 'held' | 'booked' | 'arrived' | 'called' | 'served' | 'no-show' | 'cancelled' | 'expired' | 'ended';

/** While the last steps are filled in, the seat is kept so long. */
export const HOLD_MINUTES = 10;
/** Extended as often as wanted within this time: WCAG 2.2.1 asks for ten extensions or a limit of 20 hours, or an essential limit; others wait for the seat. */
export const LONGEST_HOLD_MINUTES = 60;
/** So often in 24 hours a seat is kept for one person: many more than anybody needs, too few to keep seats from others. */
export const HOLDS_A_DAY = 30;
/** A day with times is shown among so many others. */
export const DAYS_SHOWN = 5;

/** Until when a seat is kept that is taken, or extended, now. @param heldAt when it was first taken */
export function holdUntil(heldAt: Temporal.Instant, now: Temporal.Instant): Temporal.Instant {
  const wanted = now.add({ minutes: HOLD_MINUTES });
  const longest = longestHold(heldAt);
  return Temporal.Instant.compare(wanted, longest) <= 0 ? wanted : longest;
}

/** Whether asking for more time gives at least a minute more. */
export function canExtend(heldAt: Temporal.Instant, until: Temporal.Instant): boolean {
  return until.until(longestHold(heldAt)).total('minutes') >= 1;
}

/** Whether the time is over in which a seat is kept at all. */
export function isHoldOver(heldAt: Temporal.Instant, now: Temporal.Instant): boolean {
  return Temporal.Instant.compare(now, longestHold(heldAt)) >= 0;
}

/** Holds since then count for HOLDS_A_DAY: 24 hours, so that midnight gives nothing twice. */
export function holdsCountSince(now: Temporal.Instant): Temporal.Instant {
  return now.subtract({ hours: 24 });
}

/** The last moment for moving or cancelling: so many hours before the start, by the clock on the wall passing, not by the calendar. */
export function changeDeadline(startAt: Temporal.Instant, noticeHours: number): Temporal.Instant {
  return startAt.subtract({ hours: noticeHours });
}

/** A booked appointment can be moved and cancelled up to and including its deadline. */
export function canBeChanged(
  appointment: { state: State; startAt: Temporal.Instant; noticeHours: number },
  now: Temporal.Instant,
): boolean {
  return (
    appointment.state === 'booked' &&
    Temporal.Instant.compare(now, changeDeadline(appointment.startAt, appointment.noticeHours)) <= 0
  );
}

/** Still ahead, as the lists of a person tell next from past: until its end. */
export function isAhead(
  appointment: { state: State; startAt: Temporal.Instant; minutes: number },
  now: Temporal.Instant,
): boolean {
  const live = ['booked', 'arrived', 'called'].includes(appointment.state);
  return live && Temporal.Instant.compare(appointment.startAt.add({ minutes: appointment.minutes }), now) > 0;
}

/** What a person says at the door: unique at one office on one day; it opens nothing by itself. @param random 0 to 9999 */
export function appointmentNumber(province: string, random: number): string {
  return `${province}-${String(random).padStart(4, '0')}`;
}

export type ContactProblem = { field: 'email' | 'telefono'; key: string };

/** A call needs a number, a web meeting needs an address for the link, a meeting at the desk any way to warn of a change. */
export function contactProblem(channel: string, contact: { email: string; phone: string }): ContactProblem | null {
  if (channel === 'phone' && contact.phone === '') return { field: 'telefono', key: 'appointments.phone-for-call' };
  if (channel === 'video' && contact.email === '') return { field: 'email', key: 'appointments.email-for-link' };
  if (contact.email === '' && contact.phone === '') return { field: 'email', key: 'appointments.one-contact' };
  return null;
}

/** Up to five open days around the day shown, in the middle where the days allow. */
export function dayStrip<D extends { day: Temporal.PlainDate }>(days: readonly D[], shown: Temporal.PlainDate): D[] {
  const after = days.findIndex(({ day }) => Temporal.PlainDate.compare(day, shown) >= 0);
  const middle = after < 0 ? days.length : after;
  const first = Math.max(0, Math.min(middle - Math.floor(DAYS_SHOWN / 2), days.length - DAYS_SHOWN));
  return days.slice(first, first + DAYS_SHOWN);
}

/** The open days next to the one shown. */
export function neighbours(
  days: readonly { day: Temporal.PlainDate }[],
  shown: Temporal.PlainDate,
): { before: Temporal.PlainDate | null; after: Temporal.PlainDate | null } {
  const earlier = days.filter(({ day }) => Temporal.PlainDate.compare(day, shown) < 0);
  const later = days.find(({ day }) => Temporal.PlainDate.compare(day, shown) > 0);
  return { before: earlier.at(-1)?.day ?? null, after: later?.day ?? null };
}

function longestHold(heldAt: Temporal.Instant): Temporal.Instant {
  return heldAt.add({ minutes: LONGEST_HOLD_MINUTES });
}
