import { Injectable } from '@nestjs/common';
import { Database } from '../common/database.js';
import { AFTER_ALL, EXPORT_PAGE } from '../common/exported-records.js';
import type { NoticeRow } from './notifications.repository.js';

export type NoticeCopy = NoticeRow & { source: string; source_id: string };

/** A person's notices for their copy of all their data. */
@Injectable()
export class NoticesExportRepository {
  constructor(private readonly db: Database) {}

  /** Newest first, by key. */
  async page(subject: string, after: NoticeCopy | null): Promise<NoticeCopy[]> {
    return this.db.query<NoticeCopy>(
      `SELECT id, type, source, source_id, text_key, parameters, link, created_at, read_at FROM notice
       WHERE citizen_id = $1 AND (created_at, id) < ($2::timestamptz, $3::uuid)
       ORDER BY created_at DESC, id DESC LIMIT ${EXPORT_PAGE}`,
      [subject, after?.created_at ?? AFTER_ALL.at, after?.id ?? AFTER_ALL.uuid],
    );
  }
}
