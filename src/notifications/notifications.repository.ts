import { Injectable } from '@nestjs/common';
import { Database } from '../common/database.js';
import { newestFirst } from '../common/page-key.js';
import type { NewNotice } from './notifications.service.js';

export interface NoticeRow {
  id: string;
  type: string;
  text_key: string;
  parameters: Record<string, string>;
  link: string | null;
  created_at: Temporal.Instant;
  read_at: Temporal.Instant | null;
}

export interface NoticePage {
  notices: NoticeRow[];
  /** Ids of the unread ones there are, whatever the page shows: UNREAD_COUNTED at most, the newest. */
  unread: string[];
  /** Key for the next page, null on the last. */
  next: string | null;
}

/** The count on the page stops here: more is said as "99+", and costs no more however many there are. */
export const UNREAD_COUNTED = 100;

@Injectable()
export class NotificationsRepository {
  constructor(private readonly db: Database) {}

  /**
   * A notice that was sent before (same source and id) is left as it is. No arbiter is named: PostgreSQL would ask staff
   * and jobs, who tell people things, for the right to read notices. @returns whether it is new
   */
  async add(id: string, subject: string, notice: NewNotice, now: Temporal.Instant): Promise<boolean> {
    const { type, source, sourceId, textKey, parameters, link } = notice;
    const added = await this.db.execute(
      `INSERT INTO notice (id, citizen_id, type, source, source_id, text_key, parameters, link, created_at)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT DO NOTHING`,
      [id, subject, type, source, sourceId, textKey, parameters, link, now],
    );
    return added > 0;
  }

  /** Newest first, by key rather than by offset: page 1000 costs as much as page 1. */
  async page(subject: string, unreadOnly: boolean, before: string | null, size: number): Promise<NoticePage> {
    const { at, id } = newestFirst.read(before);
    // First: what commits between the two is then on the page and not among these, so nobody marks it unseen.
    const unread = await this.unread(subject);
    const notices = await this.db.query<NoticeRow>(
      `SELECT id, type, text_key, parameters, link, created_at, read_at FROM notice
       WHERE citizen_id = $1 ${unreadOnly ? 'AND read_at IS NULL' : ''}
         AND (created_at, id) < ($2, $3)
       ORDER BY created_at DESC, id DESC LIMIT $4`,
      [subject, at, id, size + 1],
    );
    const last = notices[size - 1];
    return {
      notices: notices.slice(0, size),
      unread,
      next: notices.length > size && last ? newestFirst.after({ at: last.created_at, id: last.id }) : null,
    };
  }

  async open(subject: string, id: string, now: Temporal.Instant): Promise<NoticeRow | null> {
    const rows = await this.db.query<NoticeRow>(
      `UPDATE notice SET read_at = coalesce(read_at, greatest($3::timestamptz(3), created_at)) WHERE id = $2 AND citizen_id = $1
       RETURNING id, type, text_key, parameters, link, created_at, read_at`,
      [subject, id, now],
    );
    return rows[0] ?? null;
  }

  async markRead(subject: string, ids: readonly string[], now: Temporal.Instant): Promise<number> {
    return this.db.execute(
      `UPDATE notice SET read_at = greatest($3::timestamptz(3), created_at)
       WHERE citizen_id = $1 AND read_at IS NULL AND id = ANY ($2)`,
      [subject, ids, now],
    );
  }

  /** All of a person, as system('erasure'). @returns how many */
  eraseAll(subject: string): Promise<number> {
    return this.db.execute('DELETE FROM notice WHERE citizen_id = $1', [subject]);
  }

  /** The newest unread ones with their number, in one look at the index. */
  async newestUnread(subject: string, limit: number): Promise<{ notices: NoticeRow[]; unread: number }> {
    const notices = await this.db.query<NoticeRow & { unread: number }>(
      `SELECT id, type, text_key, parameters, link, created_at, read_at,
         (SELECT count(*) FROM (SELECT 1 FROM notice WHERE citizen_id = $1 AND read_at IS NULL LIMIT ${UNREAD_COUNTED}) counted) AS unread
       FROM notice WHERE citizen_id = $1 AND read_at IS NULL ORDER BY created_at DESC, id DESC LIMIT $2`,
      [subject, limit],
    );
    return { notices, unread: notices[0]?.unread ?? 0 };
  }

  private async unread(subject: string): Promise<string[]> {
    const rows = await this.db.query<{ id: string }>(
      `SELECT id FROM notice WHERE citizen_id = $1 AND read_at IS NULL ORDER BY created_at DESC, id DESC LIMIT ${UNREAD_COUNTED}`,
      [subject],
    );
    return rows.map(({ id }) => id);
  }
}
