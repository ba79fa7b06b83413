import { Injectable } from '@nestjs/common';
import { romeDate } from './clock.js';
import { codeSigns } from './plain-text.js';
import { ProtocolRepository } from './protocol.repository.js';

/**
 * Protocol numbers: `DIR-2026-0000123-5` is series, year, progressive number, check digit. The number starts again each
 * year and none is missing (d.P.R. 445/2000, art. 53 and 57): it comes from a counter row that stays locked until the
 * transaction ends, so a rollback gives it back. The check digit lets an operator notice a slip of the pen.
 */
@Injectable()
export class Protocols {
  constructor(private readonly counters: ProtocolRepository) {}

  /** The next number of a series, in the unit of work under way: take it last, since others wait for its commit. */
  async next(series: string, now: Temporal.Instant): Promise<string> {
    const { year } = romeDate(now);
    return protocolNumber(series, year, await this.counters.next(series, year));
  }
}

/** @param series three capital letters */
export function protocolNumber(series: string, year: number, progressive: number): string {
  const number = String(progressive).padStart(7, '0');
  return `${series}-${year}-${number}-${checkDigit(`${year}${number}`)}`;
}

/**
 * The protocol number that somebody typed or followed, in its one form; null when it cannot be one.
 * Small letters, spaces and missing or other hyphens are forgiven.
 */
export function readProtocol(series: string, typed: string): string | null {
  const [, letters, year = '', number = '', digit] = FORM.exec(codeSigns(typed).toUpperCase()) ?? [];
  if (letters !== series || checkDigit(`${year}${number}`) !== Number(digit)) return null;
  return `${series}-${year}-${number}-${digit}`;
}

const FORM = /^([A-Z]{3})(\d{4})(\d{7})(\d)$/;

/** ISO/IEC 7064, MOD 11,10: finds every wrong digit and nearly every exchange of two neighbours. */
function checkDigit(digits: string): number {
  let product = 10;
  for (const digit of digits) {
    const sum = (product + Number(digit)) % 10 || 10;
    product = (sum * 2) % 11;
  }
  return (11 - product) % 10;
}
