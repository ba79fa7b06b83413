import { createPublicKey, verify } from 'node:crypto';
import { lookUp } from '../../common/look-up.js';
import { instant, isId, plainText } from './assertion.js';
import { DS, ENTITY_FORMAT, SAML, SAMLP, SUCCESS, TRANSIENT_FORMAT } from './names.js';
import { must, Refusal, type RefusalReason } from './refusal.js';
import { SIGNATURES, verifiedText } from './signature.js';
import { children, escapeXml, only, parseXml, walk, type XmlElement } from './xml.js';

/** A LogoutRequest or LogoutResponse as it came, decoded. A redirect carries its signature beside the message. */
export interface LogoutMessage {
  readonly xml: string;
  readonly redirect: { readonly signed: string; readonly algorithm: string; readonly signature: string } | null;
}

export interface LogoutExpectation {
  readonly now: number;
  readonly kind: 'LogoutRequest' | 'LogoutResponse';
  readonly logoutUrl: string;
  readonly providers: readonly { readonly entityId: string; readonly certificates: readonly string[] }[];
  readonly skewMs: number;
}

export type LogoutVerdict =
  | {
      kind: 'request';
      id: string;
      issuer: string;
      nameId: string;
      nameQualifier: string;
      /** Empty: every session of that name. */
      sessionIndexes: string[];
      usableUntil: number;
    }
  | { kind: 'response'; id: string; issuer: string; inResponseTo: string; done: boolean }
  | { kind: 'refused'; reason: RefusalReason };

/** A message older than this is not acted upon; longer than any clock is wrong, shorter than what we remember. */
export const LOGOUT_AGE_MS = 300_000;

/**
 * Judges a logout message by single-logout.rst and SAML profiles 4.4. Whoever sends it must have signed it: node-saml
 * takes an unsigned redirect, with which any page could throw people out.
 */
export function judgeLogout(message: LogoutMessage, expected: LogoutExpectation): LogoutVerdict {
  try {
    return judged(message, expected);
  } catch (error) {
    if (error instanceof Refusal) return { kind: 'refused', reason: error.reason };
    throw error;
  }
}

function judged(message: LogoutMessage, expected: LogoutExpectation): LogoutVerdict {
  const raw = parseXml(message.xml);
  must(raw.ns === SAMLP && raw.local === expected.kind, 'not-a-logout');
  const claimed = plainText(only(raw, SAML, 'Issuer', 'logout-issuer'));
  const provider = expected.providers.find((one) => one.entityId === claimed);
  must(provider, 'logout-issuer');
  const root = message.redirect
    ? byQuery(raw, message.redirect, provider.certificates)
    : byElement(message.xml, raw, provider.certificates);
  checkHead(root, expected);
  const issuer = only(root, SAML, 'Issuer', 'logout-issuer');
  must(plainText(issuer) === claimed, 'logout-issuer');
  const format = issuer.attributes.get('Format');
  must(format === undefined || format === ENTITY_FORMAT, 'logout-issuer');
  return expected.kind === 'LogoutRequest' ? readRequest(root, claimed, expected) : readResponse(root, claimed);
}

/** HTTP-POST: the signature is inside, and only what it covers is read. */
function byElement(xml: string, raw: XmlElement, certificates: readonly string[]): XmlElement {
  must(
    [...walk(raw)].every((one) => one.local !== 'Signature' || one.parent === raw),
    'signature-position',
  );
  must(children(raw, DS, 'Signature').length > 0, 'logout-unsigned');
  const root = parseXml(verifiedText(xml, raw, certificates));
  must(root.ns === SAMLP && root.local === raw.local, 'logout-structure');
  return root;
}

/** HTTP-Redirect (SAML bindings 3.4.4.1): the signature covers the query as it was sent, octet for octet. */
function byQuery(
  raw: XmlElement,
  { signed, algorithm, signature }: NonNullable<LogoutMessage['redirect']>,
  certificates: readonly string[],
): XmlElement {
  must(signature !== '', 'logout-unsigned');
  must(children(raw, DS, 'Signature').length === 0, 'signature-position');
  const hash = lookUp(SIGNATURES, algorithm);
  must(hash, 'signature-algorithm');
  must(/^[A-Za-z0-9+/]+={0,2}$/.test(signature), 'signature-structure');
  const bytes = Buffer.from(signature, 'base64');
  const good = certificates.some((pem) => {
    const key = createPublicKey(pem);
    return key.asymmetricKeyType === 'rsa' && verify(hash, Buffer.from(signed), key, bytes);
  });
  must(good, 'signature-invalid');
  return raw;
}

function checkHead(root: XmlElement, { now, logoutUrl, skewMs }: LogoutExpectation): void {
  const attribute = (name: string) => root.attributes.get(name) ?? '';
  must(isId(attribute('ID')), 'logout-id');
  must(attribute('Version') === '2.0', 'logout-version');
  const issuedAt = instant(attribute('IssueInstant'), 'logout-issue-instant');
  must(issuedAt >= now - LOGOUT_AGE_MS, 'logout-too-old');
  must(issuedAt <= now + skewMs, 'logout-in-future');
  must(attribute('Destination') === logoutUrl, 'destination');
  const places = ['Issuer', 'Signature', 'Extensions', 'NameID', 'SessionIndex', 'Status'];
  must(
    root.children.every((one) => places.includes(one.local)),
    'logout-structure',
  );
}

function readRequest(root: XmlElement, issuer: string, { now, skewMs }: LogoutExpectation): LogoutVerdict {
  const until = root.attributes.get('NotOnOrAfter');
  must(until === undefined || instant(until, 'logout-expired') > now, 'logout-expired');
  const name = only(root, SAML, 'NameID', 'name-id');
  const nameId = plainText(name);
  must(nameId !== '', 'name-id');
  must(name.attributes.get('Format') === TRANSIENT_FORMAT, 'name-id-format');
  const nameQualifier = name.attributes.get('NameQualifier')?.trim() ?? '';
  must(nameQualifier !== '', 'name-id-qualifier');
  const sessionIndexes = children(root, SAMLP, 'SessionIndex').map(plainText);
  must(
    sessionIndexes.every((index) => index !== ''),
    'logout-structure',
  );
  // Remembered until it is too old to be taken again.
  const usableUntil = now + LOGOUT_AGE_MS + skewMs;
  return {
    kind: 'request',
    id: root.attributes.get('ID') ?? '',
    issuer,
    nameId,
    nameQualifier,
    sessionIndexes,
    usableUntil,
  };
}

function readResponse(root: XmlElement, issuer: string): LogoutVerdict {
  const inResponseTo = root.attributes.get('InResponseTo') ?? '';
  must(inResponseTo !== '', 'logout-in-response-to');
  const code = only(only(root, SAMLP, 'Status', 'status'), SAMLP, 'StatusCode', 'status').attributes.get('Value') ?? '';
  must(code !== '', 'status');
  return { kind: 'response', id: root.attributes.get('ID') ?? '', issuer, inResponseTo, done: code === SUCCESS };
}

export interface LogoutHead {
  readonly id: string;
  readonly issuedAt: Temporal.Instant;
  readonly destination: string;
  /** Entity id of whoever sends it. */
  readonly issuer: string;
}

/** single-logout.rst: Issuer with Format and NameQualifier, the transient name; SessionIndex exists for level 1 only. */
export function logoutRequestXml(
  head: LogoutHead,
  name: { nameId: string; nameQualifier: string; sessionIndex: string | null },
): string {
  const index = name.sessionIndex ? `<samlp:SessionIndex>${escapeXml(name.sessionIndex)}</samlp:SessionIndex>` : '';
  return (
    `${headXml('LogoutRequest', head, '')}` +
    `<saml:NameID Format="${TRANSIENT_FORMAT}" NameQualifier="${escapeXml(name.nameQualifier)}">${escapeXml(name.nameId)}</saml:NameID>` +
    `${index}</samlp:LogoutRequest>`
  );
}

export function logoutResponseXml(head: LogoutHead, inResponseTo: string): string {
  return (
    `${headXml('LogoutResponse', head, ` InResponseTo="${escapeXml(inResponseTo)}"`)}` +
    `<samlp:Status><samlp:StatusCode Value="${SUCCESS}"/></samlp:Status></samlp:LogoutResponse>`
  );
}

function headXml(element: string, { id, issuedAt, destination, issuer }: LogoutHead, more: string): string {
  const by = escapeXml(issuer);
  return (
    `<samlp:${element} xmlns:samlp="${SAMLP}" xmlns:saml="${SAML}" ID="${id}" Version="2.0"` +
    ` IssueInstant="${issuedAt.toString({ fractionalSecondDigits: 3 })}" Destination="${escapeXml(destination)}"${more}>` +
    `<saml:Issuer Format="${ENTITY_FORMAT}" NameQualifier="${by}">${by}</saml:Issuer>`
  );
}
