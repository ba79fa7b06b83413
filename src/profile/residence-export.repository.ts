import { Injectable } from '@nestjs/common';
import { Database } from '../common/database.js';

export interface ResidenceCopy {
  residence_istat: string | null;
  residence_country: string | null;
  residence_locality: string | null;
}

/** Where a person lives, for their copy of all their data. */
@Injectable()
export class ResidenceExportRepository {
  constructor(private readonly db: Database) {}

  /** @returns null when they have not said it */
  async find(subject: string): Promise<ResidenceCopy | null> {
    const rows = await this.db.query<ResidenceCopy>(
      `SELECT residence_istat, residence_country, residence_locality FROM citizen
       WHERE id = $1 AND (residence_istat IS NOT NULL OR residence_country IS NOT NULL)`,
      [subject],
    );
    return rows[0] ?? null;
  }
}
