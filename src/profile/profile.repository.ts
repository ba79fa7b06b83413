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
  residence_country: string | null;
  residence_locality: string | null;
}

@Injectable()
export class ProfileRepository {
  constructor(private readonly db: Database) {}

  async find(subject: string): Promise<CitizenRow | null> {
    const rows = await this.db.query<CitizenRow>(
      `SELECT id, fiscal_code, name, family_name, born_on, said_email, said_mobile, said_address, said_municipality,
         said_at, residence_istat, residence_country, residence_locality
       FROM citizen WHERE id = $1`,
      [subject],
    );
    return rows[0] ?? null;
  }

  /**
   * Moves the person, unless they live elsewhere than was seen. @param seen as residenceToken says it, '' for whatever
   * it is @returns false when it is no longer what was seen
   */
  async moveTo(subject: string, to: NewResidence, seen: string, now: Temporal.Instant): Promise<boolean> {
    const moved = await this.db.execute(
      `UPDATE citizen SET residence_istat = $2, residence_country = $3, residence_locality = $4, updated_at = $5
       WHERE id = $1 AND $6 IN ('', coalesce(residence_istat, residence_country || ' ' || residence_locality, '-'))`,
      [subject, to.istat, to.country, to.locality, now, seen],
    );
    return moved === 1;
  }
}

/** A comune, or a place abroad. */
export type NewResidence =
  { istat: string; country: null; locality: null } | { istat: null; country: string; locality: string };

export function livesAt(citizen: CitizenRow, { istat, country, locality }: NewResidence): boolean {
  const { residence_istat, residence_country, residence_locality } = citizen;
  return residence_istat === istat && residence_country === country && residence_locality === locality;
}

/** The residence in one word, as a form keeps it to notice that it has changed since. */
export function residenceToken({ residence_istat, residence_country, residence_locality }: CitizenRow): string {
  return residence_istat ?? (residence_country ? `${residence_country} ${residence_locality}` : '-');
}
