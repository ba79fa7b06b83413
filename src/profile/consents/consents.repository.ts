import { Injectable } from '@nestjs/common';
import { Database } from '../../common/database.js';
import type { ConsentPurpose, NoticeType } from '../../common/notice-types.js';
import type { Language } from '../../common/texts.js';

export interface ConsentTextRow {
  purpose: ConsentPurpose;
  version: number;
  title: string;
  body: string;
  published_on: Temporal.PlainDate;
}

/** A line of the ledger with the words it was about, in the language they were read in. */
export interface ConsentEventRow extends ConsentTextRow {
  id: string;
  number: number;
  given: boolean;
  language: Language;
  channel: 'web' | 'counter' | 'phone' | 'paper';
  session_id: string | null;
  at: Temporal.Instant;
}

export type NewConsentEvent = Pick<ConsentEventRow, 'id' | 'purpose' | 'number' | 'given' | 'version' | 'language'> & {
  sessionId: string;
  at: Temporal.Instant;
};

@Injectable()
export class ConsentsRepository {
  constructor(private readonly db: Database) {}

  /** The words of today for each purpose. They are PostgreSQL's: while a release rolls out, the newest hold for all. */
  async currentTexts(language: Language): Promise<ConsentTextRow[]> {
    return this.db.query<ConsentTextRow>(
      `SELECT DISTINCT ON (purpose) purpose, version, title, body, published_on FROM consent_text
       WHERE language = $1 ORDER BY purpose, version DESC`,
      [language],
    );
  }

  /** The last line of each purpose. */
  async lastEvents(subject: string): Promise<ConsentEventRow[]> {
    return this.db.query<ConsentEventRow>(
      `SELECT DISTINCT ON (e.purpose) ${COLUMNS} FROM consent_event e JOIN consent_text t USING (purpose, version, language)
       WHERE e.citizen_id = $1 ORDER BY e.purpose, e.number DESC`,
      [subject],
    );
  }

  /** Newest first, by key. */
  async history(subject: string, before: { at: string; id: string }, size: number): Promise<ConsentEventRow[]> {
    return this.db.query<ConsentEventRow>(
      `SELECT ${COLUMNS} FROM consent_event e JOIN consent_text t USING (purpose, version, language)
       WHERE e.citizen_id = $1 AND (e.at, e.id) < ($2::timestamptz, $3::uuid) ORDER BY e.at DESC, e.id DESC LIMIT $4`,
      [subject, before.at, before.id, size],
    );
  }

  async event(subject: string, id: string): Promise<ConsentEventRow | null> {
    const rows = await this.db.query<ConsentEventRow>(
      `SELECT ${COLUMNS} FROM consent_event e JOIN consent_text t USING (purpose, version, language)
       WHERE e.citizen_id = $1 AND e.id = $2`,
      [subject, id],
    );
    return rows[0] ?? null;
  }

  /** @returns whether this line is written: of two at once with the same number, one is. */
  async append(subject: string, event: NewConsentEvent): Promise<boolean> {
    const { id, purpose, number, given, version, language, sessionId, at } = event;
    const written = await this.db.execute(
      `INSERT INTO consent_event (id, citizen_id, purpose, number, given, version, language, channel, session_id, at)
       VALUES ($1, $2, $3, $4, $5, $6, $7, 'web', $8, $9) ON CONFLICT (citizen_id, purpose, number) DO NOTHING`,
      [id, subject, purpose, number, given, version, language, sessionId, at],
    );
    return written > 0;
  }

  /** Stops what waits to be sent to the citizen of the unit about notices of these types. @returns how many messages */
  async stopMessages(types: readonly NoticeType[], at: Temporal.Instant): Promise<number> {
    const rows = await this.db.query<{ stopped: number }>('SELECT notice_messages_stop($1, $2) AS stopped', [
      types,
      at,
    ]);
    return rows[0]?.stopped ?? 0;
  }

  /** Lines of a person, for the report of an erasure. */
  async count(subject: string): Promise<number> {
    const rows = await this.db.query<{ lines: number }>(
      'SELECT count(*) AS lines FROM consent_event WHERE citizen_id = $1',
      [subject],
    );
    return rows[0]?.lines ?? 0;
  }
}

const COLUMNS = `e.id, e.purpose, e.number, e.given, e.version, e.language, e.channel, e.session_id, e.at, t.title, t.body, t.published_on`;
