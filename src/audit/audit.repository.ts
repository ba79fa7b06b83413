import { Injectable } from '@nestjs/common';
import { Database } from '../common/database.js';
import type { AuditEntry } from './audit.service.js';

@Injectable()
export class AuditRepository {
  constructor(private readonly db: Database) {}

  async append({ action, subject, object, purpose, details }: AuditEntry, at: Temporal.Instant): Promise<void> {
    await this.db.execute(
      `INSERT INTO audit_entry (at, action, subject, actor_kind, actor, object_id, purpose, details)
       VALUES ($1, $2, $3, app_kind(), coalesce(app_by()::text, app_staff(), app_system()), $4, $5, $6)`,
      [at, action, subject, object ?? null, purpose, details ?? {}],
    );
  }
}
