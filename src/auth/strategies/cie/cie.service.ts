import { Injectable } from '@nestjs/common';
import { Config } from '../../../config.js';
import { cieIdentity } from '../../saml-identity.js';
import { Federation, SamlEngine, serviceMetadata } from '../../saml/index.js';
import { SpidKeys } from '../spid/spid.keys.js';
import { CIE, CIE_ASKED } from './cie.profile.js';
import { CieProviders } from './cie.providers.js';

/** Sign-in with the electronic identity card (SAML). Its federation knows us by an entity id of its own. */
@Injectable()
export class CieService {
  readonly federation: Federation;
  /** Signed once: anybody may ask for it, and it carries no date and depends on the configuration alone. */
  private signedMetadata: string | null = null;

  constructor(
    private readonly config: Config,
    private readonly keys: SpidKeys,
    providers: CieProviders,
    engine: SamlEngine,
  ) {
    const terms = {
      profile: CIE,
      asks: [CIE_ASKED],
      entityId: this.url('/cie/metadata'),
      consumerUrl: this.url('/cie/acs'),
      consumerIndex: 0,
      keys,
      providers,
      read: cieIdentity,
    } satisfies Federation['terms'];
    this.federation = new Federation(terms, engine);
  }

  /** Our signed metadata for the CIE federation. */
  metadata(): string {
    return (this.signedMetadata ??= this.signMetadata());
  }

  private signMetadata(): string {
    const { institute, spid, cie, baseUrl } = this.config;
    const { entityId, consumerUrl } = this.federation.terms;
    const description = {
      entityId,
      consumerUrls: [consumerUrl],
      logoutUrl: this.url('/cie/logout'),
      asks: [CIE_ASKED],
      organization: { name: institute.fullName, displayName: institute.shortName, url: baseUrl.origin },
      contact: {
        kind: 'cie',
        ipaCode: spid.ipaCode,
        municipality: cie.municipality,
        email: institute.email,
        phone: null,
      },
    } as const;
    return serviceMetadata(description, this.keys);
  }

  private url(path: string): string {
    return `${this.config.baseUrl.origin}${path}`;
  }
}
