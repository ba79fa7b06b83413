/** The Italian civil calendar and its dates in words. Pure: no clock here; every instant comes as an argument. */

import { ROME } from './clock.js';

type Language = 'it' | 'en' | 'de';

const FIXED_HOLIDAYS = new Set([
  '01-01', // Capodanno
  '01-06', // Epifania
  '04-25', // Liberazione
  '05-01', // Lavoro
  '06-02', // Repubblica
  '08-15', // Assunzione
  '11-01', // Ognissanti
  '12-08', // Immacolata
  '12-25',
  '12-26',
]);

/**
 * Whether offices are closed all over Italy: the public holidays of law 260/1949, art. 2, as changed by laws 54/1977,
 * 336/1985 (Epifania back) and 336/2000 (2 June back). San Francesco (4 October) is one again from 2026: law 151/2025.
 */
export function isNationalHoliday(day: Temporal.PlainDate): boolean {
  const key = day.toString().slice(5);
  if (FIXED_HOLIDAYS.has(key)) return true;
  if (key === '10-04') return day.year >= 2026;
  const easter = easterSunday(day.year);
  return day.equals(easter) || day.equals(easter.add({ days: 1 }));
}

/** The Gregorian computus, in the form of Butcher's Ecclesiastical Calendar (1876). */
export function easterSunday(year: number): Temporal.PlainDate {
  const a = year % 19;
  const b = Math.trunc(year / 100);
  const c = year % 100;
  const d = Math.trunc(b / 4);
  const g = Math.trunc((8 * b + 13) / 25);
  const h = (19 * a + b - d - g + 15) % 30;
  const l = (32 + 2 * (b % 4) + 2 * Math.trunc(c / 4) - h - (c % 4)) % 7;
  const m = Math.trunc((a + 11 * h + 19 * l) / 433);
  const month = Math.trunc((h + l - 7 * m + 90) / 25);
  return Temporal.PlainDate.from({ year, month, day: (h + l - 7 * m + 33 * month + 19) % 32 });
}

/** Monday to Friday and not a national holiday. */
export function isWorkingDay(day: Temporal.PlainDate): boolean {
  return day.dayOfWeek <= 5 && !isNationalHoliday(day);
}

/** A deadline that falls on a Sunday or public holiday moves to the next day that is neither (art. 155 c.p.c., 2963 c.c.). */
export function deadlineDay(day: Temporal.PlainDate): Temporal.PlainDate {
  let moved = day;
  while (moved.dayOfWeek === 7 || isNationalHoliday(moved)) moved = moved.add({ days: 1 });
  return moved;
}

/** The instant at which this day begins, or this local time of it comes, in Italy. */
export function romeInstant(day: Temporal.PlainDate, time = Temporal.PlainTime.from('00:00')): Temporal.Instant {
  return day.toZonedDateTime({ timeZone: ROME, plainTime: time }).toInstant();
}

/** 'martedì 14 aprile 2026' */
export function dateInWords(day: Temporal.PlainDate, lang: Language): string {
  return formats(lang).long.format(middle(day));
}

/** '14 aprile 2026': for days whose weekday says nothing. */
export function plainDate(day: Temporal.PlainDate, lang: Language): string {
  return formats(lang).plain.format(middle(day));
}

/** 'martedì 14 aprile': for days so near that the year is plain. */
export function shortDateInWords(day: Temporal.PlainDate, lang: Language): string {
  return formats(lang).short.format(middle(day));
}

/** The parts of a date for a list of days: 'martedì' and '14 aprile'. */
export function dayParts(day: Temporal.PlainDate, lang: Language): { weekday: string; date: string } {
  const { weekday, dayMonth } = formats(lang);
  return { weekday: weekday.format(middle(day)), date: dayMonth.format(middle(day)) };
}

/** '10:20', in Italy, whatever the language: written as on the office's own signs. */
export function timeInWords(instant: Temporal.Instant): string {
  const known = times.get(instant.epochMilliseconds);
  if (known) return known;
  const words = instant.toZonedDateTimeISO(ROME).toPlainTime().toString({ smallestUnit: 'minute' });
  if (times.size >= TIMES_KEPT) times.clear();
  times.set(instant.epochMilliseconds, words);
  return words;
}

/** A page of free times says some thirty of them, the same for everybody: zones are slow to reckon with. */
const times = new Map<number, string>();
const TIMES_KEPT = 10_000;

/** Date and time of an instant in Italy, apart, for texts that name both. */
export function dateAndTime(instant: Temporal.Instant, lang: Language): { date: string; time: string } {
  const local = instant.toZonedDateTimeISO(ROME);
  return { date: dateInWords(local.toPlainDate(), lang), time: timeInWords(instant) };
}

interface Formats {
  long: Intl.DateTimeFormat;
  plain: Intl.DateTimeFormat;
  short: Intl.DateTimeFormat;
  weekday: Intl.DateTimeFormat;
  dayMonth: Intl.DateTimeFormat;
}

const LOCALES = { it: 'it-IT', en: 'en-GB', de: 'de-DE' } as const;
const made = new Map<Language, Formats>();

/** Formatters are slow to make (about 0.1 ms each) and quick to use. */
function formats(lang: Language): Formats {
  let all = made.get(lang);
  if (!all) {
    const format = (options: Intl.DateTimeFormatOptions) =>
      new Intl.DateTimeFormat(LOCALES[lang], { ...options, timeZone: 'UTC' });
    all = {
      long: format({ weekday: 'long', day: 'numeric', month: 'long', year: 'numeric' }),
      plain: format({ day: 'numeric', month: 'long', year: 'numeric' }),
      short: format({ weekday: 'long', day: 'numeric', month: 'long' }),
      weekday: format({ weekday: 'long' }),
      dayMonth: format({ day: 'numeric', month: 'long' }),
    };
    made.set(lang, all);
  }
  return all;
}

/** A day for the formatters, which reckon in UTC as this does: no zone is asked. */
function middle({ year, month, day }: Temporal.PlainDate): number {
  return Date.UTC(year, month - 1, day, 12);
}
