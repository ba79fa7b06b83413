/**
 * The name of a card's holder in its certificate (CNS, "Linee guida per l'emissione e l'utilizzo"; identity.md):
 * `<fiscal code>/<card id>.<hash>`.
 */
const COMMON_NAME = /^([A-Z0-9]{16})\/([0-9A-Za-z]{1,40})\.([0-9A-Za-z+/=_-]{1,64})$/;
/** Letters may stand for digits where two people would have the same code (omocodia). */
const FISCAL_CODE = /^[A-Z]{6}[0-9LMNPQRSTUV]{2}[ABCDEHLMPRST][0-9LMNPQRSTUV]{2}[A-Z][0-9LMNPQRSTUV]{3}[A-Z]$/;
const OMOCODIA = 'LMNPQRSTUV';
const ODD = [1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23];

/** @returns the part of the common name that is a fiscal code in its place, or null when the name has another form */
export function fiscalCodeOf(commonName: string): string | null {
  return COMMON_NAME.exec(commonName)?.[1] ?? null;
}

/** Form, day of birth and check letter of a fiscal code (D.M. 23 December 1976). */
export function isFiscalCode(code: string): boolean {
  if (!FISCAL_CODE.test(code) || code.at(-1) !== checkLetter(code)) return false;
  const day = Number(code.slice(9, 11).replace(/[L-V]/g, digit));
  // Women's days have 40 added.
  return (day >= 1 && day <= 31) || (day >= 41 && day <= 71);
}

function digit(sign: string): string {
  const position = OMOCODIA.indexOf(sign);
  return position < 0 ? sign : String(position);
}

function checkLetter(code: string): string {
  const values = Array.from(code.slice(0, 15), (sign) => (/\d/.test(sign) ? Number(sign) : sign.charCodeAt(0) - 65));
  const sum = values.reduce((total, value, index) => total + (index % 2 === 0 ? (ODD[value] ?? 0) : value), 0);
  return String.fromCharCode(65 + (sum % 26));
}
