import { Injectable } from '@nestjs/common';
import { Database } from '../common/database.js';
import { UUID } from '../common/uuid.js';
import type { Kind } from './audit.rules.js';
import type { AuditEntry } from './audit.service.js';

@Injectable()
export class AuditRepository {
  constructor(private readonly db: Database) {}

  async append(entry: AuditEntry & { kind: Kind }, at: Temporal.Instant): Promise<void> {
    const { action, subject, object, purpose, kind, details } = entry;
    await this.db.execute(
      `INSERT INTO audit_entry (at, action, kind, subject, actor_kind, actor, office, object_id, purpose, details)
       VALUES ($1, $2, $3, $4, app_kind(), coalesce(app_by()::text, app_staff(), app_system()), app_office(), $5, $6, $7)`,
      [at, action, kind, subject, object ?? null, purpose, details ?? {}],
    );
  }
}

const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?Z$/;
const ACTION = /^[a-z][a-z0-9.-]{2,80}$/;

/**
 * The statement that goes along with the BEGIN of a page's first unit of work (common/carried.ts). An object that is
 * no uuid is left out: the page it was asked of answers 404.
 */
export function readStatement(action: string, object: string | undefined, at: Temporal.Instant): string {
  const moment = at.toString();
  if (!INSTANT.test(moment) || !ACTION.test(action)) throw new TypeError('a read of the wrong form');
  const id = object !== undefined && UUID.test(object) ? `'${object}'` : 'NULL';
  return `SELECT audit_read('${moment}', '${action}', ${id})`;
}
