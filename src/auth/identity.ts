/**
 * Who somebody is, whatever way they came in. Strategies make one from what was verified; nothing past auth/ knows
 * one way from another.
 */
export interface Identity {
  readonly method: 'spid' | 'cie' | 'cns' | 'eidas' | 'pin';
  /** Level of assurance, 1 (weak) to 3 (strong). */
  readonly level: 1 | 2 | 3;
  /** Entity id of the identity provider, or the authority of the card. */
  readonly issuer: string;
  /** Null only for eIDAS identities of people without an Italian fiscal code. */
  readonly fiscalCode: string | null;
  readonly spidCode: string | null;
  readonly name: string;
  readonly familyName: string;
  /** ISO date. */
  readonly dateOfBirth: string | null;
  readonly gender: 'F' | 'M' | null;
  /** Belfiore code of the comune or country. */
  readonly placeOfBirth: string | null;
  readonly email: string | null;
  readonly mobile: string | null;
  readonly domicile: Domicile | null;
  /** Names of the session at the provider, needed for single logout. */
  readonly nameId: string | null;
  readonly nameQualifier: string | null;
  readonly sessionIndex: string | null;
  /** For whom the person acts: a private person, unless a professional identity was asked for (spid:Purpose). */
  readonly purpose: 'private' | 'professional' | 'company';
  /** The company the person acts for, when purpose is 'company'. */
  readonly company?: Company | null;
}

/** A company, as SPID for its use names it (attributi.rst: companyName, companyFiscalNumber). */
export interface Company {
  readonly name: string;
  /** Eleven digits, or the fiscal code of who owns a sole proprietorship. */
  readonly fiscalNumber: string;
}

/** Where the person lives, as the identity provider says (SPID Avviso 25). */
export interface Domicile {
  readonly street: string | null;
  readonly postalCode: string | null;
  readonly municipality: string | null;
  readonly province: string | null;
  readonly nation: string | null;
}

/**
 * The one key of a person: the fiscal code, or for eIDAS without one the issuer and its code. Whoever acts in their
 * profession or for a company is somebody else here: no row is shared with the private person (Avviso 18 v2).
 */
export function identityKey(
  identity: Pick<Identity, 'fiscalCode' | 'issuer' | 'spidCode'> & Partial<Pick<Identity, 'purpose' | 'company'>>,
): string {
  const { fiscalCode, issuer, spidCode, purpose = 'private', company } = identity;
  if (!fiscalCode && !spidCode) throw new Error('an identity without fiscal code and without spidCode has no key');
  if (!fiscalCode) return `eidas:${issuer}:${spidCode}`;
  if (purpose === 'private') return `cf:${fiscalCode}`;
  if (purpose === 'professional') return `cf:${fiscalCode}:professional`;
  if (!company) throw new Error('an identity for a company that names none has no key');
  return `cf:${fiscalCode}:company:${company.fiscalNumber}`;
}
