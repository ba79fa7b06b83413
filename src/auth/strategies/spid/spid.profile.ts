import type { Asked, SamlProfile } from '../../saml/profile.js';

/** Company data never become part of somebody's private area without being asked for (AgID Avviso 18 v2). */
const COMPANY_DATA = ['companyName', 'companyFiscalNumber', 'ivaCode', 'registeredOffice'] as const;

const PERSON = ['spidCode', 'name', 'familyName', 'placeOfBirth', 'dateOfBirth', 'gender', 'fiscalNumber'] as const;

export const PRIVATE: Asked = {
  name: 'private',
  index: 0,
  purpose: null,
  serviceName: 'Area personale',
  attributes: [...PERSON, 'mobilePhone', 'email'],
  // Of the domicile only what finds the nearest office (GDPR art. 5: data minimisation).
  optionalAttributes: ['domicileMunicipality', 'domicileProvince', 'domicileNation'],
  foreignAttributes: COMPANY_DATA,
};

/** SPID for professional use of a natural person. */
export const PROFESSIONAL: Asked = {
  name: 'professional',
  index: 1,
  purpose: 'PF',
  serviceName: 'Area professionale',
  attributes: [...PERSON, 'mobilePhone', 'email'],
  optionalAttributes: ['ivaCode', 'companyName', 'digitalAddress'],
  foreignAttributes: ['companyFiscalNumber'],
};

/** SPID for professional use of a legal person: somebody who acts for a company. */
export const COMPANY: Asked = {
  name: 'company',
  index: 2,
  purpose: 'PG',
  serviceName: 'Area della tua impresa',
  attributes: [...PERSON, 'mobilePhone', 'email', 'companyName', 'companyFiscalNumber'],
  optionalAttributes: ['ivaCode', 'registeredOffice', 'digitalAddress'],
  foreignAttributes: [],
};

/** SPID as the SAML engine sees it (AgID "Regole tecniche SPID": single-sign-on.rst, attributi.rst, messaggi-errore.rst). */
export const SPID: SamlProfile = {
  name: 'spid',
  levels: ['https://www.spid.gov.it/SpidL1', 'https://www.spid.gov.it/SpidL2', 'https://www.spid.gov.it/SpidL3'],
  comparison: 'minimum',
  forceAlways: false,
  assertionIssuerFormat: 'entity',
  attributes: PRIVATE.attributes,
  optionalAttributes: PRIVATE.optionalAttributes,
  foreignAttributes: PRIVATE.foreignAttributes,
  personCodes: [19, 20, 21, 22, 23, 25, 30],
  skewMs: 30_000,
};
