import { Module, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { Clock } from '../../common/clock.js';
import { Config } from '../../config.js';
import { startDevPost, type DevPost } from './post.js';

/** The catchers of mail and SMS, for as much as no real server was configured. */
@Module({})
export class DevPostModule implements OnApplicationBootstrap, OnApplicationShutdown {
  private post: DevPost | null = null;

  constructor(
    private readonly config: Config,
    private readonly clock: Clock,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    const { development, mail, sms, baseUrl } = this.config;
    // Without a port of its own it is a test's, which starts one when it wants to see what was sent.
    if (!development || !mail || !sms || development.mailCatcherPort === 0) return;
    if (!isAt(mail.url, development.mailCatcherPort) && !isAt(sms.url, development.smsCatcherPort)) return;
    this.post = await startDevPost({
      smtpPort: development.mailCatcherPort,
      httpPort: development.smsCatcherPort,
      host: '127.0.0.1',
      clock: this.clock,
      returnsUrl: new URL('/trasporto/rimbalzi', baseUrl).href,
      bounceKey: mail.bounceKey ?? '',
      token: sms.token,
      reportKey: sms.reportKey,
    });
  }

  async onApplicationShutdown(): Promise<void> {
    await this.post?.close();
  }
}

function isAt({ hostname, port }: URL, own: number): boolean {
  return hostname === '127.0.0.1' && port === String(own);
}
