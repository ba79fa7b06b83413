/** Hours at which an office is open every week, in Italian local time (booking.md, trap 3: local day and time, never instants). */
export interface Opening {
  weekday: Weekday;
  /** 'HH:MM' */
  opens: string;
  closes: string;
}

export type Weekday = 1 | 2 | 3 | 4 | 5 | 6 | 7;

export type ParsedOpenings = { ok: true; openings: Opening[] } | { ok: false; problem: string };

/** The part of Translate that is needed here. */
export type Words = (key: string, parameters?: Record<string, string>) => string;

const DAYS = ['Mo', 'Tu', 'We', 'Th', 'Fr', 'Sa', 'Su'];

/**
 * Reads the hours of an office as the institute's list writes them: 'Mo-Fr 08:30-12:30; Tu,Th 14:30-16:30',
 * the plain part of the opening_hours notation of OpenStreetMap (https://wiki.openstreetmap.org/wiki/Key:opening_hours).
 * Unlike there, a later rule adds to the earlier ones. The problem is said in Italian, for who keeps the list.
 */
export function parseOpeningHours(text: string): ParsedOpenings {
  const rules = text.split(';').map((rule) => rule.trim());
  if (text.trim() === '') return { ok: false, problem: 'mancano gli orari' };
  const openings: Opening[] = [];
  for (const rule of rules) {
    const read = parseRule(rule);
    if (!read.ok) return read;
    openings.push(...read.openings);
  }
  const sorted = openings.toSorted(byDayAndTime);
  const overlap = sorted.find((opening, i) => overlaps(sorted[i - 1], opening));
  if (overlap) return { ok: false, problem: `orari sovrapposti: ${dayCode(overlap.weekday)} alle ${overlap.opens}` };
  return { ok: true, openings: sorted };
}

/** Days with the same hours together, consecutive ones as a range: 'da lunedì a venerdì', ['08:30-12:30']. */
export function openingLines(openings: readonly Opening[], t: Words): { days: string; hours: string[] }[] {
  return openingGroups(openings).map(({ weekdays, hours }) => ({ days: daysLabel(weekdays, t), hours: ranges(hours) }));
}

/** The seven days with their hours, for the table of an office; a closed day has none. */
export function weekOf(
  openings: readonly Opening[],
): { weekday: Weekday; hours: { opens: string; closes: string }[] }[] {
  const sorted = openings.toSorted(byDayAndTime);
  return WEEK.map((weekday) => ({
    weekday,
    hours: sorted.filter((o) => o.weekday === weekday).map(({ opens, closes }) => ({ opens, closes })),
  }));
}

/** ['08:30-12:30', '14:30-16:30']: apart, since each holds together in a line (views/partials/hours.hbs). */
export function ranges(hours: readonly { opens: string; closes: string }[]): string[] {
  return hours.map(({ opens, closes }) => `${opens}-${closes}`);
}

const WEEK: readonly Weekday[] = [1, 2, 3, 4, 5, 6, 7];

function parseRule(rule: string): ParsedOpenings {
  const match = /^(\S+(?:\s*,\s*[A-Z]\S*)*)\s+(\d.*)$/u.exec(rule);
  if (!match)
    return {
      ok: false,
      problem: rule === '' ? 'regola vuota tra due punti e virgola' : `orario non leggibile: «${rule}»`,
    };
  const weekdays = parseDays(match[1] ?? '');
  if (typeof weekdays === 'string') return { ok: false, problem: weekdays };
  const openings: Opening[] = [];
  for (const range of (match[2] ?? '').split(',')) {
    const hours = parseHours(range.trim());
    if (typeof hours === 'string') return { ok: false, problem: hours };
    openings.push(...weekdays.map((weekday) => ({ weekday, ...hours })));
  }
  return { ok: true, openings };
}

function parseDays(text: string): Weekday[] | string {
  const days = new Set<Weekday>();
  for (const part of text.split(',').map((p) => p.trim())) {
    const [first = '', last = first, ...more] = part.split('-');
    const from = DAYS.indexOf(first);
    const to = DAYS.indexOf(last);
    if (from < 0 || to < 0 || more.length > 0) return `giorno sconosciuto: «${part}» (${DAYS.join(' ')})`;
    if (to < from) return `giorni in ordine inverso: «${part}»`;
    for (const day of WEEK.slice(from, to + 1)) {
      if (days.has(day)) return `giorno ripetuto: «${dayCode(day)}»`;
      days.add(day);
    }
  }
  return [...days];
}

function parseHours(text: string): { opens: string; closes: string } | string {
  const match = /^(\d\d:\d\d)-(\d\d:\d\d)$/u.exec(text);
  const [, opens = '', closes = ''] = match ?? [];
  if (!isTime(opens) || !isTime(closes)) return `ora non valida: «${text}» (esempio 08:30-12:30)`;
  if (opens >= closes) return `la chiusura non segue l’apertura: «${text}»`;
  return { opens, closes };
}

const isTime = (text: string) => /^(?:[01]\d|2[0-3]):[0-5]\d$/u.test(text);
const dayCode = (weekday: Weekday) => DAYS[weekday - 1] ?? '';
const byDayAndTime = (a: Opening, b: Opening) => a.weekday - b.weekday || a.opens.localeCompare(b.opens);
const overlaps = (a: Opening | undefined, b: Opening) => a?.weekday === b.weekday && b.opens < a.closes;

interface Group {
  weekdays: Weekday[];
  hours: { opens: string; closes: string }[];
}

function openingGroups(openings: readonly Opening[]): Group[] {
  const groups = new Map<string, Group>();
  for (const { weekday, hours } of weekOf(openings)) {
    if (hours.length === 0) continue;
    const key = hours.map((h) => `${h.opens}-${h.closes}`).join(',');
    const group = groups.get(key) ?? { weekdays: [], hours };
    group.weekdays.push(weekday);
    groups.set(key, group);
  }
  return [...groups.values()];
}

function daysLabel(weekdays: readonly Weekday[], t: Words): string {
  const names = weekdays.map((day) => t(`offices.weekday-${day}`));
  const [first = '', last = ''] = [names[0], names.at(-1)];
  const consecutive = weekdays.length > 2 && (weekdays.at(-1) ?? 0) - (weekdays[0] ?? 0) === weekdays.length - 1;
  if (consecutive) return t('offices.from-to', { from: first, to: last });
  if (names.length === 1) return first;
  return `${names.slice(0, -1).join(', ')} ${t('offices.and')} ${last}`;
}
