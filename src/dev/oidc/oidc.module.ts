import { Module, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { StaffIssuer } from '../../auth/index.js';
import { Clock } from '../../common/clock.js';
import { Config } from '../../config.js';
import { startDevOidc, type DevOidc } from './oidc.js';

const CLIENT = { clientId: 'portale-di-prova', clientSecret: 'segreto-di-prova' } as const;

/** The double of the institute's own sign-in, unless a real one was configured. */
@Module({})
export class DevOidcModule implements OnApplicationBootstrap, OnApplicationShutdown {
  private provider: DevOidc | null = null;

  constructor(
    private readonly config: Config,
    private readonly clock: Clock,
    private readonly issuer: StaffIssuer,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    const { development, baseUrl } = this.config;
    if (!development || this.issuer.configured) return;
    const { clientId, clientSecret } = CLIENT;
    this.provider = await startDevOidc({
      port: development.staffProviderPort,
      host: '127.0.0.1',
      client: { id: clientId, secret: clientSecret, redirectUri: new URL('/operatore/rientro', baseUrl).href },
      clock: this.clock,
    });
    this.issuer.useWhenNone({ issuer: this.provider.issuer, clientId, clientSecret });
  }

  async onApplicationShutdown(): Promise<void> {
    await this.provider?.close();
  }
}
