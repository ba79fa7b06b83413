/**
 * The fiscal code of a person (D.M. 23 December 1976): surname and name, year, month and day of birth, place of birth,
 * and a check letter (art. 7). Letters stand for digits where two people would have the same code (omocodia, art. 6).
 */
const FORM = /^[A-Z]{6}[0-9LMNPQRSTUV]{2}[ABCDEHLMPRST][0-9LMNPQRSTUV]{2}[A-Z][0-9LMNPQRSTUV]{3}[A-Z]$/;
const OMOCODIA = 'LMNPQRSTUV';
const MONTHS = 'ABCDEHLMPRST';
/** Women's days have 40 added. */
const WOMEN = 40;

/** Whether a text in capital letters is a fiscal code: its form, its check letter, and a day that its month has. */
export function isFiscalCode(text: string): boolean {
  return FORM.test(text) && text.endsWith(checkLetter(text)) && hasDay(text);
}

const ODD = [1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23];

/**
 * The check letter that the first fifteen signs of a code ask for (D.M. 23 December 1976, art. 7): each sign has a
 * value by its place, odd or even, and the sum modulo 26 is the letter.
 */
export function checkLetter(code: string): string {
  const values = Array.from(code.slice(0, 15), (sign) => (/\d/.test(sign) ? Number(sign) : sign.charCodeAt(0) - 65));
  const sum = values.reduce((total, value, index) => total + (index % 2 === 0 ? (ODD[value] ?? 0) : value), 0);
  return String.fromCharCode(65 + (sum % 26));
}

/** What a code says of its person; it says no century. */
export interface FiscalCodeFacts {
  year: number;
  month: number;
  day: number;
  gender: 'F' | 'M';
  /** Belfiore code of the comune or country of birth. */
  birthplace: string;
}

/** @param code one of good form; letters of omocodia are read as the digits they stand for */
export function fiscalCodeFacts(code: string): FiscalCodeFacts {
  const said = digits(code.slice(9, 11));
  return {
    year: digits(code.slice(6, 8)),
    month: MONTHS.indexOf(code.charAt(8)) + 1,
    day: said > WOMEN ? said - WOMEN : said,
    gender: said > WOMEN ? 'F' : 'M',
    birthplace: code.charAt(11) + asDigits(code.slice(12, 15)),
  };
}

/** 29 February is good when either 19.. or 20.. was a leap year. */
function hasDay(code: string): boolean {
  const { year, month, day } = fiscalCodeFacts(code);
  return [1900, 2000].some(
    (century) => day >= 1 && day <= Temporal.PlainYearMonth.from({ year: century + year, month }).daysInMonth,
  );
}

function digits(signs: string): number {
  return Number(asDigits(signs));
}

function asDigits(signs: string): string {
  return signs.replace(/[L-V]/g, (sign) => String(OMOCODIA.indexOf(sign)));
}
