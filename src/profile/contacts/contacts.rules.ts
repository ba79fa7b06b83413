/** What can be said of contacts without a database: their form, and the life of a one-time code. */
import { codeSigns } from '../../common/plain-text.js';

export const CONTACT_KINDS = ['email', 'mobile', 'pec', 'phone'] as const;
export type ContactKind = (typeof CONTACT_KINDS)[number];
/** Those that go live only after a one-time code (design.md, Contacts). */
export type CodeKind = 'email' | 'mobile';

/** Design.md, Contacts: 6 digits, 30 minutes, 5 tries. PostgreSQL holds the same figures (migrations/0014-contacts.ts). */
export const CODE_DIGITS = 6;
export const CODE_MINUTES = 30;
export const CODE_TRIES = 5;
/** Against bombing a stranger: per person, and per address whoever asks, in any 24 hours. */
export const CODES_A_DAY = 5;
export const CODES_WITHIN = { hours: 24 } as const;

export function needsCode(kind: ContactKind): kind is CodeKind {
  return kind === 'email' || kind === 'mobile';
}

export type Typed = { ok: true; value: string } | { ok: false; reason: EmailFault };
export type EmailFault = 'email-empty' | 'email-one-at' | 'email-local' | 'email-long' | 'email-wrong';

/** RFC 5321, 4.5.3.1: 64 octets before the @, 256 for the whole path with its angle brackets. */
const LOCAL_LONGEST = 64;
const ADDRESS_LONGEST = 254;
const DOMAIN_LONGEST = ADDRESS_LONGEST - LOCAL_LONGEST - 1;
/** Longer than any address in Unicode that still fits in punycode; bounds the work. */
const TYPED_LONGEST = 320;
/** Dot-atom of RFC 5321, 4.1.2; quoted strings exist on paper alone. */
const LOCAL = /^[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*$/;
const DOMAIN = /^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]([a-z0-9-]{0,61}[a-z0-9])$/;

/**
 * An e-mail address as it is stored and sent to: the domain in lower case and, when it is international, as punycode
 * (UTS 46, RFC 5890). What stands before the @ must be ASCII: few servers take anything else (SMTPUTF8, RFC 6531).
 */
export function emailTyped(text: string): Typed {
  const plain = text.trim().normalize('NFC');
  if (plain === '') return { ok: false, reason: 'email-empty' };
  if (plain.length > TYPED_LONGEST) return { ok: false, reason: 'email-long' };
  const parts = plain.split('@');
  const [local = '', typedDomain = ''] = parts;
  if (parts.length !== 2) return { ok: false, reason: 'email-one-at' };
  if (/[^\p{ASCII}]/u.test(local) && !/[\p{C}\p{Z}]/u.test(local)) return { ok: false, reason: 'email-local' };
  const domain = asciiDomain(typedDomain);
  if (domain === null || !LOCAL.test(local)) return { ok: false, reason: 'email-wrong' };
  const value = `${local}@${domain}`;
  const fits = local.length <= LOCAL_LONGEST && domain.length <= DOMAIN_LONGEST && value.length <= ADDRESS_LONGEST;
  return fits ? { ok: true, value } : { ok: false, reason: 'email-long' };
}

/** @returns null when it is no name of a mail server: one label, an address of figures, signs that no name has */
function asciiDomain(text: string): string | null {
  if (!/^[\p{L}\p{M}\p{N}.-]+$/u.test(text)) return null;
  const { hostname } = URL.canParse(`http://${text}`) ? new URL(`http://${text}`) : { hostname: '' };
  return DOMAIN.test(hostname) ? hostname : null;
}

/**
 * What counts as one address when codes are counted: mailboxes hardly ever tell capitals apart, and "name+anything" is
 * the same mailbox at the great providers.
 */
export function countedAddress(kind: CodeKind, value: string): string {
  if (kind === 'mobile') return value;
  const [local = '', domain = ''] = value.toLowerCase().split('@');
  return `${local.replace(/(?<=.)\+.*$/, '')}@${domain}`;
}

/** The code as typed or pasted: spaces, hyphens and the figures of other scripts do not matter. '' when it cannot be one. */
export function codeTyped(text: string): string {
  const plain = codeSigns(text);
  return new RegExp(`^\\d{${CODE_DIGITS}}$`).test(plain) ? plain : '';
}

/** A code that was sent: what its life depends on. */
export interface CodeLife {
  readonly tries: number;
  readonly expiresAt: Temporal.Instant;
}

export type CodeState = 'live' | 'expired' | 'used-up';

/** Whether a code still takes a try. */
export function codeState({ tries, expiresAt }: CodeLife, now: Temporal.Instant): CodeState {
  if (Temporal.Instant.compare(now, expiresAt) >= 0) return 'expired';
  return tries >= CODE_TRIES ? 'used-up' : 'live';
}

/** When a code was sent, and until when it serves. */
export function codeExpiry(askedAt: Temporal.Instant): Temporal.Instant {
  return askedAt.add({ minutes: CODE_MINUTES });
}

/** How many more codes may be asked for now. @param asked when each of the last ones was */
export function codesLeft(asked: readonly Temporal.Instant[], now: Temporal.Instant): number {
  const since = now.subtract(CODES_WITHIN);
  return Math.max(0, CODES_A_DAY - asked.filter((at) => Temporal.Instant.compare(at, since) > 0).length);
}

const ITALIAN_ADDRESS =
  /^(?<street>.*?\p{L}.*?),?\s+(?<number>\d+[\p{L}\d/ -]{0,8}|s\.?n\.?c\.?), (?<postalCode>\d{5}) (?<comune>[^()]+) \((?<province>[A-Z]{2})\)$/iu;

/** The parts of 'Via Roma 1, 00100 Roma (RM)', as identity providers say it; null when it is written otherwise. */
export function addressParts(
  said: string,
): { street: string; number: string; postalCode: string; comune: string } | null {
  const groups = ITALIAN_ADDRESS.exec(said)?.groups;
  if (!groups) return null;
  const { street = '', number = '', postalCode = '', comune = '', province = '' } = groups;
  return { street, number, postalCode, comune: `${comune} (${province})` };
}
