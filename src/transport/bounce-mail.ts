import PostalMime, { type Email } from 'postal-mime';
import type { ReturnPath } from './return-path.js';
import { blame, type Blame } from './status.rules.js';

/** Headers in which mail servers leave the address a mail was really delivered to. */
const DELIVERED_TO =
  /^(?:to|delivered-to|x-original-to|envelope-to|x-envelope-to|x-delivered-to|x-rcpt-to)[ \t]*:(.*)$/gim;
/** What is looked at before anything else; servers put theirs first. */
const MOST_HEADERS = 64 * 1024;
/** A report has three parts, a few more when it went through lists and filters; more lines like these are no report. */
const MOST_PARTS = 60;
const PARTS = { maxNestingDepth: 8, maxHeadersSize: MOST_HEADERS };

/** A final failure, as it is written down. */
export interface Failure {
  verdict: Blame;
  code: string;
}

/** The message of ours that a mail came back for, by the headers alone; null when it names none. */
export function messageOf(raw: Buffer, returnPath: ReturnPath): string | null {
  const start = raw.subarray(0, MOST_HEADERS).toString('latin1').replace(/^\s+/, '');
  const headers = start.slice(0, start.search(/\r?\n\r?\n|$(?![^])/)).replace(/\r?\n[ \t]+/g, ' ');
  for (const [, value = ''] of headers.matchAll(DELIVERED_TO)) {
    const id = returnPath.messageIn(value);
    if (id) return id;
  }
  return null;
}

/** Whether a mail has no more parts than a report may have; by the lines that could begin one, before anything is parsed. */
export function hasFewParts(raw: Buffer): boolean {
  let count = 0;
  for (let at = raw.indexOf('\n--'); at !== -1 && count <= MOST_PARTS; at = raw.indexOf('\n--', at + 3)) count++;
  return count <= MOST_PARTS;
}

/**
 * What a returned mail says, when it is a report of final failure (RFC 3464, or the plain words of qmail and Exim). Null
 * for all else that people and programs send to that address: answers, absences, warnings of delay.
 */
export async function failureIn(raw: Buffer): Promise<Failure | null> {
  const mail = await PostalMime.parse(raw, { ...PARTS, forceRfc822Attachments: true });
  const reports = mail.attachments.filter(({ mimeType }) => /^message\/(global-)?delivery-status$/i.test(mimeType));
  return reports.length > 0 ? reported(mail, reports) : told(mail);
}

/** Of the recipient that the mail of ours was to; where a list or an alias stood between, of whichever says the least. */
function reported(mail: Email, reports: Email['attachments']): Failure | null {
  const recipients = reports.flatMap((part) => recipientsIn(textOf(part.content)));
  const to = originalRecipient(mail);
  const ours = recipients.filter(({ names }) => to !== null && names.toLowerCase().includes(to));
  const failures = (ours.length > 0 ? ours : recipients).flatMap(({ failure }) => failure ?? []);
  const order: Blame[] = ['fallita', 'dubbia', 'respinta'];
  return failures.toSorted((a, b) => order.indexOf(a.verdict) - order.indexOf(b.verdict))[0] ?? null;
}

/** Blocks of fields, one for the mail and one for each recipient (RFC 3464, 2.1). */
function recipientsIn(text: string): { names: string; failure: Failure | null }[] {
  return text.split(/\r?\n[ \t]*\r?\n/).map((block) => {
    const lines = block.replace(/\r?\n[ \t]+/g, ' ');
    const field = (name: string) =>
      [...lines.matchAll(new RegExp(`^${name}[ \\t]*:(.*)$`, 'gim'))].map(([, value = '']) => value.trim()).join(' ');
    const status = /^([245]\.\d{1,3}\.\d{1,3})(?![.\d])/.exec(field('status'))?.[1] ?? null;
    const action = field('action').toLowerCase();
    // Without an action, which must be there, a status of class 5 says that it failed for good.
    const failed = /^failed\b/.test(action) || (action === '' && status?.startsWith('5.'));
    const names = `${field('final-recipient')} ${field('original-recipient')}`;
    return { names, failure: failed ? failureOf(status, field('diagnostic-code')) : null };
  });
}

/** qmail (whose reports begin so by their rule) and older Exim tell it in words alone. */
function told({ headers, text = '' }: Email): Failure | null {
  const exim = headers.some(({ key }) => key === 'x-failed-recipients');
  const [, words = ''] = exim ? [text, text] : (/^\s*Hi\. This is the\b[^\n]*([^]*)/.exec(text) ?? []);
  if (words.trim() === '') return null;
  const [said = ''] = words.split(/^-{2,} ?(?:Below this line|Enclosed|This is a copy)/im);
  const [, reason = said] = /^\s*<?[^\s@]+@[^\s@]+>?:?\s*$([^]*)/m.exec(said) ?? [];
  return failureOf(null, reason.trim());
}

function failureOf(status: string | null, diagnosis: string): Failure {
  return { verdict: blame(status, diagnosis), code: status ?? 'failed' };
}

/** Who the mail of ours was to, from what comes back of it. */
function originalRecipient({ attachments }: Email): string | null {
  const part = attachments.find(({ mimeType }) => /^(message\/(rfc822|global)|text\/rfc822-headers)/i.test(mimeType));
  const [, to = ''] =
    /^to[ \t]*:.*?([^\s<>,;:"]{1,64}@[^\s<>,;:"]{1,255})/im.exec(part ? textOf(part.content) : '') ?? [];
  return to === '' ? null : to.toLowerCase();
}

function textOf(content: ArrayBuffer | Uint8Array | string): string {
  const text = typeof content === 'string' ? content : new TextDecoder('latin1').decode(content);
  return text.slice(0, MOST_HEADERS);
}
