import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { Clock } from '../common/clock.js';
import { refusalOf } from './address.rules.js';
import { SealedContents } from './contents.js';
import type { Channel, Message } from './message.js';
import { OutgoingRepository } from './outgoing.repository.js';
import { Roads } from './roads.js';
import { inSmsAlphabet } from './sms-text.rules.js';

/** The way out for every module: a message is a row of the unit of work under way, and a worker hands it over. */
@Injectable()
export class Transport {
  constructor(
    private readonly outgoing: OutgoingRepository,
    private readonly contents: SealedContents,
    private readonly roads: Roads,
    private readonly clock: Clock,
  ) {}

  /** Whether the installation has this channel; without its settings a channel is off. */
  available(channel: Channel): boolean {
    return this.roads.to(channel) !== null;
  }

  /**
   * Writes the message with the unit of work under way, whoever acts in it. Once: the same key writes nothing again.
   * There is no job for each message: workers look every two seconds, sooner than the queue would wake them.
   * @throws TypeError on an address or a title that could add headers or recipients; nothing is written then
   */
  async send(message: Message): Promise<void> {
    const { subject, channel, kind, key, to, title, language = 'it' } = message;
    const text = channel === 'sms' ? inSmsAlphabet(message.text) : message.text;
    const refused = refusalOf({ ...message, text });
    if (refused) throw new TypeError(`a message with a ${refused} that cannot be sent`);
    const [id, at] = [randomUUID(), this.clock.now()];
    const sealed = this.contents.seal(id, { to, title, text, language });
    await this.outgoing.add({ id, subject, channel, kind, key, sealed, notBefore: message.notBefore ?? at, at });
  }
}
