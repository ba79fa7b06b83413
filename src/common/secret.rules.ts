/** Parts of the values that this program, its tests and its documents print: whoever reads them knows them. */
const PUBLISHED = [
  'development-only',
  'segreto-di-prova',
  'secret-of-the-tests',
  'secret-of-the-benchmark',
  'former-secret-of-the-portal',
];

/** @returns why a secret is none, or null; `least` is the length that was asked for */
export function secretProblem(secret: string, least: number): string | null {
  const text = secret.toLowerCase();
  if (PUBLISHED.some((part) => text.includes(part))) {
    return 'is published with this program: everybody knows it, make one of your own (docs/operations.md, Secrets)';
  }
  if (isRepeated(text) || surprises(text) < Math.max(least / 2, text.length / 3)) {
    return 'can be guessed (one sign, a short pattern or a sequence): make a random one (docs/operations.md, Secrets)';
  }
  return null;
}

/** One pattern, at least twice, its end perhaps cut off. */
function isRepeated(text: string): boolean {
  for (let period = 1; period <= text.length / 2; period++) {
    if (text.startsWith(text.slice(period))) return true;
  }
  return false;
}

/**
 * How many signs do not follow from what stands before: neither the same, the next or the last one of an alphabet, nor
 * part of three or more that came already. Of 40 random hexadecimal digits about 32 do not; of "abcd…" or "pass1pass2…" few.
 */
function surprises(text: string): number {
  let count = 0;
  for (let at = 0; at < text.length;) {
    const known = longestKnown(text, at);
    if (known < 3 && (at === 0 || Math.abs(text.charCodeAt(at) - text.charCodeAt(at - 1)) > 1)) count++;
    at += known < 3 ? 1 : known;
  }
  return count;
}

/** How many signs from here on stand together somewhere before. */
function longestKnown(text: string, at: number): number {
  let length = 0;
  while (at + length < text.length && text.slice(0, at + length).includes(text.slice(at, at + length + 1))) length++;
  return length;
}
