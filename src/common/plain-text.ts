/** What people type and paste, without the signs that nobody sees: they come along from mails, PDF files and phones. */

/** Letters of scripts in which a joiner changes how the next letter is written, as in Persian and Hindi. */
const JOINED = String.raw`[[\p{L}\p{M}]--[\p{sc=Latn}\p{sc=Grek}\p{sc=Cyrl}\p{sc=Hani}\p{sc=Zyyy}\p{sc=Zinh}]]`;

/**
 * Signs without a form of their own (Unicode, Default_Ignorable_Code_Point: of no width, soft hyphens, those that turn
 * the order of writing, selectors, tags), what is no sign at all, and the second set of controls. Kept where they belong
 * to what is seen: in an emoji, between the letters of such a script, after the character whose variant they name.
 */
const UNSEEN = new RegExp(
  String.raw`(\p{RGI_Emoji}|(?<=${JOINED})[\u200C\u200D](?=[\u200C\u200D]*${JOINED})|(?<=\p{sc=Hani})[\uFE00-\uFE02\u{E0100}-\u{E01EF}])` +
    String.raw`|[\p{Default_Ignorable_Code_Point}\p{Noncharacter_Code_Point}\u0080-\u009F\uFFF9-\uFFFB]`,
  'gv',
);

/** Text of several lines: notes, reasons. */
export function manyLines(text: string): string {
  return text
    .replaceAll(/\r\n?|[\v\f\u0085\u2028\u2029]/g, '\n')
    .replaceAll(UNSEEN, '$1')
    .replaceAll(/[\p{Zs}\t\u2800]/gu, ' ')
    .trim();
}

/** A name, a street, a place: one line, whatever was pasted. */
export function oneLine(text: string): string {
  return manyLines(text).replaceAll('\n', ' ');
}

/** Longer than anything that is read by its signs; bounds what Unicode normalisation has to do. */
const LONGEST = 100;
const LONGEST_ADDRESS = 500;

/** A number, a day, a code: signs of double width are the plain ones, and spaces mean nothing. */
export function figures(text: string): string {
  const plain = oneLine(text);
  return plain.length > LONGEST
    ? plain
    : plain.normalize('NFKC').replaceAll(/[\s\p{Default_Ignorable_Code_Point}]/gu, '');
}

/** As figures, also without what people put between the groups of a long code: hyphens, dots, slashes. */
export function codeSigns(text: string): string {
  return figures(text).replaceAll(/[\p{Pd}\u2212._/\\]/gu, '');
}

/** An address of e-mail out of what surrounds it when it is copied: 'Maria Rossi <maria@posta.example>', 'mailto:…?subject=…', a last comma. */
export function mailAddress(text: string): string {
  const line = oneLine(text);
  if (line.length > LONGEST_ADDRESS) return line;
  const [, within = line] = /^[^<>@]*<([^<>]*)>[\s.,;]*$/.exec(line) ?? [];
  return within
    .replace(/^\s*mailto:\s*([^?]*)(\?.*)?$/i, '$1')
    .replace(/[\s.,;:]+$/, '')
    .trim();
}

/** A number of telephone as pasted from a page: hyphens of all lengths, 'tel:' before it. */
export function phoneNumber(text: string): string {
  const plain = oneLine(text)
    .normalize('NFKC')
    .replaceAll(/[\p{Pd}\u2212]/gu, '-');
  return plain.length > LONGEST ? oneLine(text) : plain.replace(/^(tel|cell?|tf|mobile)[.:]*\s*(?=[+(\d])/i, '');
}
