import type { Message } from './message.js';
import { smsParts } from './sms-text.rules.js';

// eslint-disable-next-line no-control-regex -- control characters are just what is looked for
const CONTROL = /[\u0000-\u001f\u007f-\u009f\u2028\u2029]/;
/** One address and nothing else: no list, name, comment, quoting or route (RFC 5321, 4.1.2, without quoted strings). */
const EMAIL = /^[^\s"(),:;<>@[\\\]]{1,64}@[^\s"(),:;<>@[\\\]]{1,189}$/;
/** International number (ITU-T E.164), 15 digits at most. */
const NUMBER = /^\+[1-9]\d{5,14}$/;
/** Joined SMS that one text may leave as. */
const MOST_PARTS = 10;

/**
 * Why a message must not be sent; null when it may. The last door against header injection: a line break in a title
 * or an address would add headers or recipients, whoever let it come so far.
 */
export function refusalOf({ channel, to, title, text, key }: Message): string | null {
  if (CONTROL.test(to) || !(channel === 'email' ? EMAIL : NUMBER).test(to)) return 'address';
  if (CONTROL.test(title) || title.length > 200 || (channel === 'email') === (title === '')) return 'title';
  const tooLong = channel === 'email' ? text.length > 20_000 : smsParts(text) > MOST_PARTS;
  if (text === '' || text.includes('\u0000') || tooLong) return 'text';
  return key === '' || key.length > 200 ? 'key' : null;
}
