import { randomUUID } from 'node:crypto';
import { escapeXml, names, signRoot, type FederationName, type SigningKeys } from '../../auth/index.js';
import { COMPANY, type DemonstrationPerson, type EuropeanPerson } from '../people.js';
import type { CheckedRequest } from './requests.js';

const { BEARER, DS, ENTITY_FORMAT, HTTP_POST, HTTP_REDIRECT, MD, SAML, SAMLP, SUCCESS, TRANSIENT_FORMAT } = names;

/** Whom a provider can speak for. */
export type Somebody = DemonstrationPerson | EuropeanPerson;

export interface Answering {
  readonly federation: FederationName;
  readonly entityId: string;
  readonly keys: SigningKeys;
  readonly now: Temporal.Instant;
}

/** A signed Response that says who the person is: the assertion is signed, and the Response around it too. */
export function identityResponse(
  request: CheckedRequest,
  person: Somebody,
  level: number,
  by: Answering,
  nameId = `_${randomUUID()}`,
): string {
  const assertion = signRoot(assertionXml(request, person, level, by, nameId), by.keys, 'Issuer');
  const status = `<samlp:Status><samlp:StatusCode Value="${SUCCESS}"/></samlp:Status>`;
  return signRoot(responseXml(request, status + assertion, by), by.keys, 'Issuer');
}

/** An unsigned Response with an error code, as real providers send it (messaggi-errore.rst). */
export function errorResponse(request: CheckedRequest, code: number, by: Answering): string {
  const status =
    `<samlp:Status><samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:Responder">` +
    `<samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:AuthnFailed"/></samlp:StatusCode>` +
    `<samlp:StatusMessage>ErrorCode nr${String(code).padStart(2, '0')}</samlp:StatusMessage></samlp:Status>`;
  return responseXml(request, status, by);
}

/** The provider's own signed metadata. */
export function providerMetadata({ federation, entityId, keys }: Omit<Answering, 'now'>, origin: string): string {
  const certificate = keys.certificate.replace(/-----[A-Z ]+-----|\s+/g, '');
  const end = (element: string, binding: string, path: string) =>
    `<md:${element} Binding="${binding}" Location="${origin}${path}"/>`;
  const xml =
    `<md:EntityDescriptor xmlns:md="${MD}" xmlns:ds="${DS}" entityID="${escapeXml(entityId)}" ID="_provider">` +
    `<md:IDPSSODescriptor protocolSupportEnumeration="${SAMLP}" WantAuthnRequestsSigned="true">` +
    `<md:KeyDescriptor use="signing"><ds:KeyInfo><ds:X509Data><ds:X509Certificate>${certificate}</ds:X509Certificate></ds:X509Data></ds:KeyInfo></md:KeyDescriptor>` +
    // CIE knows no single logout.
    (federation === 'cie' ? '' : end('SingleLogoutService', HTTP_REDIRECT, `/${federation}/uscita`)) +
    `<md:NameIDFormat>${TRANSIENT_FORMAT}</md:NameIDFormat>` +
    end('SingleSignOnService', HTTP_REDIRECT, `/${federation}/sso`) +
    end('SingleSignOnService', HTTP_POST, `/${federation}/sso`) +
    `</md:IDPSSODescriptor><md:Organization>${inItalian('OrganizationName', 'Gestore di identità di prova')}` +
    `${inItalian('OrganizationDisplayName', NAMES[federation])}${inItalian('OrganizationURL', escapeXml(origin))}</md:Organization></md:EntityDescriptor>`;
  return signRoot(xml, keys, null);
}

const NAMES = { spid: 'Identità di prova', cie: 'CIE di prova', eidas: 'Nodo europeo di prova' } as const;

function responseXml(request: CheckedRequest, content: string, by: Answering): string {
  return (
    `<samlp:Response xmlns:samlp="${SAMLP}" xmlns:saml="${SAML}" ID="_${randomUUID()}" Version="2.0" IssueInstant="${instant(by.now)}"` +
    ` Destination="${escapeXml(request.consumerUrl)}" InResponseTo="${request.id}">` +
    // CIE writes no Format on the Issuer of a Response.
    `<saml:Issuer${by.federation === 'cie' ? '' : ` Format="${ENTITY_FORMAT}"`}>${escapeXml(by.entityId)}</saml:Issuer>${content}</samlp:Response>`
  );
}

function assertionXml(request: CheckedRequest, person: Somebody, level: number, by: Answering, nameId: string): string {
  const until = instant(by.now.add({ minutes: 5 }));
  const issuer = escapeXml(by.entityId);
  // single-sign-on.rst: a SessionIndex only for level 1.
  const session = level === 1 ? ` SessionIndex="_${randomUUID()}"` : '';
  return (
    `<saml:Assertion xmlns:saml="${SAML}" xmlns:xs="http://www.w3.org/2001/XMLSchema" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"` +
    ` ID="_${randomUUID()}" Version="2.0" IssueInstant="${instant(by.now)}">` +
    `<saml:Issuer Format="${ENTITY_FORMAT}">${issuer}</saml:Issuer>` +
    `<saml:Subject><saml:NameID Format="${TRANSIENT_FORMAT}" NameQualifier="${issuer}">${nameId}</saml:NameID>` +
    `<saml:SubjectConfirmation Method="${BEARER}"><saml:SubjectConfirmationData Recipient="${escapeXml(request.consumerUrl)}" InResponseTo="${request.id}" NotOnOrAfter="${until}"/></saml:SubjectConfirmation></saml:Subject>` +
    `<saml:Conditions NotBefore="${instant(by.now)}" NotOnOrAfter="${until}"><saml:AudienceRestriction><saml:Audience>${escapeXml(request.entityId)}</saml:Audience></saml:AudienceRestriction></saml:Conditions>` +
    `<saml:AuthnStatement AuthnInstant="${instant(by.now)}"${session}><saml:AuthnContext><saml:AuthnContextClassRef>https://www.spid.gov.it/SpidL${level}</saml:AuthnContextClassRef></saml:AuthnContext></saml:AuthnStatement>` +
    `<saml:AttributeStatement>${attributes(request, person)}</saml:AttributeStatement></saml:Assertion>`
  );
}

function attributes(request: CheckedRequest, person: Somebody): string {
  const known =
    'country' in person ? europeanAttributes(person) : { ...attributesOf(person), ...companyAttributes(person) };
  return request.attributes
    .filter((name) => known[name])
    .map(
      (name) =>
        `<saml:Attribute Name="${name}"><saml:AttributeValue xsi:type="xs:string">${escapeXml(known[name] ?? '')}</saml:AttributeValue></saml:Attribute>`,
    )
    .join('');
}

/** Handed out only where the metadata of the service ask for them. */
function companyAttributes({ professional }: DemonstrationPerson): Record<string, string> {
  if (!professional) return {};
  const { name, fiscalNumber, registeredOffice } = COMPANY;
  return {
    companyName: name,
    companyFiscalNumber: `TINIT-${fiscalNumber}`,
    ivaCode: `VATIT-${fiscalNumber}`,
    registeredOffice,
  };
}

function europeanAttributes({
  spidCode,
  name,
  familyName,
  dateOfBirth,
  placeOfBirth,
  address,
  gender,
}: EuropeanPerson): Record<string, string> {
  return { spidCode, name, familyName, dateOfBirth, placeOfBirth, address, gender };
}

function attributesOf(person: DemonstrationPerson): Record<string, string> {
  const { address } = person;
  return {
    spidCode: person.spidCode,
    name: person.name,
    familyName: person.familyName,
    placeOfBirth: person.placeOfBirth,
    countyOfBirth: person.countyOfBirth,
    dateOfBirth: person.dateOfBirth,
    gender: person.gender,
    fiscalNumber: `TINIT-${person.fiscalCode}`,
    mobilePhone: person.mobile,
    email: person.email,
    address: `${address.street} ${address.postalCode} ${address.municipality} ${address.province}`,
    domicileStreetAddress: address.street,
    domicilePostalCode: address.postalCode,
    domicileMunicipality: address.municipality,
    domicileProvince: address.province,
    domicileNation: address.nation,
  };
}

function instant(at: Temporal.Instant): string {
  return at.toString({ fractionalSecondDigits: 3 });
}

function inItalian(element: string, text: string): string {
  return `<md:${element} xml:lang="it">${text}</md:${element}>`;
}
