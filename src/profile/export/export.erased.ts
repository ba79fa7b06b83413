import { Injectable, type OnModuleInit } from '@nestjs/common';
import { ErasedParts, type Erased, type ErasureOutcome } from '../../common/erased.js';
import { ExportErasureRepository } from './export-erasure.repository.js';

/** Copies go whole, at whatever stage they are: nothing asks to keep them. */
@Injectable()
export class ErasedExports implements Erased, OnModuleInit {
  readonly id = 'copie';
  readonly order = 95;
  readonly titleKey = 'erasure.copies';
  readonly tables = ['data_export', 'export_chunk'];
  readonly keptKey = null;
  readonly alone = true;

  constructor(
    private readonly parts: ErasedParts,
    private readonly copies: ExportErasureRepository,
  ) {}

  onModuleInit(): void {
    this.parts.register(this);
  }

  async erase(subject: string): Promise<ErasureOutcome> {
    return { deleted: await this.copies.deleteAll(subject), kept: 0 };
  }
}
