import { Injectable, type OnModuleInit } from '@nestjs/common';
import type { Acting } from '../common/acting.js';
import { pagesByKey, recordOf } from '../common/exported-records.js';
import { ExportedParts, type Exported, type ExportedRecord } from '../common/exported.js';
import type { Translate } from '../common/texts.js';
import { lookUp } from '../common/look-up.js';
import { MessagesOfPersonRepository, type MessageCopy } from './messages-of-person.repository.js';

/** Every state of a message (migrations/0013-transport.ts), in words. */
const STATES: Readonly<Record<string, string>> = {
  creata: 'messages.state-waiting',
  'in invio': 'messages.state-sending',
  inviata: 'messages.state-sent',
  consegnata: 'messages.state-delivered',
  'errore temporaneo': 'messages.state-retrying',
  'errore definitivo': 'messages.state-failed',
  incerta: 'messages.state-uncertain',
  scaduta: 'messages.state-expired',
};
const KINDS = { code: 'messages.kind-code', security: 'messages.kind-security', notice: 'messages.kind-notice' };
const CHANNELS = { email: 'messages.channel-email', sms: 'messages.channel-sms' };

/** The e-mails and SMS sent to a person: when and how they ended. Their texts are not kept. */
@Injectable()
export class ExportedMessages implements Exported, OnModuleInit {
  readonly id = 'messaggi';
  readonly order = 60;
  readonly titleKey = 'messages.exported';
  readonly tables = ['outgoing_message', 'delivery_attempt', 'delivery_report'];
  readonly columns = [
    { name: 'id', titleKey: 'messages.column-number' },
    { name: 'created_at', titleKey: 'messages.column-written' },
    { name: 'channel', titleKey: 'messages.column-channel' },
    { name: 'kind', titleKey: 'messages.column-kind' },
    { name: 'state', titleKey: 'messages.column-state' },
    { name: 'attempts', titleKey: 'messages.column-attempts' },
    { name: 'ended_at', titleKey: 'messages.column-ended' },
  ];

  constructor(
    private readonly parts: ExportedParts,
    private readonly messages: MessagesOfPersonRepository,
  ) {}

  onModuleInit(): void {
    this.parts.register(this);
  }

  async *records({ subject }: Acting, t: Translate): AsyncGenerator<ExportedRecord[]> {
    for await (const page of pagesByKey<MessageCopy>((after) => this.messages.page(subject, after)))
      yield page.map((one) => recordOf(this.columns, { ...one, ...words(one, t) }));
  }
}

function words({ channel, kind, state }: MessageCopy, t: Translate): Record<'channel' | 'kind' | 'state', string> {
  return { channel: t(CHANNELS[channel]), kind: t(KINDS[kind]), state: t(lookUp(STATES, state)!) };
}
