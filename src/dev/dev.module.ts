import { Module, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { CnsListener, CnsTrust, PinDemonstration, SamlFederations } from '../auth/index.js';
import { Clock } from '../common/clock.js';
import { Config } from '../config.js';
import { startDevCards } from './cns/index.js';
import { DevOidcModule } from './oidc/index.js';
import { startDevIdp, type DevIdp } from './idp/index.js';
import { PIN_PERSON } from './people.js';
import { DevPostModule } from './post/index.js';

/** The doubles of outside parties, in development only: each speaks the real protocol, at an address of its own. */
@Module({ imports: [DevOidcModule, DevPostModule] })
export class DevModule implements OnApplicationBootstrap, OnApplicationShutdown {
  private identityProvider: DevIdp | null = null;

  constructor(
    private readonly config: Config,
    private readonly clock: Clock,
    private readonly federations: SamlFederations,
    private readonly cardTrust: CnsTrust,
    private readonly cardListener: CnsListener,
    pin: PinDemonstration,
  ) {
    if (config.production || !config.development) throw new Error('development doubles are refused here');
    pin.person = { ...PIN_PERSON, name: `${PIN_PERSON.name} ${PIN_PERSON.familyName}` };
  }

  async onApplicationBootstrap(): Promise<void> {
    const { identityProviderPort: port, keepKeys } = this.config.development!;
    this.identityProvider = await startDevIdp({
      port,
      host: '127.0.0.1',
      dataDir: keepKeys ? this.config.dataDir : null,
      clock: this.clock,
      serviceMetadata: async (federation) => this.federations.metadata(federation),
    });
    for (const { federation, metadataXml } of this.identityProvider.providers)
      this.federations.addProvider(federation, metadataXml);
    await startDevCards({ config: this.config, clock: this.clock, trust: this.cardTrust, listener: this.cardListener });
  }

  async onApplicationShutdown(): Promise<void> {
    await this.identityProvider?.close();
  }
}
