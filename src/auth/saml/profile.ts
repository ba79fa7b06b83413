/** One choice of attributes that our metadata offer (an AttributeConsumingService), and what its answers may hold. */
export interface AttributeSet {
  /** Asked for; each must come, once and not empty. */
  readonly attributes: readonly string[];
  /** Asked for as optional: may be missing (many people have no domicile in Italy); an empty one counts as missing. */
  readonly optionalAttributes: readonly string[];
  /** Attributes that say the identity is of another kind than was asked for: refused. */
  readonly foreignAttributes: readonly string[];
}

/** For whom a request asks an identity, or how much of one. Kept with the request, judged with the answer. */
export type AskedName = 'private' | 'professional' | 'company' | 'minimum' | 'full';

/** What a request asks for. */
export interface Asked extends AttributeSet {
  readonly name: AskedName;
  /** Index of its AttributeConsumingService in our metadata. */
  readonly index: number;
  /** Value of spid:Purpose (AgID Avviso 18 v2); null asks for a private person. */
  readonly purpose: 'PF' | 'PG' | null;
  /** ServiceName of the metadata, in Italian. */
  readonly serviceName: string;
}

/**
 * What differs between the federations that speak SAML (SPID, CIE, the eIDAS node): data, over one engine.
 * Plain values only, because it travels to the worker thread.
 */
export interface SamlProfile extends AttributeSet {
  readonly name: 'spid' | 'cie' | 'eidas';
  /** The class of the authentication context for each level, weakest first (index 0 is level 1). */
  readonly levels: readonly string[];
  /** How the asked level is to be read by the provider. */
  readonly comparison: 'minimum' | 'exact';
  /** CIE wants a fresh authentication at every level; SPID from level 2 on. */
  readonly forceAlways: boolean;
  /** Format of the Assertion's Issuer: SPID wants `entity`. (The Response's may be absent in every federation.) */
  readonly assertionIssuerFormat: 'entity' | 'entity-or-absent';
  /** The provider's codes that are the person's business; any other is a fault between machines. */
  readonly personCodes: readonly number[];
  /** How far the provider's clock may run ahead of ours. */
  readonly skewMs: number;
}

/** Whether a request asks the provider to recognise the person anew (single-sign-on.rst: ForceAuthn from level 2). */
export function forcesAuthentication({ forceAlways }: Pick<SamlProfile, 'forceAlways'>, level: number): boolean {
  return level >= 2 || forceAlways;
}
