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
  readonly logout: Readonly<Record<string, string>>;
}

export interface ProviderRules {
  readonly now: Temporal.Instant;
  /** Accept a certificate past its date (an operator's choice, with a warning). */
  readonly acceptExpired: boolean;
}

export type ProviderReading = { provider: Provider; warnings: string[] };

const METADATA_LIMITS = { elements: 20_000, attributes: 40_000, namespaces: 5_000, depth: 30 };

/** Reads the providers of one metadata file (an EntityDescriptor, or an EntitiesDescriptor with many). */
export function readProviders(xml: string, rules: ProviderRules): ProviderReading[] {
  const root = parseXml(xml.replace(/^\uFEFF/, '').replace(/<!--[\s\S]*?-->/g, ''), METADATA_LIMITS);
  return [...walk(root)]
    .filter((one) => one.ns === MD && one.local === 'EntityDescriptor' && children(one, MD, 'IDPSSODescriptor').length === 1)
    .map((entity) => readProvider(entity, rules));
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
  };
  if (entityId === '') throw new Error('provider metadata without entityID');
  if (Object.keys(provider.signOn).length === 0) throw new Error(`provider ${entityId} has no usable SingleSignOnService`);
  if (certificates.length === 0) throw new Error(`provider ${entityId} has no usable signing certificate: ${warnings.join('; ')}`);
  return { provider, warnings };
}

function signingCertificates(descriptor: XmlElement, rules: ProviderRules, warnings: string[]): string[] {
  const usable: string[] = [];
  for (const key of children(descriptor, MD, 'KeyDescriptor')) {
    if ((key.attributes.get('use') ?? 'signing') !== 'signing') continue;
    for (const element of [...walk(key)].filter((one) => one.ns === DS && one.local === 'X509Certificate')) {
      const certificate = new X509Certificate(Buffer.from(element.text.replace(/\s+/g, ''), 'base64'));
      const problem = unfit(certificate, rules);
      if (problem) warnings.push(problem);
      if (!problem || (problem === EXPIRED && rules.acceptExpired)) usable.push(certificate.toString());
    }
  }
  return [...new Set(usable)];
}

const EXPIRED = 'a signing certificate is outside its dates';

function unfit(certificate: X509Certificate, rules: ProviderRules): string | null {
  const bits = certificate.publicKey.asymmetricKeyDetails?.modulusLength ?? 0;
  if (certificate.publicKey.asymmetricKeyType !== 'rsa' || bits < 2048) return 'a signing key is not RSA of at least 2048 bits';
  const now = rules.now.epochMilliseconds;
  return now < Date.parse(certificate.validFrom) || now > Date.parse(certificate.validTo) ? EXPIRED : null;
}

function locations(descriptor: XmlElement, service: string): Record<string, string> {
  const found: Record<string, string> = {};
  for (const one of children(descriptor, MD, service)) {
    const binding = one.attributes.get('Binding') ?? '';
    const location = one.attributes.get('Location') ?? '';
    if ([HTTP_POST, HTTP_REDIRECT].includes(binding) && /^https?:$/.test(URL.parse(location)?.protocol ?? '')) found[binding] ??= location;
  }
  return found;
}

function displayName(entity: XmlElement): string {
  const organization = children(entity, MD, 'Organization')[0];
  if (!organization) return '';
  const names = [...children(organization, MD, 'OrganizationDisplayName'), ...children(organization, MD, 'OrganizationName')];
  const italian = names.find((one) => one.attributes.get('xml:lang') === 'it') ?? names[0];
  return italian?.text.trim().slice(0, 80) ?? '';
}
