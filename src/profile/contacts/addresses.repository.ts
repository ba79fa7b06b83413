import { Injectable } from '@nestjs/common';
import { Database } from '../../common/database.js';

/** What an envelope needs: in Italy a comune of ours, abroad a place in the person's words. */
export interface PostalAddress {
  /** ISO 3166-1 alpha-2. */
  country: string;
  street: string;
  /** '' abroad, where it is part of the street. */
  number: string;
  /** Care of, staircase, flat. */
  extra: string;
  postalCode: string;
  comuneIstat: string | null;
  locality: string;
  region: string;
}

export interface KnownAddress extends PostalAddress {
  version: string;
  createdAt: Temporal.Instant;
  updatedAt: Temporal.Instant;
}

/** The postal address of a person. */
@Injectable()
export class AddressesRepository {
  constructor(private readonly db: Database) {}

  async find(subject: string): Promise<KnownAddress | null> {
    const rows = await this.db.query<KnownAddress>(
      `SELECT country, street, number, extra, postal_code AS "postalCode", comune_istat AS "comuneIstat", locality, region,
         version, created_at AS "createdAt", updated_at AS "updatedAt"
       FROM postal_address WHERE citizen_id = $1`,
      [subject],
    );
    return rows[0] ?? null;
  }

  /** The first one. @returns false when there is one already */
  async add(subject: string, address: PostalAddress, version: string, now: Temporal.Instant): Promise<boolean> {
    const added = await this.db.execute(
      `INSERT INTO postal_address (citizen_id, country, street, number, extra, postal_code, comune_istat, locality, region,
         version, created_at, updated_at)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $11) ON CONFLICT (citizen_id) DO NOTHING`,
      [subject, ...values(address), version, now],
    );
    return added === 1;
  }

  /** In the place of the version that was seen. @returns false when it is no longer that one */
  async replace(
    subject: string,
    seen: string,
    address: PostalAddress,
    version: string,
    now: Temporal.Instant,
  ): Promise<boolean> {
    const changed = await this.db.execute(
      `UPDATE postal_address SET country = $2, street = $3, number = $4, extra = $5, postal_code = $6, comune_istat = $7,
         locality = $8, region = $9, version = $10, updated_at = $11
       WHERE citizen_id = $1 AND version = $12`,
      [subject, ...values(address), version, now, seen],
    );
    return changed === 1;
  }

  /** @returns false when it is no longer the version that was seen */
  async remove(subject: string, seen: string): Promise<boolean> {
    const removed = await this.db.execute('DELETE FROM postal_address WHERE citizen_id = $1 AND version = $2', [
      subject,
      seen,
    ]);
    return removed === 1;
  }

  /** As system('erasure'). @returns how many */
  async erase(subject: string): Promise<number> {
    return this.db.execute('DELETE FROM postal_address WHERE citizen_id = $1', [subject]);
  }
}

export function isSameAddress(one: PostalAddress, other: PostalAddress): boolean {
  const others = values(other);
  return values(one).every((value, index) => value === others[index]);
}

function values({
  country,
  street,
  number,
  extra,
  postalCode,
  comuneIstat,
  locality,
  region,
}: PostalAddress): unknown[] {
  return [country, street, number, extra, postalCode, comuneIstat, locality, region];
}
