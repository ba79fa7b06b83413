import { createHmac } from 'node:crypto';
import { SignedXml } from 'xml-crypto';
import type { TestKeys } from './keys.ts';

/**
 * Builds responses of an identity provider, good and bad, by plain text and its own signing: it imports nothing from
 * src/, so a mistake in the portal cannot hide in its own tests.
 */
export interface Options {
  keys: TestKeys;
  now: string;
  requestId: string;
  issuer: string;
  acs: string;
  audience: string;
  level: 1 | 2 | 3;
  responseId?: string;
  assertionId?: string;
  attributes?: Record<string, string>;
  /** CIE writes no Format on the Issuer of its Response. */
  plainResponseIssuer?: boolean;
  signResponse?: boolean;
  signAssertion?: boolean;
  /** Text changes of the assertion before it is signed: [what, with what]; each must be found. */
  edit?: [string | RegExp, string][];
  /** Text changes after everything was signed. */
  tamper?: [string | RegExp, string][];
  signing?: Partial<Signing>;
}

export interface Signing {
  algorithm: string;
  digest: string;
  canonicalization: string;
  transforms: string[];
  publish: string | null;
}

export const RSA_SHA256 = 'http://www.w3.org/2001/04/xmldsig-more#rsa-sha256';
export const RSA_SHA512 = 'http://www.w3.org/2001/04/xmldsig-more#rsa-sha512';
export const RSA_SHA1 = 'http://www.w3.org/2000/09/xmldsig#rsa-sha1';
export const SHA256 = 'http://www.w3.org/2001/04/xmlenc#sha256';
export const SHA512 = 'http://www.w3.org/2001/04/xmlenc#sha512';
export const SHA1 = 'http://www.w3.org/2000/09/xmldsig#sha1';
export const EXCLUSIVE = 'http://www.w3.org/2001/10/xml-exc-c14n#';
export const INCLUSIVE = 'http://www.w3.org/TR/2001/REC-xml-c14n-20010315';
export const ENVELOPED = 'http://www.w3.org/2000/09/xmldsig#enveloped-signature';
const ENTITY = 'urn:oasis:names:tc:SAML:2.0:nameid-format:entity';

export const MARIA: Record<string, string> = {
  spidCode: 'TEST0000000001',
  name: 'Maria',
  familyName: 'Rossi',
  placeOfBirth: 'H501',
  dateOfBirth: '1980-05-15',
  gender: 'F',
  fiscalNumber: 'TINIT-RSSMRA80E55H501U',
  mobilePhone: '+393331234567',
  email: 'maria.rossi@posta.example',
};

/** The text of a Response, signed as the options say. */
export function response(options: Options): string {
  let assertion = edited(assertionXml(options), options.edit);
  if (options.signAssertion !== false) assertion = signed(assertion, options.keys, options.signing);
  let xml = responseXml(options, assertion);
  if (options.signResponse) xml = signed(xml, options.keys, options.signing);
  return edited(xml, options.tamper);
}

/** As it travels: base64 in a form field. */
export function packed(xml: string): string {
  return Buffer.from(xml).toString('base64');
}

/** A Response that says no, unsigned as providers send it. */
export function declined(options: Options, message: string, code = 'Responder'): string {
  const status =
    `<samlp:Status><samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:${code}">` +
    `<samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:AuthnFailed"/></samlp:StatusCode>` +
    `<samlp:StatusMessage>${message}</samlp:StatusMessage></samlp:Status>`;
  return responseXml(options, '').replace(/<samlp:Status>.*<\/samlp:Status>/, status);
}

export function responseXml(o: Options, assertion: string): string {
  return (
    `<samlp:Response xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion"` +
    ` ID="${o.responseId ?? '_response1'}" Version="2.0" IssueInstant="${o.now}" Destination="${o.acs}" InResponseTo="${o.requestId}">` +
    `<saml:Issuer${o.plainResponseIssuer ? '' : ` Format="${ENTITY}"`}>${o.issuer}</saml:Issuer>` +
    `<samlp:Status><samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:Success"/></samlp:Status>${assertion}</samlp:Response>`
  );
}

export function assertionXml(o: Options): string {
  const later = o.now.replace(
    /T(\d\d):(\d\d)/,
    (_all, hour: string, minute: string) => `T${hour}:${String(Number(minute) + 5).padStart(2, '0')}`,
  );
  return (
    `<saml:Assertion xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion" xmlns:xs="http://www.w3.org/2001/XMLSchema" ` +
    `xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" ID="${o.assertionId ?? '_assertion1'}" Version="2.0" IssueInstant="${o.now}">` +
    `<saml:Issuer Format="${ENTITY}">${o.issuer}</saml:Issuer>` +
    `<saml:Subject><saml:NameID Format="urn:oasis:names:tc:SAML:2.0:nameid-format:transient" NameQualifier="${o.issuer}">_transient-name</saml:NameID>` +
    `<saml:SubjectConfirmation Method="urn:oasis:names:tc:SAML:2.0:cm:bearer">` +
    `<saml:SubjectConfirmationData Recipient="${o.acs}" InResponseTo="${o.requestId}" NotOnOrAfter="${later}"/></saml:SubjectConfirmation></saml:Subject>` +
    `<saml:Conditions NotBefore="${o.now}" NotOnOrAfter="${later}"><saml:AudienceRestriction><saml:Audience>${o.audience}</saml:Audience></saml:AudienceRestriction></saml:Conditions>` +
    `<saml:AuthnStatement AuthnInstant="${o.now}"><saml:AuthnContext><saml:AuthnContextClassRef>https://www.spid.gov.it/SpidL${o.level}</saml:AuthnContextClassRef></saml:AuthnContext></saml:AuthnStatement>` +
    `<saml:AttributeStatement>${attributesXml(o.attributes ?? MARIA)}</saml:AttributeStatement></saml:Assertion>`
  );
}

export function attributesXml(attributes: Record<string, string>): string {
  return Object.entries(attributes)
    .map(
      ([name, value]) =>
        `<saml:Attribute Name="${name}" NameFormat="urn:oasis:names:tc:SAML:2.0:attrname-format:basic"><saml:AttributeValue xsi:type="xs:string">${value}</saml:AttributeValue></saml:Attribute>`,
    )
    .join('');
}

/** Signs the root element, with algorithms as bad as the test wants. */
export function signed(xml: string, keys: TestKeys, wish: Partial<Signing> = {}): string {
  const signer = new SignedXml({
    privateKey: keys.key,
    publicCert: wish.publish === undefined ? keys.certificate : (wish.publish ?? undefined),
    signatureAlgorithm: wish.algorithm ?? RSA_SHA256,
    canonicalizationAlgorithm: wish.canonicalization ?? EXCLUSIVE,
    idAttribute: 'ID',
  });
  if (wish.publish === null) signer.getKeyInfoContent = () => null;
  signer.addReference({
    xpath: '/*',
    transforms: wish.transforms ?? [ENVELOPED, EXCLUSIVE],
    digestAlgorithm: wish.digest ?? SHA256,
  });
  signer.computeSignature(xml, {
    prefix: 'ds',
    location: { reference: "/*/*[local-name(.)='Issuer']", action: 'after' },
  });
  return signer.getSignedXml();
}

/** Replaces the signature by an HMAC keyed with the provider's public certificate (key confusion). */
export function withHmac(xml: string, certificate: string): string {
  const hmac = 'http://www.w3.org/2000/09/xmldsig#hmac-sha1';
  const info = /<ds:SignedInfo>.*?<\/ds:SignedInfo>/s.exec(xml)?.[0].replace(RSA_SHA256, hmac) ?? '';
  const canonical = info.replace('<ds:SignedInfo>', '<ds:SignedInfo xmlns:ds="http://www.w3.org/2000/09/xmldsig#">');
  const value = createHmac('sha1', certificate).update(canonical).digest('base64');
  return xml
    .replace(/<ds:SignedInfo>.*?<\/ds:SignedInfo>/s, info)
    .replace(/<ds:SignatureValue>.*?<\/ds:SignatureValue>/s, `<ds:SignatureValue>${value}</ds:SignatureValue>`);
}

/** A change that finds nothing would turn a bad response into a good one, and prove nothing: it stops the test. */
function edited(xml: string, changes: [string | RegExp, string][] = []): string {
  return changes.reduce((text, [what, replacement]) => {
    const changed = text.replace(what, replacement);
    if (changed === text) throw new Error(`nothing to change: ${String(what)}`);
    return changed;
  }, xml);
}
