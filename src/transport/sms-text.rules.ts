/** The default alphabet of SMS, and the signs that cost two places because an escape stands before them (3GPP TS 23.038, 6.2.1). */
const BASIC = new Set(
  '@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !"#¤%&\'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà',
);
const ESCAPED = new Set('\f^{}\\[~]|€');

/** Sign, then what stands for it; a capital with its accent is written with an apostrophe, as Italian does without one. */
const INSTEAD = new Map<string, string>(
  [
    "ÀA' ÈE' ÌI' ÒO' ÙU' ẞSS ŒOE œoe ÞTh þth ŁL łl ĐD đd ÐD ðd ĦH ħh ŦT ŧt ŊN ŋn ıi ĸk",
    `‘' ’' ‚' ‛' ‹' ›' ′' ʼ' ʹ' \`' ´' “" ”" „" ‟" «" »" ″" ʺ"`,
    '−- •- ·- ∙- ‣- ⁄/ ×x °o ©(c) ®(r) ¢c',
  ]
    .flatMap((line) => line.split(' '))
    .map((pair) => [pair.slice(0, 1), pair.slice(1)] as const),
)
  .set('\t', ' ')
  .set('\u2028', '\n')
  .set('\u2029', '\n');

/**
 * A text as phones take it at its cheapest: one sign outside the alphabet makes two parts of an SMS four. A text with
 * letters that nothing stands for (a name in another script) is left as it is: it costs more and says what it should.
 */
export function inSmsAlphabet(text: string): string {
  const written = [...text.normalize('NFC')].map(closest).join('');
  return costOf(written) === null ? text : written;
}

/** How many SMS a text leaves as: 160 or 70 places in one, 153 or 67 in each of several, and no sign is cut in two. */
export function smsParts(text: string): number {
  const costs = costOf(text);
  const [alone, joined] = costs ? [160, 153] : [70, 67];
  let [parts, used, total] = [1, 0, 0];
  for (const cost of costs ?? [...text].map((sign) => sign.length)) {
    total += cost;
    if (used + cost > joined) [parts, used] = [parts + 1, 0];
    used += cost;
  }
  return total <= alone ? 1 : parts;
}

/** Places that each sign takes; null where one is not in the alphabet. */
function costOf(text: string): number[] | null {
  const costs = [...text].map((sign) => (BASIC.has(sign) ? 1 : ESCAPED.has(sign) ? 2 : 0));
  return costs.includes(0) ? null : costs;
}

function closest(sign: string): string {
  if (BASIC.has(sign) || ESCAPED.has(sign)) return sign;
  const instead = INSTEAD.get(sign);
  if (instead !== undefined) return instead;
  if (/[\p{Cf}\p{Cc}\p{M}]/u.test(sign)) return '';
  if (/\p{Zs}/u.test(sign)) return ' ';
  if (/\p{Pd}/u.test(sign)) return '-';
  const parts = [...sign.normalize('NFKD')];
  return parts.length === 1 && parts[0] === sign ? sign : parts.map(closest).join('');
}
