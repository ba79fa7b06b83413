import { Module, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { SpidProviders, SpidService } from '../auth/index.js';
import { Clock } from '../common/clock.js';
import { Config } from '../config.js';
import { startDevIdp, type DevIdp } from './idp/index.js';

/** The doubles of outside parties, in development only: each speaks the real protocol, at an address of its own. */
@Module({})
export class DevModule implements OnApplicationBootstrap, OnApplicationShutdown {
  private identityProvider: DevIdp | null = null;

  constructor(
    private readonly config: Config,
    private readonly clock: Clock,
    private readonly providers: SpidProviders,
    private readonly spid: SpidService,
  ) {
    if (config.production || !config.development) throw new Error('development doubles are refused here');
  }

  async onApplicationBootstrap(): Promise<void> {
    const { identityProviderPort: port, keepKeys } = this.config.development!;
    this.identityProvider = await startDevIdp({
      port,
      host: '127.0.0.1',
      dataDir: keepKeys ? this.config.dataDir : null,
      clock: this.clock,
      serviceMetadata: async () => this.spid.metadata(),
    });
    this.providers.add(this.identityProvider.metadataXml);
  }

  async onApplicationShutdown(): Promise<void> {
    await this.identityProvider?.close();
  }
}
