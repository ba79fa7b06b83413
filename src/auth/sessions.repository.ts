import { Injectable } from '@nestjs/common';
import { Database } from '../common/database.js';

@Injectable()
export class SessionsRepository {
  constructor(private readonly db: Database) {}

  /** Deletes sessions that ended before `until`. @returns how many */
  async sweep(until: Temporal.Instant): Promise<number> {
    const rows = await this.db.query<{ gone: number }>('SELECT sessions_sweep($1) AS gone', [until]);
    return rows[0]?.gone ?? 0;
  }
}
