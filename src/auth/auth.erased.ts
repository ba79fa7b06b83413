import { Injectable, type OnModuleInit } from '@nestjs/common';
import { ErasedParts, type Erased, type ErasureOutcome } from '../common/erased.js';
import { CitizensRepository } from './citizens.repository.js';

/**
 * Who the person is, their sessions, kept forms and PIN. The last part: with the person goes whatever no part named
 * (ON DELETE CASCADE). The record of SPID exchanges stays for 24 months (AgID); it names no citizen of ours.
 */
@Injectable()
export class AuthErased implements Erased, OnModuleInit {
  readonly id = 'identity';
  readonly order = 1000;
  readonly titleKey = 'erasure.identity';
  readonly tables = ['citizen', 'session', 'parked_form', 'pin_credential'] as const;
  readonly keptKey = 'erasure.kept-identity';
  readonly alone = false;

  constructor(
    private readonly parts: ErasedParts,
    private readonly citizens: CitizensRepository,
  ) {}

  onModuleInit(): void {
    this.parts.register(this);
  }

  async erase(subject: string): Promise<ErasureOutcome> {
    return { deleted: await this.citizens.erase(subject), kept: 0 };
  }
}
