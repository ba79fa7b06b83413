import { dayOfParts, type TypedDay } from '../common/days.js';
import { lookUp } from '../common/look-up.js';

/** Who did it, as the person it is about sees it; the words of the address. */
export const WHO = { tu: 'self', delegato: 'delegate', operatore: 'staff', sistema: 'system' } as const;
/** What sort of thing was done; the words of the address. */
export const WHAT = { letture: 'read', modifiche: 'change', ingressi: 'session', invii: 'sent' } as const;

export type WhoCode = (typeof WHO)[keyof typeof WHO];
export type WhatCode = (typeof WHAT)[keyof typeof WHAT];

/** What the person asked to see; null: all of it. Days are Italian ones, both included. */
export interface AccessFilter {
  who: WhoCode | null;
  what: WhatCode | null;
  from: Temporal.PlainDate | null;
  to: Temporal.PlainDate | null;
}

/** @returns the day; null when nothing was typed; 'wrong' when it is no day of the calendar */
export function dayOf({ day, month, year }: TypedDay): Temporal.PlainDate | null | 'wrong' {
  if (day === '' && month === '' && year === '') return null;
  return dayOfParts({ day, month, year }) ?? 'wrong';
}

export type Period =
  | { ok: true; from: Temporal.PlainDate | null; to: Temporal.PlainDate | null }
  | { ok: false; field: 'dalGiorno' | 'alGiorno'; key: string };

/** Both ends of a period, or what is wrong with it. */
export function periodOf(start: TypedDay, end: TypedDay): Period {
  const [from, to] = [dayOf(start), dayOf(end)];
  if (from === 'wrong') return { ok: false, field: 'dalGiorno', key: 'accesses.from-wrong' };
  if (to === 'wrong') return { ok: false, field: 'alGiorno', key: 'accesses.to-wrong' };
  if (from && to && Temporal.PlainDate.compare(from, to) > 0)
    return { ok: false, field: 'alGiorno', key: 'accesses.period-backwards' };
  return { ok: true, from, to };
}

/** The code for a word of the address; what nobody offered asks for nothing. */
export function codeOf<T extends string>(codes: Readonly<Record<string, T>>, word: string): T | null {
  return lookUp(codes, word) ?? null;
}

/** Who and what together, as the index has them: few short stretches instead of one long one to search through. */
export function stretches({ who, what }: Pick<AccessFilter, 'who' | 'what'>): { who: WhoCode; what: WhatCode }[] {
  return Object.values(WHO)
    .filter((one) => who === null || one === who)
    .flatMap((each) =>
      Object.values(WHAT)
        .filter((one) => what === null || one === what)
        .map((kind) => ({ who: each, what: kind })),
    );
}
