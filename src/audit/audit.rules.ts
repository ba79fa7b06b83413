/**
 * Why the law lets it be done (GDPR art. 5(1)(b)). `investigation`: by staff alone, and not shown to the person while
 * it would harm the inquiry (art. 2-undecies d.lgs. 196/2003).
 */
export const PURPOSES = [
  'service',
  'security',
  'consent',
  'rights',
  'legal-duty',
  'delivery',
  'investigation',
] as const;
export type Purpose = (typeof PURPOSES)[number];

/** What sort of thing was done, as the person may look for it. `sent`: told to somebody outside, over a delivery road. */
export const KINDS = ['read', 'change', 'session', 'sent'] as const;
export type Kind = (typeof KINDS)[number];

/** `<area>.<what>`: 'contacts.change'. */
const ACTION = /^[a-z][a-z0-9-]{0,40}(\.[a-z0-9-]{1,40})+$/;

/** What is recorded when a page with personal data is shown. */
export interface Read {
  action: string;
  /** Name of the route parameter that is the id of the row shown. */
  parameter: string | null;
}

/** @throws TypeError at start, for an action whose name has not the form of one */
export function readOf(action: string, parameter?: string): Read {
  if (!ACTION.test(action)) throw new TypeError(`'${action}' is no name of an action: <area>.<what>`);
  return { action, parameter: parameter ?? null };
}

/** Of an entry that says nothing of its sort. */
export function kindOf(action: string, purpose: Purpose): Kind {
  if (action.startsWith('session.')) return 'session';
  if (purpose === 'delivery') return 'sent';
  return /\.(read|download)$/.test(action) ? 'read' : 'change';
}
