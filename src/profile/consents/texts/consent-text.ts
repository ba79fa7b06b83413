import type { ConsentPurpose } from '../../../common/notice-types.js';
import type { Language } from '../../../common/texts.js';

/** One version of what a person agrees to, in every language. Published texts never change: write a new version. */
export interface ConsentText {
  readonly purpose: ConsentPurpose;
  readonly version: number;
  readonly publishedOn: string;
  /** Body: paragraphs, an empty line between them. */
  readonly texts: Readonly<Record<Language, { readonly title: string; readonly body: string }>>;
}
