import { Injectable, type OnModuleInit } from '@nestjs/common';
import type { Acting } from '../../common/acting.js';
import { recordOf } from '../../common/exported-records.js';
import { ExportedParts, type Exported, type ExportedRecord } from '../../common/exported.js';
import type { Translate } from '../../common/texts.js';
import { PreferencesRepository } from './preferences.repository.js';

/** What the person chose: nothing when they never saved, since what is usual is not theirs. */
@Injectable()
export class ExportedPreferences implements Exported, OnModuleInit {
  readonly id = 'preferenze';
  readonly order = 45;
  readonly titleKey = 'preferences.title';
  readonly tables = ['notice_preference', 'notice_setting'];
  readonly columns = [
    { name: 'what', titleKey: 'preferences.col-type' },
    { name: 'channel', titleKey: 'preferences.col-channel' },
    { name: 'wanted', titleKey: 'preferences.col-wanted' },
    { name: 'quiet_from', titleKey: 'preferences.from' },
    { name: 'quiet_to', titleKey: 'preferences.to' },
  ];

  constructor(
    private readonly parts: ExportedParts,
    private readonly preferences: PreferencesRepository,
  ) {}

  onModuleInit(): void {
    this.parts.register(this);
  }

  async *records({ subject }: Acting, t: Translate): AsyncGenerator<ExportedRecord[]> {
    const { quiet, quiet_from: from, quiet_to: to } = await this.preferences.setting(subject);
    const said = await this.preferences.wishes(subject);
    const none = { quiet_from: null, quiet_to: null };
    const rows = said.map(({ type, channel, wanted }) => ({
      ...none,
      what: t(`notifications.type-${type}`),
      channel,
      wanted,
    }));
    if (quiet === null) return;
    const hours = { quiet_from: String(from), quiet_to: String(to) };
    const silence = { ...hours, what: t('preferences.quiet'), channel: 'sms', wanted: quiet };
    yield [silence, ...rows].map((row) => recordOf(this.columns, row));
  }
}
