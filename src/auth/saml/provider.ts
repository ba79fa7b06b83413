import { X509Certificate } from 'node:crypto';
import { DS, HTTP_POST, HTTP_REDIRECT, MD } from './names.js';
import { children, parseXml, walk, type XmlElement } from './xml.js';

/** An identity provider as its metadata describe it. */
export interface Provider {
  readonly entityId: string;
  readonly name: string;
  /** Every certificate it may sign with: more than one while it rolls over its key. */
  readonly certificates: readonly string[];
  /** Sign-on address for each binding it takes. */
  readonly signOn: Readonly<Record<string, string>>;
  /** Single logout address for each binding it takes. */
  readonly logout: Readonly<Record<string, string>>;
  /** Where it wants answers to its own logout requests, when that is another address. */
  readonly logoutAnswers: Readonly<Record<string, string>>;
  /** Requests go by HTTP-POST though it takes redirects too (an operator's choice). */
  readonly prefersPost: boolean;
}

export interface ProviderRules {
  readonly now: Temporal.Instant;
  /** Accept a certificate past its date (an operator's choice, with a warning). */
  readonly acceptExpired: boolean;
  /** Entity ids of the providers that get forms instead of redirects. */
  readonly byPost?: readonly string[];
  /** Told of a provider that cannot be used, so that the others of the same file still can; thrown when absent. */
  readonly onUnusable?: (error: unknown) => void;
}

export type ProviderReading = { provider: Provider; warnings: string[] };

const METADATA_LIMITS = { elements: 20_000, attributes: 40_000, namespaces: 5_000, depth: 30 };

/** Reads the providers of one metadata file (an EntityDescriptor, or an EntitiesDescriptor with many). */
export function readProviders(xml: string, rules: ProviderRules): ProviderReading[] {
  const root = parseXml(xml.replace(/^\uFEFF/, '').replace(/<!--[\s\S]*?-->/g, ''), METADATA_LIMITS);
  return [...walk(root)]
    .filter(
      (one) => one.ns === MD && one.local === 'EntityDescriptor' && children(one, MD, 'IDPSSODescriptor').length === 1,
    )
    .flatMap((entity) => unlessBroken(() => readProvider(entity, rules), rules));
}

/** One provider that cannot be used leaves the others of its file in use. */
export function unlessBroken(read: () => ProviderReading, { onUnusable }: ProviderRules): ProviderReading[] {
  try {
    return [read()];
  } catch (error) {
    if (!onUnusable) throw error;
    onUnusable(error);
    return [];
  }
}

function readProvider(entity: XmlElement, rules: ProviderRules): ProviderReading {
  const entityId = entity.attributes.get('entityID') ?? '';
  const descriptor = children(entity, MD, 'IDPSSODescriptor')[0] ?? entity;
  const warnings: string[] = [];
  const certificates = signingCertificates(descriptor, rules, warnings);
  const provider = {
    entityId,
    name: displayName(entity) || entityId,
    certificates,
    signOn: locations(descriptor, 'SingleSignOnService'),
    logout: locations(descriptor, 'SingleLogoutService'),
    logoutAnswers: locations(descriptor, 'SingleLogoutService', 'ResponseLocation'),
    prefersPost: rules.byPost?.includes(entityId) ?? false,
  };
  checkUsable(provider, warnings);
  return { provider, warnings };
}

/** What nothing can be done without. */
export function checkUsable({ entityId, signOn, certificates }: Provider, warnings: readonly string[]): void {
  if (entityId === '') throw new Error('provider metadata without entityID');
  if (Object.keys(signOn).length === 0) throw new Error(`provider ${entityId} has no usable SingleSignOnService`);
  if (certificates.length === 0)
    throw new Error(`provider ${entityId} has no usable signing certificate: ${warnings.join('; ')}`);
}

function signingCertificates(descriptor: XmlElement, rules: ProviderRules, warnings: string[]): string[] {
  const keys = children(descriptor, MD, 'KeyDescriptor').filter(
    (key) => (key.attributes.get('use') ?? 'signing') === 'signing',
  );
  const bodies = keys
    .flatMap((key) => [...walk(key)])
    .filter((one) => one.ns === DS && one.local === 'X509Certificate')
    .map((one) => one.text);
  return usableCertificates(bodies, rules, warnings);
}

/** The certificates (base64 bodies) that a provider's signatures may be verified with: several while it rolls over. */
export function usableCertificates(bodies: readonly string[], rules: ProviderRules, warnings: string[]): string[] {
  const usable: string[] = [];
  for (const body of bodies) {
    const certificate = new X509Certificate(Buffer.from(body.replace(/-----[A-Z ]+-----|\s+/g, ''), 'base64'));
    const problem = unfit(certificate, rules);
    if (problem) warnings.push(problem);
    if (!problem || (problem === EXPIRED && rules.acceptExpired)) usable.push(certificate.toString());
  }
  return [...new Set(usable)];
}

const EXPIRED = 'a signing certificate is outside its dates';

function unfit(certificate: X509Certificate, rules: ProviderRules): string | null {
  const bits = certificate.publicKey.asymmetricKeyDetails?.modulusLength ?? 0;
  if (certificate.publicKey.asymmetricKeyType !== 'rsa' || bits < 2048)
    return 'a signing key is not RSA of at least 2048 bits';
  const now = rules.now.epochMilliseconds;
  return now < Date.parse(certificate.validFrom) || now > Date.parse(certificate.validTo) ? EXPIRED : null;
}

function locations(descriptor: XmlElement, service: string, attribute = 'Location'): Record<string, string> {
  const found = children(descriptor, MD, service).map((one) => ({
    binding: one.attributes.get('Binding'),
    location: one.attributes.get(attribute),
  }));
  return usableLocations(found);
}

/** Addresses of the web, for the bindings we speak; the first of each. */
export function usableLocations(ends: readonly { binding?: unknown; location?: unknown }[]): Record<string, string> {
  const usable: Record<string, string> = {};
  for (const { binding, location } of ends) {
    if (typeof location !== 'string' || (binding !== HTTP_POST && binding !== HTTP_REDIRECT)) continue;
    if (/^https?:$/.test(URL.parse(location)?.protocol ?? '')) usable[binding] ??= location;
  }
  return usable;
}

function displayName(entity: XmlElement): string {
  const organization = children(entity, MD, 'Organization')[0];
  if (!organization) return '';
  const names = [
    ...children(organization, MD, 'OrganizationDisplayName'),
    ...children(organization, MD, 'OrganizationName'),
  ];
  const italian = names.find((one) => one.attributes.get('xml:lang') === 'it') ?? names[0];
  return italian?.text.trim().slice(0, 80) ?? '';
}
