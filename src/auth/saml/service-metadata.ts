import { CIE_EXTENSIONS, DS, HTTP_POST, HTTP_REDIRECT, MD, SPID_EXTENSIONS, TRANSIENT_FORMAT } from './names.js';
import type { Asked } from './profile.js';
import type { SigningKeys } from './request.js';
import { signRoot } from './signature.js';
import { escapeXml } from './xml.js';

/** What our metadata say about the public body and its end points. */
export interface ServiceDescription {
  readonly entityId: string;
  /** In the order of their index; the first is the default. */
  readonly consumerUrls: readonly string[];
  readonly logoutUrl: string;
  readonly asks: readonly Asked[];
  readonly organization: { readonly name: string; readonly displayName: string; readonly url: string };
  readonly contact: Contact;
}

/** SPID (Avviso 29) and CIE each have a contact of their own kind, with extensions of their own. */
export type Contact = {
  readonly ipaCode: string;
  readonly email: string;
  readonly phone: string | null;
} & ({ readonly kind: 'spid' } | { readonly kind: 'cie'; readonly municipality: string });

/**
 * Signed metadata of a public service provider (AgID metadata.rst and Avviso 29; CIE "Federazione"). node-saml's
 * generator cannot write the extensions or the attribute services.
 */
export function serviceMetadata(service: ServiceDescription, keys: SigningKeys): string {
  return signRoot(descriptor(service, keys.certificate), keys, null);
}

function descriptor(service: ServiceDescription, certificate: string): string {
  const own = service.contact.kind === 'spid' ? `xmlns:spid="${SPID_EXTENSIONS}"` : `xmlns:cie="${CIE_EXTENSIONS}"`;
  // One fixed ID, so that the same metadata are the same bytes.
  return (
    `<md:EntityDescriptor xmlns:md="${MD}" xmlns:ds="${DS}" ${own} entityID="${escapeXml(service.entityId)}" ID="_metadata">` +
    `<md:SPSSODescriptor protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol" AuthnRequestsSigned="true" WantAssertionsSigned="true">` +
    keyDescriptor(certificate) +
    logoutEnd(HTTP_POST, service.logoutUrl) +
    logoutEnd(HTTP_REDIRECT, service.logoutUrl) +
    `<md:NameIDFormat>${TRANSIENT_FORMAT}</md:NameIDFormat>` +
    service.consumerUrls.map(consumer).join('') +
    service.asks.map(attributeService).join('') +
    `</md:SPSSODescriptor>${organization(service)}${contact(service)}</md:EntityDescriptor>`
  );
}

function keyDescriptor(certificate: string): string {
  const body = certificate.replace(/-----[A-Z ]+-----|\s+/g, '');
  return `<md:KeyDescriptor use="signing"><ds:KeyInfo><ds:X509Data><ds:X509Certificate>${body}</ds:X509Certificate></ds:X509Data></ds:KeyInfo></md:KeyDescriptor>`;
}

/** CIE has no single logout, yet its rules want the end point in the metadata ("per compatibilità"). */
function logoutEnd(binding: string, location: string): string {
  return `<md:SingleLogoutService Binding="${binding}" Location="${escapeXml(location)}"/>`;
}

function consumer(location: string, index: number): string {
  const standard = index === 0 ? ' isDefault="true"' : '';
  return `<md:AssertionConsumerService Binding="${HTTP_POST}" Location="${escapeXml(location)}" index="${index}"${standard}/>`;
}

function attributeService({ index, serviceName, attributes, optionalAttributes }: Asked): string {
  const asked = [
    ...attributes.map((name) => requested(name, true)),
    ...optionalAttributes.map((name) => requested(name, false)),
  ];
  const standard = index === 0 ? ' isDefault="true"' : '';
  return (
    `<md:AttributeConsumingService index="${index}"${standard}><md:ServiceName xml:lang="it">${escapeXml(serviceName)}</md:ServiceName>` +
    `${asked.join('')}</md:AttributeConsumingService>`
  );
}

function organization(service: ServiceDescription): string {
  const { name, displayName, url } = service.organization;
  return `<md:Organization>${italian('OrganizationName', name)}${italian('OrganizationDisplayName', displayName)}${italian('OrganizationURL', url)}</md:Organization>`;
}

function contact({ organization: { name }, contact: one }: ServiceDescription): string {
  const extensions =
    one.kind === 'spid'
      ? `<spid:IPACode>${escapeXml(one.ipaCode)}</spid:IPACode><spid:Public/>`
      : `<cie:Public/><cie:IPACode>${escapeXml(one.ipaCode)}</cie:IPACode><cie:Municipality>${escapeXml(one.municipality)}</cie:Municipality>`;
  return (
    `<md:ContactPerson contactType="${one.kind === 'spid' ? 'other' : 'administrative'}"><md:Extensions>${extensions}</md:Extensions>` +
    `<md:Company>${escapeXml(name)}</md:Company><md:EmailAddress>${escapeXml(one.email)}</md:EmailAddress>` +
    (one.phone ? `<md:TelephoneNumber>${escapeXml(one.phone.replace(/\s+/g, ''))}</md:TelephoneNumber>` : '') +
    `</md:ContactPerson>`
  );
}

function requested(name: string, required: boolean): string {
  return `<md:RequestedAttribute Name="${name}" NameFormat="urn:oasis:names:tc:SAML:2.0:attrname-format:basic" isRequired="${required}"/>`;
}

function italian(element: string, text: string): string {
  return `<md:${element} xml:lang="it">${escapeXml(text)}</md:${element}>`;
}
