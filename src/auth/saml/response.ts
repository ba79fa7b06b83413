import { Refusal, must, type RefusalReason } from './refusal.js';
import { BEARER, DS, ENTITY_FORMAT, SAML, SAMLP, SUCCESS, TRANSIENT_FORMAT } from './names.js';
import type { SamlProfile } from './profile.js';
import { verifiedText } from './signature.js';
import { children, only, parseXml, walk, type XmlElement } from './xml.js';

/** An AuthnRequest of ours that this browser may still get an answer to. Times are epoch milliseconds. */
export interface PendingRequest {
  readonly id: string;
  readonly issuedAt: number;
  readonly provider: string;
  readonly certificates: readonly string[];
  readonly level: 1 | 2 | 3;
}

/** Everything a judgement depends on; plain data, because it travels to the worker thread. */
export interface Expectation {
  readonly now: number;
  readonly profile: SamlProfile;
  readonly entityId: string;
  readonly consumerUrl: string;
  readonly pending: readonly PendingRequest[];
}

/** What a verified assertion says; every value was read from the bytes that were signed. */
export interface VerifiedAssertion {
  readonly issuer: string;
  readonly level: 1 | 2 | 3;
  readonly nameId: string;
  readonly nameQualifier: string;
  readonly sessionIndex: string | null;
  readonly attributes: Readonly<Record<string, string>>;
}

export type Verdict =
  | { kind: 'accepted'; requestId: string; responseId: string; assertionId: string; usableUntil: number; assertion: VerifiedAssertion }
  /** The provider says no, with a code of its own. May be unsigned: for display only. */
  | { kind: 'declined'; requestId: string; code: number }
  | { kind: 'refused'; reason: RefusalReason; requestId: string | null };

/**
 * Judges a Response (already decoded text) by every rule of the profile. Pure: same input, same verdict.
 * Source: AgID "Regole tecniche SPID", single-sign-on.rst; SAML 2.0 profiles 4.1.4.
 */
export function judgeResponse(xml: string, expected: Expectation): Verdict {
  const progress: { requestId: string | null } = { requestId: null };
  try {
    return judged(xml, expected, progress);
  } catch (error) {
    if (error instanceof Refusal) return { kind: 'refused', reason: error.reason, requestId: progress.requestId };
    throw error;
  }
}

function judged(xml: string, expected: Expectation, progress: { requestId: string | null }): Verdict {
  const raw = parseXml(xml);
  const rawAssertion = checkStructure(raw);
  const request = expected.pending.find((one) => one.id === raw.attributes.get('InResponseTo'));
  progress.requestId = request?.id ?? null;

  // Once the Response is signed, its own values too come only from what was signed.
  const signed = children(raw, DS, 'Signature').length === 1;
  const response = signed && request ? parseXml(verifiedText(xml, raw, request.certificates)) : raw;
  const known = checkResponse(response, expected, request);
  const declined = checkStatus(response, expected.profile);
  if (declined !== null) return { kind: 'declined', requestId: known.id, code: declined };

  must(rawAssertion, 'assertion-missing');
  must(children(rawAssertion, DS, 'Signature').length === 1, 'assertion-unsigned');
  const assertion = parseXml(verifiedText(xml, rawAssertion, known.certificates));
  must(assertion.ns === SAML && assertion.local === 'Assertion', 'assertion-structure');
  const { usableUntil, verified } = readAssertion(assertion, expected, known);
  const responseId = response.attributes.get('ID') ?? '';
  return { kind: 'accepted', requestId: known.id, responseId, assertionId: assertion.attributes.get('ID') ?? '', usableUntil, assertion: verified };
}

/** One Response, at most one Assertion in its one place, signatures only where the rules put them, no doubled ID. */
function checkStructure(root: XmlElement): XmlElement | null {
  must(root.ns === SAMLP && root.local === 'Response', 'not-a-response');
  const all = [...walk(root)];
  must(all.filter((one) => one.local === 'Response').length === 1, 'response-structure');
  must(!all.some((one) => /^Encrypted/.test(one.local)), 'assertion-encrypted');
  const assertions = all.filter((one) => one.local === 'Assertion');
  must(assertions.length <= 1, 'assertion-count');
  const assertion = assertions[0] ?? null;
  must(!assertion || (assertion.ns === SAML && assertion.parent === root), 'assertion-position');
  for (const one of all.filter((element) => element.local === 'Signature')) {
    must(one.ns === DS && (one.parent === root || one.parent === assertion), 'signature-position');
  }
  for (const owner of [root, assertion]) must(!owner || children(owner, DS, 'Signature').length <= 1, 'signature-structure');
  const ids = all.flatMap((one) => [...one.attributes].filter(([name]) => /^(?:.*:)?id$/i.test(name)).map(([, value]) => value));
  must(new Set(ids).size === ids.length, 'duplicate-id');
  const places = ['Issuer', 'Signature', 'Extensions', 'Status', 'Assertion'];
  must(root.children.every((one) => places.includes(one.local)), 'response-structure');
  return assertion;
}

function checkResponse(response: XmlElement, expected: Expectation, request: PendingRequest | undefined): PendingRequest {
  const attribute = (name: string) => response.attributes.get(name) ?? '';
  must(isId(attribute('ID')), 'response-id');
  must(attribute('Version') === '2.0', 'response-version');
  const issuedAt = instant(attribute('IssueInstant'), 'response-issue-instant');
  must(attribute('InResponseTo') !== '', 'response-in-response-to');
  must(request, 'unsolicited');
  must(issuedAt >= wholeSecond(request.issuedAt), 'response-issued-before-request');
  must(issuedAt <= expected.now + expected.profile.skewMs, 'response-issued-in-future');
  must(attribute('Destination') === expected.consumerUrl, 'destination');

  const issuer = only(response, SAML, 'Issuer', 'response-issuer');
  must(plainText(issuer) === request.provider, 'response-issuer');
  const format = issuer.attributes.get('Format');
  const entityAllowed = expected.profile.responseIssuerFormat === 'entity-or-absent';
  must(format === undefined || (entityAllowed && format === ENTITY_FORMAT), 'response-issuer-format');
  return request;
}

/** @returns null on success, the provider's error code when it declined; refuses everything else. */
function checkStatus(response: XmlElement, profile: SamlProfile): number | null {
  const status = only(response, SAMLP, 'Status', 'status');
  const code = only(status, SAMLP, 'StatusCode', 'status').attributes.get('Value') ?? '';
  must(code !== '', 'status');
  if (code === SUCCESS) return null;
  must(children(response, SAML, 'Assertion').length === 0, 'status-failed-with-assertion');
  const message = children(status, SAMLP, 'StatusMessage')[0]?.text.trim() ?? '';
  // Only the number is taken: the rest of the text is the sender's and may be anything (messaggi-errore.rst).
  const number = Number(/^ErrorCode nr(\d{1,2})$/.exec(message)?.[1] ?? 'NaN');
  const declared = profile.personCodes.includes(number) || (number >= 1 && number <= 30);
  must(declared, 'status-failed');
  return number;
}

function readAssertion(assertion: XmlElement, expected: Expectation, request: PendingRequest): { usableUntil: number; verified: VerifiedAssertion } {
  checkAssertionHead(assertion, expected, request);
  const subject = only(assertion, SAML, 'Subject', 'subject');
  const name = readNameId(subject);
  const subjectUntil = checkConfirmation(subject, expected, request);
  const conditionsUntil = checkConditions(only(assertion, SAML, 'Conditions', 'conditions'), expected);
  const { level, sessionIndex } = readAuthentication(assertion, expected.profile, request.level);
  const attributes = readAttributes(only(assertion, SAML, 'AttributeStatement', 'attribute-statement'), expected.profile);
  return { usableUntil: Math.max(subjectUntil, conditionsUntil), verified: { issuer: request.provider, level, sessionIndex, ...name, attributes } };
}

function checkAssertionHead(assertion: XmlElement, expected: Expectation, request: PendingRequest): void {
  const attribute = (name: string) => assertion.attributes.get(name) ?? '';
  must(isId(attribute('ID')), 'assertion-id');
  must(attribute('Version') === '2.0', 'assertion-version');
  const issuedAt = instant(attribute('IssueInstant'), 'assertion-issue-instant');
  must(issuedAt >= wholeSecond(request.issuedAt), 'assertion-issued-before-request');
  must(issuedAt <= expected.now + expected.profile.skewMs, 'assertion-issued-in-future');
  const issuer = only(assertion, SAML, 'Issuer', 'assertion-issuer');
  must(plainText(issuer) === request.provider, 'assertion-issuer');
  if (expected.profile.assertionIssuerFormat === 'entity') must(issuer.attributes.get('Format') === ENTITY_FORMAT, 'assertion-issuer-format');
  // No Advice (single-sign-on.rst: not to be used), nothing unknown.
  const places = ['Issuer', 'Subject', 'Conditions', 'AuthnStatement', 'AttributeStatement'];
  must(assertion.children.every((one) => one.ns === SAML && places.includes(one.local)), 'assertion-structure');
}

function readNameId(subject: XmlElement): { nameId: string; nameQualifier: string } {
  const nameId = only(subject, SAML, 'NameID', 'name-id');
  must(plainText(nameId) !== '', 'name-id');
  must(nameId.attributes.get('Format') === TRANSIENT_FORMAT, 'name-id-format');
  const nameQualifier = nameId.attributes.get('NameQualifier')?.trim() ?? '';
  must(nameQualifier !== '', 'name-id-qualifier');
  return { nameId: plainText(nameId), nameQualifier };
}

function checkConfirmation(subject: XmlElement, expected: Expectation, request: PendingRequest): number {
  const confirmation = only(subject, SAML, 'SubjectConfirmation', 'subject-confirmation');
  must(confirmation.attributes.get('Method') === BEARER, 'subject-confirmation-method');
  const data = only(confirmation, SAML, 'SubjectConfirmationData', 'subject-confirmation');
  must(data.attributes.get('Recipient') === expected.consumerUrl, 'recipient');
  must(data.attributes.get('InResponseTo') === request.id, 'subject-in-response-to');
  const until = instant(data.attributes.get('NotOnOrAfter'), 'subject-not-on-or-after');
  must(until > expected.now, 'subject-expired');
  return until;
}

function checkConditions(conditions: XmlElement, expected: Expectation): number {
  const notBefore = instant(conditions.attributes.get('NotBefore'), 'conditions-not-before');
  must(notBefore <= expected.now + expected.profile.skewMs, 'conditions-not-yet-valid');
  const until = instant(conditions.attributes.get('NotOnOrAfter'), 'conditions-not-on-or-after');
  must(until > expected.now, 'conditions-expired');
  must(conditions.children.every((one) => one.ns === SAML && ['AudienceRestriction', 'OneTimeUse', 'ProxyRestriction'].includes(one.local)), 'conditions');
  const restrictions = children(conditions, SAML, 'AudienceRestriction');
  must(restrictions.length > 0, 'audience');
  for (const restriction of restrictions) {
    must(children(restriction, SAML, 'Audience').some((one) => plainText(one) === expected.entityId), 'audience');
  }
  return until;
}

function readAuthentication(assertion: XmlElement, profile: SamlProfile, asked: number): { level: 1 | 2 | 3; sessionIndex: string | null } {
  const statement = only(assertion, SAML, 'AuthnStatement', 'authn-statement');
  const context = only(statement, SAML, 'AuthnContext', 'authn-context');
  const reference = plainText(only(context, SAML, 'AuthnContextClassRef', 'authn-context'));
  const level = profile.levels.indexOf(reference) + 1;
  must(level === 1 || level === 2 || level === 3, 'authn-context');
  must(level >= asked, 'level-too-low');
  return { level, sessionIndex: statement.attributes.get('SessionIndex') ?? null };
}

function readAttributes(statement: XmlElement, profile: SamlProfile): Record<string, string> {
  must(statement.children.length > 0, 'attribute-statement');
  const values = new Map<string, string>();
  for (const attribute of statement.children) {
    must(attribute.ns === SAML && attribute.local === 'Attribute', 'attribute-statement');
    const name = attribute.attributes.get('Name') ?? '';
    must(/^[A-Za-z][\w.:/-]{0,80}$/.test(name), 'attribute-name');
    must(!values.has(name), 'attribute-doubled');
    const value = only(attribute, SAML, 'AttributeValue', 'attribute-value');
    must(attribute.children.length === 1 && value.children.length === 0, 'attribute-value');
    must(value.text.trim() !== '', 'attribute-empty');
    values.set(name, value.text.trim());
  }
  must(profile.attributes.every((name) => values.has(name)), 'attribute-missing');
  must(!profile.foreignAttributes.some((name) => values.has(name)), 'identity-kind');
  // What was not asked for is not kept (GDPR art. 5: data minimisation).
  const asked = [...profile.attributes, ...profile.optionalAttributes].filter((name) => values.has(name));
  return Object.fromEntries(asked.map((name) => [name, values.get(name) ?? '']));
}

/** Text of an element that must hold nothing else. */
function plainText(element: XmlElement): string {
  return element.children.length === 0 ? element.text.trim() : '';
}

/** xs:ID, bounded: it becomes a key of the table of what was already seen. */
function isId(value: string): boolean {
  return /^[A-Za-z_][\w.-]{0,255}$/.test(value);
}

/** A UTC instant as the rules want it (2017-03-05T18:03:10.531Z, fraction optional), in epoch milliseconds. */
function instant(value: string | undefined, reason: RefusalReason): number {
  must(value && /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?Z$/.test(value), reason);
  try {
    return Temporal.Instant.from(value).epochMilliseconds;
  } catch {
    throw new Refusal(reason);
  }
}

/** Some providers write whole seconds: the second in which we asked is not "before we asked". */
function wholeSecond(milliseconds: number): number {
  return Math.floor(milliseconds / 1000) * 1000;
}
