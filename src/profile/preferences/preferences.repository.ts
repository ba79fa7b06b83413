import { Injectable } from '@nestjs/common';
import { Database } from '../../common/database.js';
import type { ConsentPurpose, NoticeType } from '../../common/notice-types.js';
import type { Language } from '../../common/texts.js';
import type { Wish } from './preferences.rules.js';

export interface SettingRow {
  /** 0 until the person saves for the first time. */
  version: number;
  quiet: boolean | null;
  quiet_from: Temporal.PlainTime | null;
  quiet_to: Temporal.PlainTime | null;
  language: Language | null;
}

/** What is needed to send one notice to one person. */
export interface DeliveryRow extends Omit<SettingRow, 'version'> {
  email: boolean | null;
  sms: boolean | null;
  /** GDPR art. 18. */
  restricted: boolean;
}

export interface NewSetting {
  /** The version that was read: 0 for none. */
  after: number;
  quiet: boolean;
  from: Temporal.PlainTime;
  to: Temporal.PlainTime;
  at: Temporal.Instant;
}

@Injectable()
export class PreferencesRepository {
  constructor(private readonly db: Database) {}

  async setting(subject: string): Promise<SettingRow> {
    const rows = await this.db.query<SettingRow>(
      `SELECT coalesce(s.version, 0) AS version, s.quiet, s.quiet_from, s.quiet_to, message_language($1) AS language
       FROM (VALUES ($1::uuid)) AS of (citizen) LEFT JOIN notice_setting s ON s.citizen_id = of.citizen`,
      [subject],
    );
    return rows[0]!;
  }

  async wishes(subject: string): Promise<Wish[]> {
    return this.db.query<Wish>('SELECT type, channel, wanted FROM notice_preference WHERE citizen_id = $1', [subject]);
  }

  /** @returns whether it is saved: not when another window saved since `after` was read. */
  async saveSetting(subject: string, { after, quiet, from, to, at }: NewSetting): Promise<boolean> {
    const saved = await this.db.execute(
      `INSERT INTO notice_setting AS old (citizen_id, version, quiet, quiet_from, quiet_to, changed_at)
       VALUES ($1, $2::int + 1, $3, $4, $5, $6)
       ON CONFLICT (citizen_id) DO UPDATE SET version = excluded.version, quiet = excluded.quiet,
         quiet_from = excluded.quiet_from, quiet_to = excluded.quiet_to, changed_at = excluded.changed_at
       WHERE old.version = $2`,
      [subject, after, quiet, from, to, at],
    );
    return saved > 0;
  }

  async saveWishes(subject: string, wishes: readonly Wish[]): Promise<void> {
    await this.db.execute(
      `INSERT INTO notice_preference AS old (citizen_id, type, channel, wanted)
       SELECT $1, type, channel, wanted FROM unnest($2::text[], $3::text[], $4::boolean[]) AS said (type, channel, wanted)
       ON CONFLICT (citizen_id, type, channel) DO UPDATE SET wanted = excluded.wanted WHERE old.wanted <> excluded.wanted`,
      [
        subject,
        wishes.map(({ type }) => type),
        wishes.map(({ channel }) => channel),
        wishes.map(({ wanted }) => wanted),
      ],
    );
  }

  async setLanguage(subject: string, language: Language, at: Temporal.Instant): Promise<void> {
    await this.db.execute(
      'UPDATE citizen SET language = $2, updated_at = $3 WHERE id = $1 AND language IS DISTINCT FROM $2',
      [subject, language, at],
    );
  }

  /** In one look, as system('delivery'). */
  async delivery(subject: string, type: NoticeType): Promise<DeliveryRow> {
    const rows = await this.db.query<DeliveryRow>(
      `SELECT s.quiet, s.quiet_from, s.quiet_to, message_language($1) AS language, message_restricted($1) AS restricted,
         (SELECT wanted FROM notice_preference WHERE citizen_id = $1 AND type = $2 AND channel = 'email') AS email,
         (SELECT wanted FROM notice_preference WHERE citizen_id = $1 AND type = $2 AND channel = 'sms') AS sms
       FROM (VALUES ($1::uuid)) AS of (citizen) LEFT JOIN notice_setting s ON s.citizen_id = of.citizen`,
      [subject, type],
    );
    return rows[0]!;
  }

  /**
   * Whether what a person may refuse can be sent to them: their last word on it is a yes to the words of today, and they
   * neither restricted nor objected to what is done with their data. As system('delivery').
   */
  async optionalAllowed(subject: string, purpose: ConsentPurpose): Promise<boolean> {
    const rows = await this.db.query<{ allowed: boolean }>(
      `SELECT e.given AND e.version = (SELECT max(t.version) FROM consent_text t WHERE t.purpose = $2)
         AND NOT message_restricted($1) AND NOT message_objected($1) AS allowed
       FROM consent_event e WHERE e.citizen_id = $1 AND e.purpose = $2 ORDER BY e.number DESC LIMIT 1`,
      [subject, purpose],
    );
    return rows[0]?.allowed ?? false;
  }

  /** As system('erasure'). @returns how many rows are gone */
  async erase(subject: string): Promise<number> {
    const wishes = await this.db.execute('DELETE FROM notice_preference WHERE citizen_id = $1', [subject]);
    return wishes + (await this.db.execute('DELETE FROM notice_setting WHERE citizen_id = $1', [subject]));
  }
}
