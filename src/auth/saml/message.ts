import { must } from './refusal.js';

/** Decoded size above which a message is refused unread: a full SPID response is about 12 kB. */
export const MESSAGE_BYTES = 64 * 1024;

/**
 * The text of a message that came by HTTP-POST (SAML bindings 3.5.4), bounded before anything reads it.
 * Line breaks in the base64 are allowed, as providers wrap it; nothing else is.
 */
export function decodeMessage(field: unknown): string {
  must(typeof field === 'string' && field !== '', 'message-missing');
  must(field.length <= MESSAGE_BYTES * 1.5, 'message-too-large');
  const packed = field.replace(/[\r\n\t ]+/g, '');
  must(/^[A-Za-z0-9+/]+={0,2}$/.test(packed) && packed.length % 4 === 0, 'message-encoding');
  const bytes = Buffer.from(packed, 'base64');
  must(bytes.length <= MESSAGE_BYTES, 'message-too-large');
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    must(false, 'message-encoding');
  }
}
