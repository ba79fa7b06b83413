import { Injectable, type OnModuleInit } from '@nestjs/common';
import { ErasedParts, type Erased, type ErasureOutcome } from '../common/erased.js';
import { AuditErasureRepository } from './audit-erasure.repository.js';

/**
 * The record of who did what is the proof that the data was treated as the law asks: it stays (GDPR art. 5(2), 17(3)(b)
 * and (e)). It names the person by a number that leads to nobody once their identity is gone.
 */
@Injectable()
export class AuditErased implements Erased, OnModuleInit {
  readonly id = 'accesses';
  readonly order = 900;
  readonly titleKey = 'erasure.accesses';
  readonly tables = ['audit_entry'] as const;
  readonly keptKey = 'erasure.kept-accesses';
  readonly alone = false;

  constructor(
    private readonly parts: ErasedParts,
    private readonly entries: AuditErasureRepository,
  ) {}

  onModuleInit(): void {
    this.parts.register(this);
  }

  async erase(subject: string): Promise<ErasureOutcome> {
    return { deleted: 0, kept: await this.entries.countOf(subject) };
  }
}
