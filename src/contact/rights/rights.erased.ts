import { Injectable, type OnModuleInit } from '@nestjs/common';
import { ErasedParts, type Erased, type ErasureOutcome } from '../../common/erased.js';
import { ErasureRepository } from './erasure.repository.js';

/** The requests themselves stay, as the proof of what was asked and done; what the person typed goes (ErasureService). */
@Injectable()
export class RightsErased implements Erased, OnModuleInit {
  readonly id = 'rights';
  readonly order = 910;
  readonly titleKey = 'erasure.rights';
  readonly tables = ['right_request', 'right_event'] as const;
  readonly keptKey = 'erasure.kept-rights';
  readonly alone = false;

  constructor(
    private readonly parts: ErasedParts,
    private readonly requests: ErasureRepository,
  ) {}

  onModuleInit(): void {
    this.parts.register(this);
  }

  async erase(subject: string): Promise<ErasureOutcome> {
    return { deleted: 0, kept: await this.requests.countOf(subject) };
  }
}
