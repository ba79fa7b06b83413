import type { SamlProfile } from '../../saml/profile.js';

/** SPID as the SAML engine sees it (AgID "Regole tecniche SPID": single-sign-on.rst, attributi.rst, messaggi-errore.rst). */
export const SPID: SamlProfile = {
  name: 'spid',
  levels: ['https://www.spid.gov.it/SpidL1', 'https://www.spid.gov.it/SpidL2', 'https://www.spid.gov.it/SpidL3'],
  responseIssuerFormat: 'entity-or-absent',
  assertionIssuerFormat: 'entity',
  attributes: ['spidCode', 'name', 'familyName', 'placeOfBirth', 'dateOfBirth', 'gender', 'fiscalNumber', 'mobilePhone', 'email'],
  // Of the domicile only what finds the nearest office (GDPR art. 5: data minimisation).
  optionalAttributes: ['domicileMunicipality', 'domicileProvince', 'domicileNation'],
  // SPID for professional or company use never becomes somebody's private area without being asked for (Avviso 18 v2).
  foreignAttributes: ['companyName', 'companyFiscalNumber'],
  personCodes: [19, 20, 21, 22, 23, 25, 30],
  skewMs: 30_000,
};
