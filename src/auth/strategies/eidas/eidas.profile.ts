import type { Asked, SamlProfile } from '../../saml/profile.js';

const COMPANY_DATA = ['companyName', 'companyFiscalNumber', 'ivaCode'] as const;
const MINIMUM = ['spidCode', 'name', 'familyName', 'dateOfBirth'] as const;

/** What every country must hand out (index 99, fixed by AgID for the Italian node). */
export const EIDAS_MINIMUM: Asked = {
  name: 'minimum',
  index: 99,
  purpose: null,
  serviceName: 'eIDAS Natural Person Minimum Attribute Set',
  attributes: MINIMUM,
  optionalAttributes: [],
  foreignAttributes: COMPANY_DATA,
};

/** With what only some countries hand out (index 100): asked, never required. */
export const EIDAS_FULL: Asked = {
  name: 'full',
  index: 100,
  purpose: null,
  serviceName: 'eIDAS Natural Person Full Attribute Set',
  attributes: MINIMUM,
  optionalAttributes: ['placeOfBirth', 'address', 'gender'],
  foreignAttributes: COMPANY_DATA,
};

/** Identities of other European countries: the Italian node is a provider of the SPID federation (eidas-italian-node). */
export const EIDAS: SamlProfile = {
  name: 'eidas',
  levels: ['https://www.spid.gov.it/SpidL1', 'https://www.spid.gov.it/SpidL2', 'https://www.spid.gov.it/SpidL3'],
  comparison: 'minimum',
  forceAlways: false,
  assertionIssuerFormat: 'entity',
  attributes: EIDAS_MINIMUM.attributes,
  optionalAttributes: EIDAS_MINIMUM.optionalAttributes,
  foreignAttributes: COMPANY_DATA,
  personCodes: [21, 22, 23, 25],
  skewMs: 30_000,
};

/**
 * EU and EEA countries but Italy, ISO 3166-1 alpha-2: those bound to recognise one another's identities
 * (Regulation (EU) 910/2014, extended to the EEA). The names come from the language of the page.
 */
export const COUNTRIES = [
  'AT',
  'BE',
  'BG',
  'CY',
  'CZ',
  'DE',
  'DK',
  'EE',
  'ES',
  'FI',
  'FR',
  'GR',
  'HR',
  'HU',
  'IE',
  'IS',
  'LI',
  'LT',
  'LU',
  'LV',
  'MT',
  'NL',
  'NO',
  'PL',
  'PT',
  'RO',
  'SE',
  'SI',
  'SK',
] as const;
