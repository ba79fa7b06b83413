/**
 * The kinds of notice the institute sends, and the roads they may take (design.md, "Notices"). One list for the inbox,
 * the preferences of a person and the delivery; PostgreSQL repeats it (migrations/0015-consents.ts).
 */

/** What a person may be asked a consent for. Notices of a service rest on public task and ask for none. */
export const CONSENT_PURPOSES = ['surveys', 'news'] as const;
export type ConsentPurpose = (typeof CONSENT_PURPOSES)[number];

/** Roads besides the portal itself, which is always on: the inbox row is the record. A new one is one more column. */
export const NOTICE_CHANNELS = ['email', 'sms'] as const;
export type NoticeChannel = (typeof NOTICE_CHANNELS)[number];

export interface NoticeTypeRule {
  readonly type: string;
  /** Roads that are used unless the person says otherwise. */
  readonly usual: readonly NoticeChannel[];
  /** Roads that cannot be switched off; why, is the text `preferences.locked-<type>`. */
  readonly locked: readonly NoticeChannel[];
  /** The consent it rests on; null for a service (GDPR art. 6(1)(e), art. 2-ter d.lgs. 196/2003). */
  readonly consent: ConsentPurpose | null;
}

/** In the order they are shown. */
export const NOTICE_TYPE_RULES = [
  { type: 'security', usual: ['email'], locked: ['email'], consent: null },
  { type: 'delegation', usual: ['email'], locked: ['email'], consent: null },
  { type: 'pension-payment', usual: ['email'], locked: [], consent: null },
  { type: 'payment', usual: ['email'], locked: [], consent: null },
  { type: 'domestic-work', usual: ['email', 'sms'], locked: [], consent: null },
  { type: 'application', usual: ['email'], locked: [], consent: null },
  { type: 'request', usual: ['email'], locked: [], consent: null },
  { type: 'mailbox', usual: ['email'], locked: [], consent: null },
  { type: 'appointment', usual: ['email', 'sms'], locked: [], consent: null },
  { type: 'institutional', usual: ['email'], locked: [], consent: null },
  { type: 'survey', usual: ['email'], locked: [], consent: 'surveys' },
  { type: 'news', usual: ['email'], locked: [], consent: 'news' },
] as const satisfies readonly NoticeTypeRule[];

export type NoticeType = (typeof NOTICE_TYPE_RULES)[number]['type'];
export const NOTICE_TYPES: readonly NoticeType[] = NOTICE_TYPE_RULES.map(({ type }) => type);

/** @returns the rule of a type of notice */
export function noticeTypeRule(type: NoticeType): NoticeTypeRule {
  return NOTICE_TYPE_RULES.find((rule) => rule.type === type)!;
}
