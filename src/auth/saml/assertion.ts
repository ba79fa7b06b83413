import { BEARER, ENTITY_FORMAT, SAML, TRANSIENT_FORMAT } from './names.js';
import { forcesAuthentication, type AttributeSet } from './profile.js';
import { Refusal, must, type RefusalReason } from './refusal.js';
import type { Expectation, PendingRequest } from './response.js';
import { children, only, type XmlElement } from './xml.js';

/** What a verified assertion says; every value was read from the bytes that were signed. */
export interface VerifiedAssertion {
  readonly issuer: string;
  readonly level: 1 | 2 | 3;
  readonly nameId: string;
  readonly nameQualifier: string;
  readonly sessionIndex: string | null;
  readonly attributes: Readonly<Record<string, string>>;
}

/** Reads an assertion by every rule; `assertion` must have been parsed from the bytes that were signed. */
export function readAssertion(
  assertion: XmlElement,
  expected: Expectation,
  request: PendingRequest,
): { usableUntil: number; verified: VerifiedAssertion } {
  checkAssertionHead(assertion, expected, request);
  const subject = only(assertion, SAML, 'Subject', 'subject');
  const name = readNameId(subject);
  const subjectUntil = checkConfirmation(subject, expected, request);
  const conditionsUntil = checkConditions(only(assertion, SAML, 'Conditions', 'conditions'), expected);
  const { level, sessionIndex } = readAuthentication(assertion, expected, request);
  const attributes = readAttributes(
    only(assertion, SAML, 'AttributeStatement', 'attribute-statement'),
    request.asked ?? expected.profile,
  );
  return {
    usableUntil: Math.max(subjectUntil, conditionsUntil),
    verified: { issuer: request.provider, level, sessionIndex, ...name, attributes },
  };
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
  const absent = expected.profile.assertionIssuerFormat === 'entity-or-absent' && !issuer.attributes.has('Format');
  must(absent || issuer.attributes.get('Format') === ENTITY_FORMAT, 'assertion-issuer-format');
  // No Advice (single-sign-on.rst: not to be used), nothing unknown.
  const places = ['Issuer', 'Subject', 'Conditions', 'AuthnStatement', 'AttributeStatement'];
  must(
    assertion.children.every((one) => one.ns === SAML && places.includes(one.local)),
    'assertion-structure',
  );
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
  // A bearer's confirmation has none (SAML 2.0 profiles, 4.1.4.2).
  must(!data.attributes.has('NotBefore'), 'subject-not-before');
  const until = instant(data.attributes.get('NotOnOrAfter'), 'subject-not-on-or-after');
  must(until > expected.now, 'subject-expired');
  return until;
}

function checkConditions(conditions: XmlElement, expected: Expectation): number {
  const notBefore = instant(conditions.attributes.get('NotBefore'), 'conditions-not-before');
  must(notBefore <= expected.now + expected.profile.skewMs, 'conditions-not-yet-valid');
  const until = instant(conditions.attributes.get('NotOnOrAfter'), 'conditions-not-on-or-after');
  must(until > expected.now, 'conditions-expired');
  must(
    conditions.children.every(
      (one) => one.ns === SAML && ['AudienceRestriction', 'OneTimeUse', 'ProxyRestriction'].includes(one.local),
    ),
    'conditions',
  );
  const restrictions = children(conditions, SAML, 'AudienceRestriction');
  must(restrictions.length > 0, 'audience');
  for (const restriction of restrictions) {
    must(
      children(restriction, SAML, 'Audience').some((one) => plainText(one) === expected.entityId),
      'audience',
    );
  }
  return until;
}

function readAuthentication(
  assertion: XmlElement,
  expected: Expectation,
  request: PendingRequest,
): { level: 1 | 2 | 3; sessionIndex: string | null } {
  const statement = only(assertion, SAML, 'AuthnStatement', 'authn-statement');
  checkFreshness(statement, expected, request);
  const sessionUntil = statement.attributes.get('SessionNotOnOrAfter');
  if (sessionUntil !== undefined)
    must(instant(sessionUntil, 'session-not-on-or-after') > expected.now, 'session-expired');
  const context = only(statement, SAML, 'AuthnContext', 'authn-context');
  const reference = plainText(only(context, SAML, 'AuthnContextClassRef', 'authn-context'));
  const level = expected.profile.levels.indexOf(reference) + 1;
  must(level === 1 || level === 2 || level === 3, 'authn-context');
  must(level >= request.level, 'level-too-low');
  return { level, sessionIndex: statement.attributes.get('SessionIndex') ?? null };
}

/** Who asked for a new authentication must not be given an old one (SAML core 3.4.1, ForceAuthn; ASVS 5.0, V6.8.4). */
function checkFreshness(statement: XmlElement, { now, profile }: Expectation, request: PendingRequest): void {
  const recognisedAt = instant(statement.attributes.get('AuthnInstant'), 'authn-instant');
  must(recognisedAt <= now + profile.skewMs, 'authn-in-future');
  if (!forcesAuthentication(profile, request.level)) return;
  must(recognisedAt >= wholeSecond(request.issuedAt) - profile.skewMs, 'authn-before-request');
}

function readAttributes(statement: XmlElement, asked: AttributeSet): Record<string, string> {
  must(statement.children.length > 0, 'attribute-statement');
  const values = new Map<string, string>();
  for (const attribute of statement.children) {
    must(attribute.ns === SAML && attribute.local === 'Attribute', 'attribute-statement');
    const name = attribute.attributes.get('Name') ?? '';
    must(/^[A-Za-z][\w.:/-]{0,80}$/.test(name), 'attribute-name');
    const value = valueOf(attribute, asked.attributes.includes(name));
    if (value === null) continue;
    must(!values.has(name), 'attribute-doubled');
    values.set(name, value);
  }
  must(
    asked.attributes.every((name) => values.has(name)),
    'attribute-missing',
  );
  must(!asked.foreignAttributes.some((name) => values.has(name)), 'identity-kind');
  // What was not asked for is not kept (GDPR art. 5: data minimisation).
  const kept = [...asked.attributes, ...asked.optionalAttributes].filter((name) => values.has(name));
  return Object.fromEntries(kept.map((name) => [name, values.get(name) ?? '']));
}

/** The one value of an attribute. @returns null when it is empty and not required: providers send such for what they do not know */
function valueOf(attribute: XmlElement, required: boolean): string | null {
  must(
    attribute.children.every((one) => one.ns === SAML && one.local === 'AttributeValue' && one.children.length === 0),
    'attribute-value',
  );
  if (required) {
    must(attribute.children.length === 1, 'attribute-value');
    must(!isEmpty(attribute.children[0]!), 'attribute-empty');
  }
  const [value, ...more] = attribute.children.filter((one) => !isEmpty(one));
  must(more.length === 0, 'attribute-value');
  return value?.text.trim() ?? null;
}

/** Nothing that could be read: no text, blank or invisible signs alone, or said to be nothing (xsi:nil, XML Schema 1 2.6.2). */
function isEmpty(value: XmlElement): boolean {
  const nil = [...value.attributes].some(([name, said]) => /^[^:]+:nil$/.test(name) && /^\s*(?:true|1)\s*$/.test(said));
  return nil || !/[^\s\p{Default_Ignorable_Code_Point}]/u.test(value.text);
}

/** Text of an element that must hold nothing else. */
export function plainText(element: XmlElement): string {
  return element.children.length === 0 ? element.text.trim() : '';
}

/** xs:ID, bounded: it becomes a key of the table of what was already seen. */
export function isId(value: string): boolean {
  return /^[A-Za-z_][\w.-]{0,255}$/.test(value);
}

/** A UTC instant as the rules want it (2017-03-05T18:03:10.531Z, fraction optional), in epoch milliseconds. */
export function instant(value: string | undefined, reason: RefusalReason): number {
  must(value && /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?Z$/.test(value), reason);
  try {
    return Temporal.Instant.from(value).epochMilliseconds;
  } catch {
    throw new Refusal(reason);
  }
}

/** Some providers write whole seconds: the second in which we asked is not "before we asked". */
export function wholeSecond(milliseconds: number): number {
  return Math.floor(milliseconds / 1000) * 1000;
}
