import { Injectable, type OnModuleInit } from '@nestjs/common';
import { ErasedParts, type Erased, type ErasureOutcome } from '../../common/erased.js';
import { ConsentsRepository } from './consents.repository.js';

/**
 * The ledger stays: who relied on a consent must be able to show it (GDPR art. 7(1), art. 17(3)(b) and (e)). It goes with
 * the person when their time is over.
 */
@Injectable()
export class ErasedConsents implements Erased, OnModuleInit {
  readonly id = 'consents';
  readonly order = 40;
  readonly titleKey = 'consents.title';
  readonly tables = ['consent_event'];
  readonly keptKey = 'consents.kept';
  readonly alone = true;

  constructor(
    private readonly parts: ErasedParts,
    private readonly consents: ConsentsRepository,
  ) {}

  onModuleInit(): void {
    this.parts.register(this);
  }

  async erase(subject: string): Promise<ErasureOutcome> {
    return { deleted: 0, kept: await this.consents.count(subject) };
  }
}
