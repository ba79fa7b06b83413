import { dayFrom } from '../common/days.js';
import { fiscalCodeFacts } from '../common/fiscal-code.js';
import { isBirthplace } from '../places/index.js';
import type { Identity } from './identity.js';

/** How somebody's data disagree with their fiscal code, or the code with the lists of places. */
export type Oddity = 'birth-date' | 'gender' | 'birthplace-unknown' | 'birthplace-differs';

/**
 * What is odd in an identity that somebody answered for. Registries hold such cases (a code given by mistake and kept, a
 * comune founded this year), so it is taken all the same, and noted.
 */
export function odditiesOf(identity: Identity): Oddity[] {
  const { fiscalCode, gender, placeOfBirth } = identity;
  if (!fiscalCode) return [];
  const code = fiscalCodeFacts(fiscalCode);
  const born = dayFrom(identity.dateOfBirth);
  const place = /^[A-Z]\d{3}$/.test(placeOfBirth ?? '') ? placeOfBirth : null;
  const found: [Oddity, boolean][] = [
    [
      'birth-date',
      born !== null && !(born.year % 100 === code.year && born.month === code.month && born.day === code.day),
    ],
    ['gender', gender !== null && gender !== code.gender],
    ['birthplace-unknown', !isBirthplace(code.birthplace) || (place !== null && !isBirthplace(place))],
    ['birthplace-differs', place !== null && place !== code.birthplace],
  ];
  return found.filter(([, holds]) => holds).map(([oddity]) => oddity);
}
