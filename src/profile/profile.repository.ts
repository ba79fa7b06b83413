import { Injectable } from '@nestjs/common';
import { Database } from '../common/database.js';

export interface CitizenRow {
  id: string;
  fiscal_code: string | null;
  name: string;
  family_name: string;
  born_on: Temporal.PlainDate | null;
  said_email: string | null;
  said_mobile: string | null;
  said_address: string | null;
  said_municipality: string | null;
  said_at: Temporal.Instant | null;
  residence_istat: string | null;
}

@Injectable()
export class ProfileRepository {
  constructor(private readonly db: Database) {}

  async find(subject: string): Promise<CitizenRow | null> {
    const rows = await this.db.query<CitizenRow>(
      `SELECT id, fiscal_code, name, family_name, born_on, said_email, said_mobile, said_address, said_municipality,
         said_at, residence_istat
       FROM citizen WHERE id = $1`,
      [subject],
    );
    return rows[0] ?? null;
  }

  async moveTo(subject: string, istat: string, now: Temporal.Instant): Promise<void> {
    await this.db.execute('UPDATE citizen SET residence_istat = $2, updated_at = $3 WHERE id = $1', [
      subject,
      istat,
      now,
    ]);
  }
}
