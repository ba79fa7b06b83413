import { createHmac, randomBytes } from 'node:crypto';
import { sameBytes } from './crypto.js';

const BYTES = 32;

/** The token of a session, masked freshly in each page: a compressed page that repeats a secret would leak it (BREACH). */
export function csrfToken(sessionKey: string): string {
  const mask = randomBytes(BYTES);
  return Buffer.concat([mask, xor(mask, secretOf(sessionKey))]).toString('base64url');
}

/** @returns whether `token` was made by csrfToken for this session key. */
export function isCsrfToken(sessionKey: string, token: unknown): boolean {
  if (typeof token !== 'string' || token.length > 128) return false;
  const bytes = Buffer.from(token, 'base64url');
  if (bytes.length !== 2 * BYTES) return false;
  return sameBytes(xor(bytes.subarray(0, BYTES), bytes.subarray(BYTES)), secretOf(sessionKey));
}

function secretOf(sessionKey: string): Buffer {
  return createHmac('sha256', sessionKey).update('csrf').digest();
}

function xor(a: Buffer, b: Buffer): Buffer {
  return Buffer.from(a.map((byte, index) => byte ^ (b[index] ?? 0)));
}
