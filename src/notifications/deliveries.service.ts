import { Injectable } from '@nestjs/common';
import type { NoticeType } from '../common/notice-types.js';
import { Texts } from '../common/texts.js';
import { Config } from '../config.js';
import { PreferencesService, type Road } from '../profile/index.js';
import { Transport } from '../transport/index.js';
import { deliveryKey } from './deliveries.repository.js';
import { messageText } from './message-text.rules.js';

/** Tells a person, by the roads they chose, that there is a notice: what it says stays in the portal. */
@Injectable()
export class DeliveriesService {
  constructor(
    private readonly config: Config,
    private readonly texts: Texts,
    private readonly preferences: PreferencesService,
    private readonly transport: Transport,
  ) {}

  /** Whether this type of notice may be sent to the person: one that rests on a consent, while it holds. */
  allowed(subject: string, type: NoticeType): Promise<boolean> {
    return this.preferences.allows(subject, type);
  }

  /** In the unit of work that wrote the notice: both are there, or neither. */
  async tell(subject: string, id: string, type: NoticeType, now: Temporal.Instant): Promise<void> {
    for (const road of await this.preferences.roads(subject, type, now)) await this.send(subject, id, type, road);
  }

  private async send(subject: string, id: string, type: NoticeType, road: Road): Promise<void> {
    const { channel, to, notBefore, language } = road;
    const { institute, baseUrl } = this.config;
    const address = channel === 'email' ? new URL(`/notifiche/${id}`, baseUrl).href : baseUrl.host;
    const { title, text } = messageText(this.texts.for(language), channel, { type, portal: institute.name, address });
    const message = { channel, subject, to, title, text, language, kind: 'notice' as const };
    await this.transport.send({ ...message, key: deliveryKey(id, channel), ...(notBefore ? { notBefore } : {}) });
  }
}
