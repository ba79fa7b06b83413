import { parsePhoneNumberFromString, type NumberType } from 'libphonenumber-js/max';
import { phoneNumber } from '../../common/plain-text.js';

export type PhoneFault =
  'phone-empty' | 'phone-wrong' | 'phone-extension' | 'phone-dear' | 'mobile-fixed' | 'mobile-no-sms';
export type TypedPhone = { ok: true; value: string } | { ok: false; reason: PhoneFault };

const LONGEST = 40;
/** Where the numbering plan does not tell mobiles from land lines (North America), an SMS may arrive. */
const GETS_SMS: readonly NumberType[] = ['MOBILE', 'FIXED_LINE_OR_MOBILE'];
/** Numbers that the institute would pay for, or that nobody answers. */
const NOT_TO_BE_CALLED: readonly NumberType[] = ['PREMIUM_RATE', 'SHARED_COST', 'PAGER', 'VOICEMAIL', 'UAN'];

/** A number by which SMS arrive, in the form +393331234567 (E.164). Without a prefix it is an Italian one. */
export function mobileTyped(text: string): TypedPhone {
  const number = parsed(text);
  if (!number.ok) return number;
  const { value, type } = number;
  if (type === 'FIXED_LINE') return { ok: false, reason: 'mobile-fixed' };
  return GETS_SMS.includes(type) ? { ok: true, value } : { ok: false, reason: 'mobile-no-sms' };
}

/** A number for calls, of whatever kind, in the form +39061234567. */
export function phoneTyped(text: string): TypedPhone {
  const number = parsed(text);
  if (!number.ok) return number;
  const { value, type } = number;
  return NOT_TO_BE_CALLED.includes(type) ? { ok: false, reason: 'phone-dear' } : { ok: true, value };
}

function parsed(text: string): { ok: true; value: string; type: NumberType } | { ok: false; reason: PhoneFault } {
  const plain = phoneNumber(text);
  if (plain === '') return { ok: false, reason: 'phone-empty' };
  // Whole or not at all: the library would otherwise take a number out of the words around it.
  const number =
    plain.length > LONGEST ? undefined : parsePhoneNumberFromString(plain, { defaultCountry: 'IT', extract: false });
  if (!number?.isValid()) return { ok: false, reason: 'phone-wrong' };
  if (number.ext) return { ok: false, reason: 'phone-extension' };
  return { ok: true, value: number.number, type: number.getType() };
}

/** '+39 333 111 1111': groups as they are written where the number is from; what cannot be read stays as it is. */
export function phoneInWords(value: string): string {
  const number = parsePhoneNumberFromString(phoneNumber(value), { defaultCountry: 'IT', extract: false });
  return number?.isValid() ? number.formatInternational() : value;
}
