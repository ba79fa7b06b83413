import { createHmac } from 'node:crypto';
import { sameBytes } from '../common/crypto.js';
import { UUID } from '../common/uuid.js';
import type { Report } from './reports.repository.js';

/** A signature older (or newer) than this is somebody's copy. */
const GOOD_FOR_SECONDS = 300;

/** `t=<seconds>,v1=<hex>`: HMAC-SHA256 of `<seconds>.<body>` (docs/sms-gateway.openapi.yaml). */
export function isSigned(header: string | undefined, body: Buffer, key: string, now: Temporal.Instant): boolean {
  const [, seconds = '', mac = ''] = /^t=(\d{1,12}),v1=([0-9a-f]{64})$/.exec(header ?? '') ?? [];
  if (mac === '') return false;
  const expected = createHmac('sha256', key).update(`${seconds}.`).update(body).digest();
  const age = Math.abs(now.epochMilliseconds / 1000 - Number(seconds));
  return sameBytes(expected, Buffer.from(mac, 'hex')) && age <= GOOD_FOR_SECONDS;
}

/** Failures that speak of the number, not of the moment. */
const WRONG_NUMBER = new Set(['unknown-subscriber', 'invalid-recipient', 'barred']);
/** The gateway knows no more than that it did not arrive, and never will. */
const NO_REASON = 'undeliverable';

/** @returns null when it is not of the form of the contract */
export function smsReportIn(body: Buffer): Report | null {
  let said: unknown;
  try {
    said = JSON.parse(body.toString('utf8'));
  } catch {
    return null;
  }
  const { reference, status, code } = (said ?? {}) as Record<string, unknown>;
  if (typeof reference !== 'string' || !UUID.test(reference)) return null;
  if (status === 'delivered') return { messageId: reference, verdict: 'consegnata', code: 'delivered' };
  if (status !== 'failed' || typeof code !== 'string' || !/^[a-z0-9-]{1,40}$/.test(code)) return null;
  const verdict = WRONG_NUMBER.has(code) ? 'respinta' : code === NO_REASON ? 'dubbia' : 'fallita';
  return { messageId: reference, verdict, code };
}
