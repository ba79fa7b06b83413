import { Injectable, type OnModuleInit } from '@nestjs/common';
import { ErasedParts, type Erased, type ErasureOutcome } from '../../common/erased.js';
import { PreferencesRepository } from './preferences.repository.js';

/** All of it goes: what is usual applies again. */
@Injectable()
export class ErasedPreferences implements Erased, OnModuleInit {
  readonly id = 'preferences';
  readonly order = 45;
  readonly titleKey = 'preferences.title';
  readonly tables = ['notice_preference', 'notice_setting'];
  readonly keptKey = null;
  readonly alone = true;

  constructor(
    private readonly parts: ErasedParts,
    private readonly preferences: PreferencesRepository,
  ) {}

  onModuleInit(): void {
    this.parts.register(this);
  }

  async erase(subject: string): Promise<ErasureOutcome> {
    return { deleted: await this.preferences.erase(subject), kept: 0 };
  }
}
