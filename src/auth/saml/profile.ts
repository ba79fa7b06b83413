/**
 * What differs between the federations that speak SAML (SPID, CIE, the eIDAS node): data, over one engine.
 * Plain values only, because it travels to the worker thread.
 */
export interface SamlProfile {
  readonly name: 'spid' | 'cie' | 'eidas';
  /** The class of the authentication context for each level, weakest first (index 0 is level 1). */
  readonly levels: readonly string[];
  /** Format of the Response's Issuer: SPID allows none or `entity`, CIE wants none. */
  readonly responseIssuerFormat: 'entity-or-absent' | 'absent';
  /** Format of the Assertion's Issuer: SPID wants `entity`. */
  readonly assertionIssuerFormat: 'entity' | 'any';
  /** Attributes asked for in the metadata; each must come, once and not empty. */
  readonly attributes: readonly string[];
  /** Asked for as optional: may be missing (many people have no domicile in Italy), never empty. */
  readonly optionalAttributes: readonly string[];
  /** Attributes that say the identity is not a private person's; refused, because none was asked for. */
  readonly foreignAttributes: readonly string[];
  /** The provider's codes that are the person's business; any other is a fault between machines. */
  readonly personCodes: readonly number[];
  /** How far the provider's clock may run ahead of ours. */
  readonly skewMs: number;
}
