import { Injectable } from '@nestjs/common';
import { Config } from '../../../config.js';
import { eidasIdentity } from '../../saml-identity.js';
import { Federation, SamlEngine } from '../../saml/index.js';
import { SpidKeys } from '../spid/spid.keys.js';
import { SpidService } from '../spid/spid.service.js';
import { EIDAS, EIDAS_FULL, EIDAS_MINIMUM } from './eidas.profile.js';
import { EidasProviders } from './eidas.providers.js';

/** Sign-in with an identity of another European country, through the Italian node. One entity and metadata with SPID. */
@Injectable()
export class EidasService {
  readonly federation: Federation;

  constructor(
    config: Config,
    keys: SpidKeys,
    private readonly spid: SpidService,
    providers: EidasProviders,
    engine: SamlEngine,
  ) {
    const terms = {
      profile: EIDAS,
      asks: config.eidas.asked === 'full' ? [EIDAS_FULL, EIDAS_MINIMUM] : [EIDAS_MINIMUM, EIDAS_FULL],
      entityId: spid.entityId,
      consumerUrl: `${config.baseUrl.origin}/eidas/acs`,
      consumerIndex: 1,
      keys,
      providers,
      read: eidasIdentity,
    } satisfies Federation['terms'];
    this.federation = new Federation(terms, engine);
  }

  metadata(): string {
    return this.spid.metadata();
  }
}
