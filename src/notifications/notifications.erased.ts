import { Injectable, type OnModuleInit } from '@nestjs/common';
import { ErasedParts, type Erased, type ErasureOutcome } from '../common/erased.js';
import { NotificationsRepository } from './notifications.repository.js';

/** The notices of the Centro notifiche. */
@Injectable()
export class NoticesErased implements Erased, OnModuleInit {
  readonly id = 'notices';
  readonly order = 200;
  readonly titleKey = 'erasure.notices';
  readonly tables = ['notice'] as const;
  readonly keptKey = null;
  readonly alone = true;

  constructor(
    private readonly parts: ErasedParts,
    private readonly notices: NotificationsRepository,
  ) {}

  onModuleInit(): void {
    this.parts.register(this);
  }

  async erase(subject: string): Promise<ErasureOutcome> {
    return { deleted: await this.notices.eraseAll(subject), kept: 0 };
  }
}
