/** Signs that nobody sees: screen readers spell them, old fonts draw a box for them, and what is copied does not match. */
const UNSEEN = String.raw`\p{Default_Ignorable_Code_Point}\p{Zl}\p{Zp}`;

/** @returns what a page must not hold: unseen signs, and spaces of other widths than that between words */
export function oddSigns(text: string): string[] {
  return text.match(PRINTED) ?? [];
}

/** The same for what leaves the portal as plain text, where a space that does not break is one more foreign sign. */
export function oddPlainSigns(text: string): string[] {
  return text.match(PLAIN) ?? [];
}

// Each with what stands around it: a list of blanks tells nothing.
const PRINTED = new RegExp(`.{0,20}(?![ \\u00a0])[${UNSEEN}\\p{Zs}].{0,20}`, 'gu');
const PLAIN = new RegExp(`.{0,20}(?! )[${UNSEEN}\\p{Zs}].{0,20}`, 'gu');
