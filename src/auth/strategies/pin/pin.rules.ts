import { isFiscalCode } from '../../../common/fiscal-code.js';
import { codeSigns } from '../../../common/plain-text.js';

/** The last PINs were given out on 30 September 2020 (INPS circular 87/2020; D.L. 76/2020, art. 24). */
const ISSUED_BEFORE = Temporal.PlainDate.from('2020-10-01');
const PIN_LENGTH = 16;

/**
 * The fiscal code somebody typed: case, spaces, hyphens and full-width signs do not matter. Letters that only look Latin
 * (Cyrillic, Greek) are not guessed at.
 * @returns null when it cannot be one: another form, or a check letter that tells of a slip of the finger
 */
export function fiscalCodeTyped(text: string): string | null {
  const plain = plainAscii(text)?.toUpperCase() ?? '';
  return isFiscalCode(plain) ? plain : null;
}

/** The PIN somebody typed or pasted; capital and small letters are different. @returns null when it cannot be one */
export function pinTyped(text: string): string | null {
  const plain = plainAscii(text) ?? '';
  return plain.length === PIN_LENGTH && /^[0-9A-Za-z]+$/.test(plain) ? plain : null;
}

/** Checked before upper-casing, which would turn a dotless ı into I. */
function plainAscii(text: string): string | null {
  const plain = codeSigns(text);
  return /^[\x21-\x7e]*$/.test(plain) ? plain : null;
}

export interface PinFacts {
  readonly issuedOn: Temporal.PlainDate;
  readonly residentAbroad: boolean;
  readonly italianDocument: boolean;
}

/** Since 1 October 2021 a PIN is good only abroad, without an Italian identity document (INPS circular 87/2020). */
export function isEligible({ issuedOn, residentAbroad, italianDocument }: PinFacts): boolean {
  return residentAbroad && !italianDocument && Temporal.PlainDate.compare(issuedOn, ISSUED_BEFORE) < 0;
}

/** 'busy': never judged, because too many others were. Null: being judged now. */
export type AttemptOutcome = 'ok' | 'unknown' | 'wrong-pin' | 'not-eligible' | 'busy' | null;

/** A try in the recent past that has to do with the person or the address of this one. */
export interface Attempt {
  readonly at: Temporal.Instant;
  readonly samePerson: boolean;
  readonly sameAddress: boolean;
  readonly outcome: AttemptOutcome;
}

export type LimitReason = 'pair' | 'address' | 'person';
export interface Limit {
  readonly reason: LimitReason;
  /** From when on a try is judged again. */
  readonly until: Temporal.Instant;
}

interface Scope {
  readonly reason: LimitReason;
  readonly counts: (attempt: Attempt) => boolean;
  /** Tries judged within TRY_WINDOW, whatever comes of them. */
  readonly tries: number;
  /** Failures within FAILURE_WINDOW that lock. */
  readonly failures: number;
  /** The longest a lock gets, in minutes. */
  readonly longest: number;
}

const TRY_WINDOW = { seconds: 60 } as const;
const FAILURE_WINDOW = { hours: 1 } as const;
const FIRST_LOCK_MINUTES = 10;

/** docs/decisions/0006-pin-lock.md says why these, and why the person alone has the highest figure and the shortest lock. */
const PAIR: Scope = {
  reason: 'pair',
  counts: (one) => one.samePerson && one.sameAddress,
  tries: 5,
  failures: 5,
  longest: 60,
};
const SCOPES: readonly Scope[] = [
  PAIR,
  { reason: 'address', counts: (one) => one.sameAddress, tries: 20, failures: 20, longest: 60 },
  { reason: 'person', counts: (one) => one.samePerson, tries: 50, failures: 50, longest: 10 },
];

/** How far back tries matter: the longest lock after the failures of an hour. */
export const REMEMBERED = { hours: 2 } as const;

/**
 * Whether a try may be judged now.
 * @param attempts those of the last two hours by this person or from this address
 * @param entersFromHere the person entered from this address before: others cannot lock them out of it
 */
export function limitReached(
  attempts: readonly Attempt[],
  now: Temporal.Instant,
  entersFromHere: boolean,
): Limit | null {
  return SCOPES.filter(({ reason }) => reason !== 'person' || !entersFromHere)
    .flatMap((scope) => limits(scope, attempts.filter(scope.counts).toSorted(byTime), now))
    .reduce<Limit | null>((worst, one) => (worst && !isAfter(one.until, worst.until) ? worst : one), null);
}

/** Milliseconds by which a refusal is held back: from the fourth failure in a row, so that trying costs time. */
export function holdBack(attempts: readonly Attempt[]): number {
  const before = failuresOf('pair', attempts.filter(PAIR.counts).toSorted(byTime)).length;
  return before < 3 ? 0 : (before - 2) * 1000;
}

function limits(scope: Scope, attempts: readonly Attempt[], now: Temporal.Instant): Limit[] {
  const judged = attempts.filter(({ outcome }) => outcome !== 'busy');
  const ends = [pauseEnd(judged, scope.tries), lockEnd(failuresOf(scope.reason, judged), scope)];
  return ends
    .filter((end) => end !== null && isAfter(end, now))
    .map((until) => ({ reason: scope.reason, until: until! }));
}

/**
 * A try under way counts as failed until it is known not to be: that is what holds back many at once. Entering clears
 * the failures of the pair alone: whoever has a PIN could otherwise clear those of an address for others.
 */
function failuresOf(reason: LimitReason, attempts: readonly Attempt[]): readonly Attempt[] {
  const entry = reason === 'pair' ? attempts.findLastIndex(({ outcome }) => outcome === 'ok') : -1;
  return attempts.slice(entry + 1).filter(({ outcome }) => outcome !== 'ok' && outcome !== 'busy');
}

/** When the oldest of the last `tries` leaves the window. */
function pauseEnd(attempts: readonly Attempt[], tries: number): Temporal.Instant | null {
  return attempts.at(-tries)?.at.add(TRY_WINDOW) ?? null;
}

/** Counted back from the last failure, so that a lock under way does not shorten. Each further failure doubles it. */
function lockEnd(failed: readonly Attempt[], { failures, longest }: Scope): Temporal.Instant | null {
  const last = failed.at(-1)?.at;
  if (!last) return null;
  const inAnHour = failed.filter(({ at }) => isAfter(at, last.subtract(FAILURE_WINDOW))).length;
  if (inAnHour < failures) return null;
  return last.add({ minutes: Math.min(FIRST_LOCK_MINUTES * 2 ** Math.min(inAnHour - failures, 10), longest) });
}

function byTime(a: Attempt, b: Attempt): number {
  return Temporal.Instant.compare(a.at, b.at);
}

function isAfter(a: Temporal.Instant, b: Temporal.Instant): boolean {
  return Temporal.Instant.compare(a, b) > 0;
}

/** What counts as one address: an IPv6 host has 2⁶⁴ of them to itself, so its network (/64) stands for it. */
export function addressKey(ip: string): string {
  const plain = ip
    .toLowerCase()
    .replace(/%.*$/, '')
    .replace(/^::ffff:(?=\d+\.)/, '');
  if (!plain.includes(':')) return plain;
  const [head = '', tail = ''] = plain.split('::');
  const [left, right] = [head, tail].map((part) => part.split(':').filter(Boolean)) as [string[], string[]];
  const all = [...left, ...Array<string>(Math.max(0, 8 - left.length - right.length)).fill('0'), ...right];
  return `${all
    .slice(0, 4)
    .map((part) => parseInt(part, 16).toString(16))
    .join(':')}::/64`;
}
