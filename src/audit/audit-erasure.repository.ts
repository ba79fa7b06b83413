import { Injectable } from '@nestjs/common';
import { Database } from '../common/database.js';

@Injectable()
export class AuditErasureRepository {
  constructor(private readonly db: Database) {}

  /** How many entries are about a person, as system('erasure'): they stay. */
  async countOf(subject: string): Promise<number> {
    const rows = await this.db.query<{ n: number }>('SELECT count(*) AS n FROM audit_entry WHERE subject = $1', [
      subject,
    ]);
    return rows[0]!.n;
  }
}
