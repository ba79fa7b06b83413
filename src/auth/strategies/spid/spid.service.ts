import { Injectable } from '@nestjs/common';
import { Config } from '../../../config.js';
import type { Identity } from '../../identity.js';
import { spidIdentity } from '../../saml-identity.js';
import type { AskedName } from '../../saml/profile.js';
import { Federation, SamlEngine, serviceMetadata } from '../../saml/index.js';
// What one entity says of itself stands in one document: the European node is a provider of the SPID federation.
import { EIDAS_FULL, EIDAS_MINIMUM } from '../eidas/eidas.profile.js';
import { SpidKeys } from './spid.keys.js';
import { COMPANY, PRIVATE, PROFESSIONAL, SPID } from './spid.profile.js';
import { SpidProviders } from './spid.providers.js';

/** Index of the consumer address of each way in, in the metadata that SPID and eIDAS share. */
const CONSUMERS = ['/spid/acs', '/eidas/acs'] as const;

/** Sign-in with SPID, as a private person, in one's profession or for a company. */
@Injectable()
export class SpidService {
  readonly federation: Federation;
  /** Signed once: anybody may ask for it, and it carries no date and depends on the configuration alone. */
  private signedMetadata: string | null = null;

  constructor(
    private readonly config: Config,
    private readonly keys: SpidKeys,
    providers: SpidProviders,
    engine: SamlEngine,
  ) {
    const terms = {
      profile: SPID,
      asks: [PRIVATE, PROFESSIONAL, COMPANY],
      entityId: this.entityId,
      consumerUrl: this.url(CONSUMERS[0]),
      consumerIndex: 0,
      keys,
      providers,
      read: (facts, today, asked) => spidIdentity(facts, today, purposeOf(asked)),
    } satisfies Federation['terms'];
    this.federation = new Federation(terms, engine);
  }

  get entityId(): string {
    return this.config.baseUrl.origin;
  }

  get logoutUrl(): string {
    return this.url('/spid/logout');
  }

  /** Our signed metadata, for SPID and for the European node. */
  metadata(): string {
    return (this.signedMetadata ??= this.signMetadata());
  }

  private signMetadata(): string {
    const { institute, spid, baseUrl } = this.config;
    const description = {
      entityId: this.entityId,
      consumerUrls: CONSUMERS.map((path) => this.url(path)),
      logoutUrl: this.logoutUrl,
      asks: [PRIVATE, PROFESSIONAL, COMPANY, EIDAS_MINIMUM, EIDAS_FULL],
      organization: { name: institute.fullName, displayName: institute.shortName, url: baseUrl.origin },
      contact: { kind: 'spid', ipaCode: spid.ipaCode, email: institute.email, phone: null },
    } as const;
    return serviceMetadata(description, this.keys);
  }

  private url(path: string): string {
    return `${this.config.baseUrl.origin}${path}`;
  }
}

function purposeOf(asked: AskedName): Identity['purpose'] {
  return asked === 'professional' || asked === 'company' ? asked : 'private';
}
