import { Global, Inject, Module, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { Keys } from '../common/crypto.js';
import { Jobs } from '../common/jobs.js';
import { LOG } from '../common/log-token.js';
import type { Log } from '../common/log.js';
import { Config } from '../config.js';
import { BounceListeners } from './bounce-listeners.js';
import { BounceReader } from './bounce-reader.js';
import { SealedContents } from './contents.js';
import { DeliveryRepository } from './delivery.repository.js';
import { DeliveryService } from './delivery.service.js';
import { MailRoad } from './mail.road.js';
import { MessagesErased } from './messages.erased.js';
import { ExportedMessages } from './messages.exported.js';
import { MessagesOfPersonRepository } from './messages-of-person.repository.js';
import { OutgoingRepository } from './outgoing.repository.js';
import { ReportsController } from './reports.controller.js';
import { ReportsRepository } from './reports.repository.js';
import { ReportsService } from './reports.service.js';
import { ReturnPath } from './return-path.js';
import { Roads } from './roads.js';
import { SmsRoad } from './sms.road.js';
import { TransportMetrics } from './transport-metrics.js';
import { Transport } from './transport.service.js';

@Global()
@Module({
  controllers: [ReportsController],
  providers: [
    { provide: BounceListeners, useFactory: () => new BounceListeners() },
    { provide: ReturnPath, useFactory: returnPathOf, inject: [Config, Keys] },
    { provide: Roads, useFactory: roadsOf, inject: [Config, ReturnPath] },
    BounceReader,
    DeliveryRepository,
    DeliveryService,
    ExportedMessages,
    MessagesErased,
    MessagesOfPersonRepository,
    OutgoingRepository,
    ReportsRepository,
    ReportsService,
    SealedContents,
    Transport,
    TransportMetrics,
  ],
  exports: [BounceListeners, Transport],
})
export class TransportModule implements OnModuleInit, OnApplicationShutdown {
  constructor(
    private readonly config: Config,
    private readonly jobs: Jobs,
    private readonly delivery: DeliveryService,
    private readonly roads: Roads,
    @Inject(LOG) private readonly log: Log,
  ) {}

  onModuleInit(): void {
    const { development, mail, sms } = this.config;
    if (!mail) this.log.warn({ channel: 'email' }, 'SMTP_URL is missing: nothing is sent by this channel');
    if (!sms) this.log.warn({ channel: 'sms' }, 'SMS_URL is missing: nothing is sent by this channel');
    // A catcher without a port is a test's, which delivers when it wants to see what was sent.
    if (development?.mailCatcherPort === 0) return;
    this.jobs.register({ name: 'transport.deliver', everySeconds: 2, run: () => this.delivery.look() });
    this.jobs.register({ name: 'transport.forget', everySeconds: 600, run: () => this.delivery.forget() });
  }

  async onApplicationShutdown(): Promise<void> {
    await this.roads.close();
  }
}

function returnPathOf({ mail, institute }: Config, keys: Keys): ReturnPath {
  return new ReturnPath(keys, mail?.returnTo ?? institute.email);
}

function roadsOf({ mail, sms, baseUrl }: Config, path: ReturnPath): Roads {
  return new Roads({
    email: mail && new MailRoad(mail, path, new URL('/dati/preferenze', baseUrl).href),
    sms: sms && new SmsRoad(sms, new URL('/trasporto/sms', baseUrl).href),
  });
}
