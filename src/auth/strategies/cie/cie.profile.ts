import type { Asked, SamlProfile } from '../../saml/profile.js';

/** The only attributes the provider of the electronic identity card hands out (CIE "Federazione": minimum set). */
export const CIE_ASKED: Asked = {
  name: 'private',
  index: 0,
  purpose: null,
  serviceName: 'Area personale',
  attributes: ['name', 'familyName', 'dateOfBirth', 'fiscalNumber'],
  optionalAttributes: [],
  foreignAttributes: ['companyName', 'companyFiscalNumber', 'ivaCode'],
};

/** The electronic identity card over SAML, where it differs from SPID (CIE technical manual, "CIE e SPID"). */
export const CIE: SamlProfile = {
  name: 'cie',
  levels: ['https://www.spid.gov.it/SpidL1', 'https://www.spid.gov.it/SpidL2', 'https://www.spid.gov.it/SpidL3'],
  comparison: 'minimum',
  forceAlways: true,
  assertionIssuerFormat: 'entity-or-absent',
  attributes: CIE_ASKED.attributes,
  optionalAttributes: CIE_ASKED.optionalAttributes,
  foreignAttributes: CIE_ASKED.foreignAttributes,
  personCodes: [21, 22, 23, 25],
  skewMs: 30_000,
};
