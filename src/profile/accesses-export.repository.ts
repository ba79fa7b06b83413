import { Injectable } from '@nestjs/common';
import { Database } from '../common/database.js';
import { AFTER_ALL, EXPORT_PAGE } from '../common/exported-records.js';
import type { AccessRow } from './accesses.repository.js';

export type AccessCopy = Pick<
  AccessRow,
  'id' | 'at' | 'action' | 'kind' | 'who' | 'actor' | 'office' | 'purpose' | 'details'
>;

/** A person's own record for their copy of all their data; PostgreSQL leaves out what a legal secret covers. */
@Injectable()
export class AccessesExportRepository {
  constructor(private readonly db: Database) {}

  /** Newest first, by key. */
  async page(subject: string, after: AccessCopy | null): Promise<AccessCopy[]> {
    return this.db.query<AccessCopy>(
      `SELECT id, at, action, kind, who, actor_kind, actor, office, object_id, purpose, details FROM audit_entry
       WHERE subject = $1 AND (at, id) < ($2::timestamptz, $3::bigint)
       ORDER BY at DESC, id DESC LIMIT ${EXPORT_PAGE}`,
      [subject, after?.at ?? AFTER_ALL.at, after?.id ?? AFTER_ALL.number],
    );
  }
}
