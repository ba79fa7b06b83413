/**
 * Why a card is not let in. One stable code for each rule: logs and metrics carry it (never personal data), tests
 * assert it, cns.views.ts says in plain words what it means for the person.
 */
export type CnsReason =
  // what was presented
  | 'no-certificate'
  | 'unreadable'
  | 'proxy-untrusted'
  // the chain to an authority of the trust list
  | 'self-signed'
  | 'untrusted'
  | 'bad-signature'
  | 'weak-signature'
  | 'weak-key'
  | 'issuer-not-authority'
  | 'authority-not-valid'
  | 'path-too-long'
  | 'critical-extension'
  // the certificate of the card
  | 'not-yet-valid'
  | 'expired'
  | 'policy'
  | 'usage'
  | 'subject'
  | 'fiscal-code'
  // revocation
  | 'revoked'
  | 'revocation-missing'
  | 'revocation-stale'
  | 'revocation-unusable'
  // the way back to the portal
  | 'not-available'
  | 'start-missing'
  | 'start-expired'
  | 'ticket-unknown'
  | 'ticket-used'
  | 'ticket-expired'
  | 'ticket-other-browser';

export class CnsRefusal extends Error {
  constructor(readonly reason: CnsReason) {
    super(reason);
  }
}

export function must(condition: unknown, reason: CnsReason): asserts condition {
  if (!condition) throw new CnsRefusal(reason);
}
