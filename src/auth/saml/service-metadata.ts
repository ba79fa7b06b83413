import { DS, HTTP_POST, HTTP_REDIRECT, MD, SPID_EXTENSIONS, TRANSIENT_FORMAT } from './names.js';
import type { SigningKeys } from './request.js';
import { signRoot } from './signature.js';
import { escapeXml } from './xml.js';

/** What our metadata say about the public body and its end points. */
export interface ServiceDescription {
  readonly entityId: string;
  readonly consumerUrl: string;
  readonly logoutUrl: string;
  readonly serviceName: string;
  readonly attributes: readonly string[];
  readonly optionalAttributes: readonly string[];
  readonly organization: { readonly name: string; readonly displayName: string; readonly url: string };
  readonly contact: { readonly ipaCode: string; readonly email: string; readonly phone: string | null };
}

/**
 * Signed metadata of a public service provider (AgID metadata.rst and Avviso 29: organisation in Italian, one contact
 * `other` with IPACode and Public). node-saml's generator cannot write the extensions or the attribute service.
 */
export function serviceMetadata(service: ServiceDescription, keys: SigningKeys): string {
  return signRoot(descriptor(service, keys.certificate), keys, null);
}

function descriptor(service: ServiceDescription, certificate: string): string {
  // The ID follows the content, so that the same metadata are the same bytes.
  return (
    `<md:EntityDescriptor xmlns:md="${MD}" xmlns:ds="${DS}" xmlns:spid="${SPID_EXTENSIONS}" entityID="${escapeXml(service.entityId)}" ID="_metadata">` +
    `<md:SPSSODescriptor protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol" AuthnRequestsSigned="true" WantAssertionsSigned="true">` +
    keyDescriptor(certificate) +
    ends('SingleLogoutService', HTTP_POST, service.logoutUrl) +
    ends('SingleLogoutService', HTTP_REDIRECT, service.logoutUrl) +
    `<md:NameIDFormat>${TRANSIENT_FORMAT}</md:NameIDFormat>` +
    `<md:AssertionConsumerService index="0" isDefault="true" Binding="${HTTP_POST}" Location="${escapeXml(service.consumerUrl)}"/>` +
    attributeService(service) +
    `</md:SPSSODescriptor>${organization(service)}${contact(service)}</md:EntityDescriptor>`
  );
}

function keyDescriptor(certificate: string): string {
  const body = certificate.replace(/-----[A-Z ]+-----|\s+/g, '');
  return `<md:KeyDescriptor use="signing"><ds:KeyInfo><ds:X509Data><ds:X509Certificate>${body}</ds:X509Certificate></ds:X509Data></ds:KeyInfo></md:KeyDescriptor>`;
}

function ends(element: string, binding: string, location: string): string {
  return `<md:${element} Binding="${binding}" Location="${escapeXml(location)}"/>`;
}

function attributeService(service: ServiceDescription): string {
  const requested = (name: string, required: boolean) =>
    `<md:RequestedAttribute Name="${name}" NameFormat="urn:oasis:names:tc:SAML:2.0:attrname-format:basic" isRequired="${required}"/>`;
  const asked = [...service.attributes.map((name) => requested(name, true)), ...service.optionalAttributes.map((name) => requested(name, false))];
  return (
    `<md:AttributeConsumingService index="0" isDefault="true"><md:ServiceName xml:lang="it">${escapeXml(service.serviceName)}</md:ServiceName>` +
    `${asked.join('')}</md:AttributeConsumingService>`
  );
}

function organization(service: ServiceDescription): string {
  const italian = (element: string, text: string) => `<md:${element} xml:lang="it">${escapeXml(text)}</md:${element}>`;
  const { name, displayName, url } = service.organization;
  return `<md:Organization>${italian('OrganizationName', name)}${italian('OrganizationDisplayName', displayName)}${italian('OrganizationURL', url)}</md:Organization>`;
}

function contact(service: ServiceDescription): string {
  const { ipaCode, email, phone } = service.contact;
  return (
    `<md:ContactPerson contactType="other"><md:Extensions><spid:IPACode>${escapeXml(ipaCode)}</spid:IPACode><spid:Public/></md:Extensions>` +
    `<md:Company>${escapeXml(service.organization.name)}</md:Company><md:EmailAddress>${escapeXml(email)}</md:EmailAddress>` +
    (phone ? `<md:TelephoneNumber>${escapeXml(phone.replace(/\s+/g, ''))}</md:TelephoneNumber>` : '') +
    `</md:ContactPerson>`
  );
}

