import { Injectable, type OnModuleInit } from '@nestjs/common';
import { ErasedParts, type Erased, type ErasureOutcome } from '../common/erased.js';
import { MessagesOfPersonRepository } from './messages-of-person.repository.js';

/** The e-mails and SMS of a person, sent and waiting: what waits is not sent any more. */
@Injectable()
export class MessagesErased implements Erased, OnModuleInit {
  readonly id = 'messages';
  // Before the contacts: a message that came back is locked first, then the contact it was sent to.
  readonly order = 190;
  readonly titleKey = 'erasure.messages';
  readonly tables = ['outgoing_message', 'delivery_attempt', 'delivery_report'] as const;
  readonly keptKey = null;
  readonly alone = true;

  constructor(
    private readonly parts: ErasedParts,
    private readonly messages: MessagesOfPersonRepository,
  ) {}

  onModuleInit(): void {
    this.parts.register(this);
  }

  async erase(subject: string): Promise<ErasureOutcome> {
    return { deleted: await this.messages.eraseAll(subject), kept: 0 };
  }
}
