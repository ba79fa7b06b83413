import { createPublicKey, verify, X509Certificate } from 'node:crypto';
import { inflateRawSync } from 'node:zlib';
import {
  children,
  names,
  only,
  parseXml,
  verifiedText,
  walk,
  type FederationName,
  type XmlElement,
} from '../../auth/index.js';

const { DS, ENTITY_FORMAT, HTTP_POST, MD, SAML, SAMLP, SPID_EXTENSIONS, TRANSIENT_FORMAT } = names;
const RSA_SHA256 = 'http://www.w3.org/2001/04/xmldsig-more#rsa-sha256';
const MAX_AGE_MS = 180_000;

/** What the metadata of the service say, as a provider needs it. */
export interface ServiceFacts {
  readonly entityId: string;
  readonly certificates: readonly string[];
  readonly consumers: ReadonlyMap<string, string>;
  /** Single logout address for each binding. */
  readonly logout: ReadonlyMap<string, string>;
  readonly attributes: ReadonlyMap<string, readonly string[]>;
}

/** Which of the three doubles is asked; each has rules of its own. */
export interface Asked {
  readonly federation: FederationName;
  readonly ssoUrl: string;
  readonly now: number;
}

/** A checked AuthnRequest. */
export interface CheckedRequest {
  readonly id: string;
  readonly entityId: string;
  readonly consumerUrl: string;
  readonly level: 1 | 2 | 3;
  readonly attributes: readonly string[];
  readonly purpose: string | null;
  readonly relayState: string;
}

export type RequestReading = { ok: true; request: CheckedRequest } | { ok: false; why: string };

export function readService(metadata: string): ServiceFacts {
  const root = parseXml(metadata);
  const descriptor = only(root, MD, 'SPSSODescriptor', 'not-well-formed');
  const keys = [...walk(descriptor)].filter((one) => one.ns === DS && one.local === 'X509Certificate');
  const services = children(descriptor, MD, 'AttributeConsumingService');
  const requested = (service: XmlElement) =>
    children(service, MD, 'RequestedAttribute').map((one) => one.attributes.get('Name') ?? '');
  const certificates = keys.map((one) =>
    new X509Certificate(Buffer.from(one.text.replace(/\s+/g, ''), 'base64')).toString(),
  );
  const consumers = children(descriptor, MD, 'AssertionConsumerService').map(
    (one) => [one.attributes.get('index') ?? '', one.attributes.get('Location') ?? ''] as const,
  );
  return {
    entityId: root.attributes.get('entityID') ?? '',
    certificates,
    consumers: new Map(consumers),
    logout: new Map(
      children(descriptor, MD, 'SingleLogoutService').map((one) => [
        one.attributes.get('Binding') ?? '',
        one.attributes.get('Location') ?? '',
      ]),
    ),
    attributes: new Map(services.map((service) => [service.attributes.get('index') ?? '', requested(service)])),
  };
}

/** A request by HTTP-Redirect; the signature covers the query as it was sent, so the raw text is needed. */
export function readRedirect(rawQuery: string, service: ServiceFacts, asked: Asked): RequestReading {
  const read = redirected(rawQuery, 'SAMLRequest', service);
  return read.ok ? check(read.root, service, asked, read.relayState) : read;
}

export type MessageReading = { ok: true; root: XmlElement; relayState: string } | { ok: false; why: string };

/** Any message by HTTP-Redirect, its signature verified. */
export function redirected(rawQuery: string, field: string, service: ServiceFacts): MessageReading {
  const raw = new Map(
    rawQuery.split('&').map((pair) => [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)]),
  );
  const value = (name: string) => decodeURIComponent((raw.get(name) ?? '').replace(/\+/g, '%20'));
  if (value('SigAlg') !== RSA_SHA256) return no('la richiesta non è firmata con RSA-SHA256');
  const signed = [field, 'RelayState', 'SigAlg']
    .filter((name) => raw.has(name))
    .map((name) => `${name}=${raw.get(name)}`)
    .join('&');
  const signature = Buffer.from(value('Signature'), 'base64');
  const good = service.certificates.some((pem) =>
    verify('sha256', Buffer.from(signed), createPublicKey(pem), signature),
  );
  if (!good) return no('la firma della richiesta non è valida');
  const xml = inflateRawSync(Buffer.from(value(field), 'base64'), { maxOutputLength: 65_536 }).toString('utf8');
  return { ok: true, root: parseXml(xml), relayState: value('RelayState') };
}

/** A request by HTTP-POST; the signature is inside. */
export function readPost(message: string, relayState: string, service: ServiceFacts, asked: Asked): RequestReading {
  const xml = Buffer.from(message, 'base64').toString('utf8');
  return check(parseXml(verifiedText(xml, parseXml(xml), service.certificates)), service, asked, relayState);
}

/** The rules of single-sign-on.rst for a request, checked as strictly as a real provider would. */
function check(root: XmlElement, service: ServiceFacts, asked: Asked, relayState: string): RequestReading {
  const { federation, ssoUrl, now } = asked;
  const attribute = (name: string) => root.attributes.get(name) ?? '';
  const issuer = children(root, SAML, 'Issuer')[0];
  const policy = children(root, SAMLP, 'NameIDPolicy')[0];
  const level = levelOf(root);
  const issuedAt = Date.parse(attribute('IssueInstant'));
  const rules: [boolean, string][] = [
    [root.ns === SAMLP && root.local === 'AuthnRequest', 'non è una AuthnRequest'],
    [/^[A-Za-z_][\w.-]+$/.test(attribute('ID')), 'ID mancante o non valido'],
    [attribute('Version') === '2.0', 'Version diversa da 2.0'],
    [Math.abs(now - issuedAt) <= MAX_AGE_MS, 'IssueInstant mancante o fuori tempo'],
    [attribute('Destination') === ssoUrl, 'Destination diversa dal nostro indirizzo'],
    [!root.attributes.has('IsPassive'), 'IsPassive non è ammesso'],
    [issuer?.text === service.entityId, 'Issuer sconosciuto'],
    [
      issuer?.attributes.get('Format') === ENTITY_FORMAT && !!issuer.attributes.get('NameQualifier'),
      'Issuer senza Format o NameQualifier',
    ],
    [
      policy?.attributes.get('Format') === TRANSIENT_FORMAT && !policy.attributes.has('AllowCreate'),
      'NameIDPolicy non valida',
    ],
    [level !== null, 'AuthnContextClassRef non valida'],
    [(level === 1 && federation !== 'cie') || attribute('ForceAuthn') === 'true', 'ForceAuthn mancante'],
    [
      federation !== 'eidas' || ['99', '100'].includes(attribute('AttributeConsumingServiceIndex')),
      'AttributeConsumingServiceIndex diverso da 99 e 100',
    ],
    [consumerOf(root, service) !== null, 'AssertionConsumerService sconosciuto'],
  ];
  const broken = rules.find(([holds]) => !holds);
  if (broken) return no(broken[1]);
  const purpose = [...walk(root)].find((one) => one.ns === SPID_EXTENSIONS && one.local === 'Purpose')?.text ?? null;
  const attributes = service.attributes.get(attribute('AttributeConsumingServiceIndex')) ?? [];
  const consumerUrl = consumerOf(root, service) ?? '';
  return {
    ok: true,
    request: {
      id: attribute('ID'),
      entityId: service.entityId,
      consumerUrl,
      level: level ?? 1,
      attributes,
      purpose,
      relayState,
    },
  };
}

function levelOf(root: XmlElement): 1 | 2 | 3 | null {
  const context = children(root, SAMLP, 'RequestedAuthnContext')[0];
  const references = context ? children(context, SAML, 'AuthnContextClassRef') : [];
  const level = Number(/^https:\/\/www\.spid\.gov\.it\/SpidL([123])$/.exec(references[0]?.text.trim() ?? '')?.[1]);
  return references.length === 1 && context?.attributes.has('Comparison') && (level === 1 || level === 2 || level === 3)
    ? level
    : null;
}

function consumerOf(root: XmlElement, service: ServiceFacts): string | null {
  const index = root.attributes.get('AssertionConsumerServiceIndex');
  if (index !== undefined) return service.consumers.get(index) ?? null;
  const url = root.attributes.get('AssertionConsumerServiceURL') ?? '';
  return root.attributes.get('ProtocolBinding') === HTTP_POST && [...service.consumers.values()].includes(url)
    ? url
    : null;
}

function no(why: string): { ok: false; why: string } {
  return { ok: false, why };
}
