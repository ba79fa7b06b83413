import { ROME } from '../../common/clock.js';
import {
  NOTICE_CHANNELS,
  NOTICE_TYPE_RULES,
  noticeTypeRule,
  type NoticeChannel,
  type NoticeType,
} from '../../common/notice-types.js';

/** When no SMS is to arrive, as clock times in Italy; `from` after `to` goes over midnight. */
export interface QuietHours {
  on: boolean;
  from: Temporal.PlainTime;
  to: Temporal.PlainTime;
}

export const USUAL_QUIET_HOURS: QuietHours = {
  on: true,
  from: Temporal.PlainTime.from('21:00'),
  to: Temporal.PlainTime.from('08:00'),
};

/** What a person said of one road of one type of notice. */
export interface Wish {
  type: NoticeType;
  channel: NoticeChannel;
  wanted: boolean;
}

/** Whether a road is used: locked ones always, the others as the person said, or as is usual. */
export function isWanted(type: NoticeType, channel: NoticeChannel, said: boolean | undefined): boolean {
  const { locked, usual } = noticeTypeRule(type);
  return locked.includes(channel) || (said ?? usual.includes(channel));
}

/** Every road a person can choose, with what is chosen. */
export function wishes(said: readonly Wish[]): Wish[] {
  return NOTICE_TYPE_RULES.flatMap(({ type, locked }) =>
    NOTICE_CHANNELS.filter((channel) => !(locked as readonly string[]).includes(channel)).map((channel) => {
      const own = said.find((wish) => wish.type === type && wish.channel === channel);
      return { type, channel, wanted: isWanted(type, channel, own?.wanted) };
    }),
  );
}

/** @returns the end of the quiet hours that `now` falls in, null outside of them. */
export function quietUntil(now: Temporal.Instant, { on, from, to }: QuietHours): Temporal.Instant | null {
  if (!on) return null;
  const today = now.toZonedDateTimeISO(ROME).toPlainDate();
  for (const day of [today.subtract({ days: 1 }), today]) {
    const lastDay = Temporal.PlainTime.compare(from, to) < 0 ? day : day.add({ days: 1 });
    const [begins, ends] = [clockTime(day, from, 'earlier'), clockTime(lastDay, to, 'later')];
    if (Temporal.Instant.compare(begins, now) <= 0 && Temporal.Instant.compare(now, ends) < 0) return ends;
  }
  return null;
}

/**
 * When clocks in Italy show this time: a time that the night of March leaves out comes when clocks jump over it; one that
 * the night of October has twice is the first to begin and the second to end quiet hours, so that they are of one piece.
 */
function clockTime(day: Temporal.PlainDate, time: Temporal.PlainTime, which: 'earlier' | 'later'): Temporal.Instant {
  const found = day.toPlainDateTime(time).toZonedDateTime(ROME, { disambiguation: which });
  if (found.toPlainTime().equals(time)) return found.toInstant();
  const after = day.toPlainDateTime(time).toZonedDateTime(ROME, { disambiguation: 'later' });
  return after.getTimeZoneTransition('previous')!.toInstant();
}

/** '21', '21:00' and '21.00' are the same clock time; null for what is none. */
export function readClockTime(typed: string): Temporal.PlainTime | null {
  const [, hour, minute = '0'] = /^(\d{1,2})(?:[:.](\d{2}))?$/.exec(typed.trim()) ?? [];
  if (hour === undefined || Number(hour) > 23 || Number(minute) > 59) return null;
  return Temporal.PlainTime.from({ hour: Number(hour), minute: Number(minute) });
}
