import {
  checkUsable,
  unlessBroken,
  usableCertificates,
  usableLocations,
  type ProviderReading,
  type ProviderRules,
} from './provider.js';

/**
 * Reads the providers of the national registry's JSON (registry.spid.gov.it, entities of type IdP). Its entries have
 * changed shape over the years: one value or a list, an array or an object around it; what is not an address is dropped.
 */
export function readRegistry(json: string, rules: ProviderRules): ProviderReading[] {
  const entries = entriesOf(JSON.parse(json) as unknown);
  if (entries.length === 0) throw new Error('the registry file names no provider');
  return entries.flatMap((entry) => unlessBroken(() => readEntry(entry, rules), rules));
}

type Entry = Readonly<Record<string, unknown>>;

function entriesOf(parsed: unknown): Entry[] {
  if (Array.isArray(parsed)) return parsed.filter(isEntry);
  if (!isEntry(parsed)) return [];
  const inner = parsed.entities ?? parsed.spidFederationRegistry ?? parsed.data;
  return inner === undefined ? [] : entriesOf(inner);
}

function readEntry(entry: Entry, rules: ProviderRules): ProviderReading {
  const entityId = text(entry.entity_id);
  const warnings: string[] = [];
  const provider = {
    entityId,
    name: (
      text(entry.entity_name) ||
      text(entry.organization_display_name) ||
      text(entry.organization_name) ||
      entityId
    ).slice(0, 80),
    certificates: usableCertificates(list(entry.signing_certificate_x509).map(text), rules, warnings),
    signOn: usableLocations(ends(entry.single_sign_on_service, 'Location')),
    logout: usableLocations(ends(entry.single_logout_service, 'Location')),
    logoutAnswers: usableLocations(ends(entry.single_logout_service, 'ResponseLocation')),
    prefersPost: rules.byPost?.includes(entityId) ?? false,
  };
  checkUsable(provider, warnings);
  return { provider, warnings };
}

function ends(value: unknown, attribute: string): { binding: unknown; location: unknown }[] {
  return list(value)
    .filter(isEntry)
    .map((one) => ({
      binding: one.Binding ?? one.binding,
      location: one[attribute] ?? one[attribute === 'Location' ? 'location' : 'response_location'],
    }));
}

function list(value: unknown): unknown[] {
  if (Array.isArray(value)) return value;
  return value === undefined || value === null || value === '' ? [] : [value];
}

function text(value: unknown): string {
  return typeof value === 'string' ? value.trim() : '';
}

function isEntry(value: unknown): value is Entry {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
