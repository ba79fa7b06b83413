import { createHash } from 'node:crypto';
import type { Language } from '../../common/texts.js';

/**
 * One version of the privacy notice. The same data make the page for everybody (GDPR art. 13 and 14) and the register
 * of processing of the staff (art. 30).
 */
export interface PrivacyNotice {
  readonly version: number;
  readonly publishedOn: string;
  readonly activities: readonly ProcessingActivity[];
  readonly texts: Readonly<Record<Language, PrivacyTexts>>;
}

/** As common/retention.ts has them. */
export const PERIOD_UNITS = ['months', 'days', 'hours', 'minutes'] as const;
export type PeriodUnit = (typeof PERIOD_UNITS)[number];

/** What is the same in every language. The words for basis, recipients and subjects are in the texts, by these names. */
export interface ProcessingActivity {
  readonly id: string;
  /** Tables that hold it: a test fails for one with personal data that no activity names. */
  readonly tables: readonly string[];
  readonly basis: readonly string[];
  readonly subjects: readonly string[];
  readonly recipients: readonly string[];
  /** The rule of common/retention.ts and its number, as they were when this was published; null: said in words alone. */
  readonly keep: ({ readonly rule: string } & Partial<Record<PeriodUnit, number>>) | null;
}

export interface PrivacyTexts {
  readonly title: string;
  readonly lead: string;
  /** Before and after the table of activities. */
  readonly before: readonly PrivacySection[];
  readonly activities: Readonly<Record<string, ActivityTexts>>;
  readonly after: readonly PrivacySection[];
  readonly basis: Readonly<Record<string, string>>;
  readonly recipients: Readonly<Record<string, string>>;
  readonly subjects: Readonly<Record<string, string>>;
  readonly measures: readonly string[];
}

/** {months}, {days}, {hours} and {minutes} stand for the numbers of `keep`. */
export interface ActivityTexts {
  readonly name: string;
  readonly data: string;
  readonly purpose: string;
  readonly time: string;
}

/** A paragraph may hold {institute}, {address}, {email}, {privacyEmail} and links: [words](address), [parole|it](address). */
export interface PrivacySection {
  readonly id: string;
  readonly title: string;
  readonly paragraphs: readonly string[];
  readonly list: readonly string[];
}

/** Of everything in it: what is published may not change (test/profile/privacy.test.ts lists them). */
export function noticeHash(notice: PrivacyNotice): string {
  return createHash('sha256').update(JSON.stringify(notice)).digest('hex').slice(0, 16);
}
