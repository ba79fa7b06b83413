import type { Opening } from './opening.rules.js';

/** The channels of the institute: at the desk, call-back by phone, web meeting. */
export type Channel = 'desk' | 'phone' | 'video';

/** Everything that decides when one office can be booked. Times are Italian local time: 'HH:MM'. */
export interface OfficePlan {
  id: string;
  openings: Opening[];
  channels: { channel: Channel; pool: string; seats: number; minutes: number }[];
  /** Days on which this office (or every office) is closed, 'YYYY-MM-DD'. */
  closures: readonly string[];
  extraOpenings: { on: string; opens: string; closes: string }[];
}

/** Equal slots one after the other: `count` of `minutes` each from `firstAt` on. */
export interface SlotRun {
  office: string;
  channel: Channel;
  pool: string;
  firstAt: Temporal.Instant;
  count: number;
  minutes: number;
  seats: number;
}

/** Slots can be booked from today to so many days ahead; each night releases one day more, so a month never opens at once. */
export const HORIZON_DAYS = 30;

/** The slots of one office on one day. @param isHoliday whether the offices of its comune are closed that day anyway */
export function slotRuns(office: OfficePlan, day: Temporal.PlainDate, isHoliday: boolean): SlotRun[] {
  const hours = openHours(office, day, isHoliday).map(({ opens, closes }) => ({
    // Local time of each day by itself: stepping over instants would shift every slot by an hour after 29 March 2026.
    firstAt: at(day, opens),
    minutesOpen: at(day, closes).since(at(day, opens)).total('minutes'),
  }));
  return hours.flatMap(({ firstAt, minutesOpen }) =>
    office.channels
      .map(({ channel, pool, seats, minutes }) => ({
        office: office.id,
        channel,
        pool,
        firstAt,
        count: Math.floor(minutesOpen / minutes),
        minutes,
        seats,
      }))
      .filter((run) => run.count > 0),
  );
}

/**
 * When the office is open that day. A holiday or a closure ends the weekly hours of the day; an extra opening stands
 * even then, so a closure and an extra opening together change a single day.
 */
export function openHours(
  office: Pick<OfficePlan, 'openings' | 'closures' | 'extraOpenings'>,
  day: Temporal.PlainDate,
  isHoliday: boolean,
): { opens: string; closes: string }[] {
  const date = day.toString();
  const closed = isHoliday || office.closures.includes(date);
  const weekly = closed ? [] : office.openings.filter(({ weekday }) => weekday === day.dayOfWeek);
  const extra = office.extraOpenings.filter(({ on }) => on === date);
  return joined([...weekly, ...extra]);
}

/** Overlapping hours are one: otherwise an extra opening beside the usual one would double its slots. */
function joined(hours: readonly { opens: string; closes: string }[]): { opens: string; closes: string }[] {
  const result: { opens: string; closes: string }[] = [];
  for (const { opens, closes } of hours.toSorted((a, b) => a.opens.localeCompare(b.opens))) {
    const last = result.at(-1);
    if (last && opens <= last.closes) last.closes = closes > last.closes ? closes : last.closes;
    else result.push({ opens, closes });
  }
  return result;
}

function at(day: Temporal.PlainDate, time: string): Temporal.Instant {
  return day.toZonedDateTime({ timeZone: 'Europe/Rome', plainTime: time }).toInstant();
}
