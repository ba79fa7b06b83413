import PostalMime, { type Email } from 'postal-mime';
import type { Report } from './reports.repository.js';
import type { ReturnPath } from './return-path.js';
import { refusesAddress } from './status.rules.js';

/** Headers in which mail servers leave the address a mail was really delivered to. */
const DELIVERED_TO = ['to', 'delivered-to', 'x-original-to', 'envelope-to', 'x-envelope-to'];
/** A status report of one recipient fits many times; what surrounds it does not matter. */
const PARTS = { maxNestingDepth: 8, maxHeadersSize: 64 * 1024 };

/**
 * What a returned mail says, when it is a report of final failure (RFC 3464) about a message of ours. Null for all
 * else that people and programs send to that address: answers, absences, warnings of delay.
 */
export async function reportIn(raw: Buffer, returnPath: ReturnPath): Promise<Report | null> {
  const mail = await PostalMime.parse(raw, { ...PARTS, forceRfc822Attachments: true });
  const messageId = addressees(mail)
    .map((address) => returnPath.messageIn(address))
    .find((id) => id !== null);
  const status = messageId && finalStatus(mail);
  if (!messageId || !status) return null;
  return { messageId, verdict: refusesAddress(status) ? 'respinta' : 'fallita', code: status };
}

function addressees({ headers }: Email): string[] {
  return headers.filter(({ key }) => DELIVERED_TO.includes(key)).map(({ value }) => value);
}

/** Of the first recipient that failed for good; our mails have one. */
function finalStatus({ attachments }: Email): string | null {
  const part = attachments.find(({ mimeType }) => /^message\/(global-)?delivery-status$/i.test(mimeType));
  if (!part) return null;
  const text = typeof part.content === 'string' ? part.content : new TextDecoder('latin1').decode(part.content);
  // Blocks of fields, one for the mail and one for each recipient (RFC 3464, 2.1).
  const failed = text.split(/\r?\n[ \t]*\r?\n/).find((block) => /^action:\s*failed\b/im.test(block));
  return /^status:\s*(5\.\d{1,3}\.\d{1,3})\b/im.exec(failed ?? '')?.[1] ?? null;
}
