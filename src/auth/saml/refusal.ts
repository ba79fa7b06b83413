/**
 * Why a message of an identity provider is refused. Each rule has one stable code: logs carry it (never personal data),
 * tests assert it. Sources: AgID "Regole tecniche SPID" (single-sign-on.rst), OASIS SAML 2.0 core and profiles.
 */
export type RefusalReason =
  // the message as bytes
  | 'message-missing'
  | 'message-too-large'
  | 'message-encoding'
  | 'doctype'
  | 'comment'
  | 'cdata'
  | 'processing-instruction'
  | 'entity'
  | 'not-well-formed'
  | 'too-many-elements'
  | 'too-many-attributes'
  | 'too-many-namespaces'
  | 'too-deep'
  | 'too-slow'
  | 'busy'
  // structure and signatures
  | 'not-a-response'
  | 'response-structure'
  | 'assertion-missing'
  | 'assertion-count'
  | 'assertion-position'
  | 'assertion-encrypted'
  | 'assertion-structure'
  | 'duplicate-id'
  | 'assertion-unsigned'
  | 'signature-position'
  | 'signature-structure'
  | 'signature-algorithm'
  | 'digest-algorithm'
  | 'canonicalization'
  | 'transforms'
  | 'signature-reference'
  | 'signature-foreign-key'
  | 'signature-invalid'
  // the Response
  | 'no-request'
  | 'unsolicited'
  | 'relay-state'
  | 'response-id'
  | 'response-version'
  | 'response-issue-instant'
  | 'response-issued-before-request'
  | 'response-issued-in-future'
  | 'response-in-response-to'
  | 'destination'
  | 'response-issuer'
  | 'response-issuer-format'
  | 'status'
  | 'status-failed'
  | 'status-failed-with-assertion'
  // the Assertion
  | 'assertion-id'
  | 'assertion-version'
  | 'assertion-issue-instant'
  | 'assertion-issued-before-request'
  | 'assertion-issued-in-future'
  | 'assertion-issuer'
  | 'assertion-issuer-format'
  | 'subject'
  | 'name-id'
  | 'name-id-format'
  | 'name-id-qualifier'
  | 'subject-confirmation'
  | 'subject-confirmation-method'
  | 'recipient'
  | 'subject-in-response-to'
  | 'subject-not-before'
  | 'subject-not-on-or-after'
  | 'subject-expired'
  | 'conditions'
  | 'conditions-not-before'
  | 'conditions-not-yet-valid'
  | 'conditions-not-on-or-after'
  | 'conditions-expired'
  | 'audience'
  | 'authn-statement'
  | 'authn-context'
  | 'authn-instant'
  | 'authn-before-request'
  | 'authn-in-future'
  | 'session-not-on-or-after'
  | 'session-expired'
  | 'level-too-low'
  | 'attribute-statement'
  | 'attribute-name'
  | 'attribute-doubled'
  | 'attribute-value'
  | 'attribute-empty'
  | 'attribute-missing'
  // what the attributes say
  | 'fiscal-number'
  | 'date-of-birth'
  | 'spid-code'
  | 'company'
  | 'identity-kind'
  // single logout
  | 'not-a-logout'
  | 'logout-structure'
  | 'logout-unsigned'
  | 'logout-id'
  | 'logout-version'
  | 'logout-issue-instant'
  | 'logout-too-old'
  | 'logout-in-future'
  | 'logout-expired'
  | 'logout-issuer'
  | 'logout-in-response-to'
  // once only
  | 'request-used'
  | 'replayed';

/** It was we who could not judge the message: says nothing of the message, which may be sent again. */
export type Overload = 'busy' | 'too-slow';

export function isOverload(reason: RefusalReason): reason is Overload {
  return reason === 'busy' || reason === 'too-slow';
}

/** Stops the reading of a message; becomes a `refused` verdict, never a page of its own. */
export class Refusal extends Error {
  readonly reason: RefusalReason;

  constructor(reason: RefusalReason) {
    super(reason);
    this.reason = reason;
  }
}

/** Refuses with `reason` unless the condition holds. */
export function must(condition: unknown, reason: RefusalReason): asserts condition {
  if (!condition) throw new Refusal(reason);
}
