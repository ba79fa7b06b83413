import { Injectable } from '@nestjs/common';
import { CIE_CONTROLLERS, CIE_PROVIDERS, CieService } from './cie/index.js';
import { EIDAS_CONTROLLERS, EIDAS_PROVIDERS, EidasService } from './eidas/index.js';
import { SPID_CONTROLLERS, SPID_PROVIDERS, SpidService } from './spid/index.js';

export type FederationName = 'spid' | 'cie' | 'eidas';

/** The SAML federations we belong to, by name: for whoever plays their other side (the development doubles). */
@Injectable()
export class SamlFederations {
  private readonly services: Readonly<Record<FederationName, SpidService | CieService | EidasService>>;

  constructor(spid: SpidService, cie: CieService, eidas: EidasService) {
    this.services = { spid, cie, eidas };
  }

  /** Our signed metadata in this federation. */
  metadata(name: FederationName): string {
    return this.services[name].metadata();
  }

  /** Makes a provider known, by its metadata. */
  addProvider(name: FederationName, metadata: string): void {
    this.services[name].federation.providers.add(metadata);
  }
}

/** Everything the SAML ways in add to the auth module. */
export const SAML_CONTROLLERS = [...SPID_CONTROLLERS, ...CIE_CONTROLLERS, ...EIDAS_CONTROLLERS];
export const SAML_PROVIDERS = [...SPID_PROVIDERS, ...CIE_PROVIDERS, ...EIDAS_PROVIDERS, SamlFederations];
