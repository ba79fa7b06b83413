import { Injectable } from '@nestjs/common';
import { Database } from '../../../common/database.js';
import type { StaffIdentity } from './staff.rules.js';

export interface StaffRequest {
  /** SHA-256 of what the browser's cookie holds, and of the state. */
  browserHash: Buffer;
  stateHash: Buffer;
  issuer: string;
  sealed: Buffer;
  expiresAt: Temporal.Instant;
}

/** Sign-ins of staff, as system('sign-in'). */
@Injectable()
export class StaffRepository {
  constructor(private readonly db: Database) {}

  /** Keeps a sign-in under way, and lets go of those whose time is over. */
  async keep(
    { browserHash, stateHash, issuer, sealed, expiresAt }: StaffRequest,
    now: Temporal.Instant,
  ): Promise<void> {
    await this.db.execute('DELETE FROM staff_request WHERE expires_at <= $1', [now]);
    await this.db.execute(
      'INSERT INTO staff_request (browser_hash, state_hash, issuer, sealed, expires_at) VALUES ($1, $2, $3, $4, $5)',
      [browserHash, stateHash, issuer, sealed, expiresAt],
    );
  }

  /** Uses a sign-in up: the same browser and the same state get it once, whichever process is asked. */
  async take(
    browserHash: Buffer,
    stateHash: Buffer,
    now: Temporal.Instant,
  ): Promise<{ issuer: string; sealed: Buffer } | null> {
    const rows = await this.db.query<{ issuer: string; sealed: Buffer }>(
      `DELETE FROM staff_request WHERE browser_hash = $1 AND state_hash = $2 AND expires_at > $3
       RETURNING issuer, sealed`,
      [browserHash, stateHash, now],
    );
    return rows[0] ?? null;
  }

  /** @returns the member of this identity, if they were ever here */
  async idOf({ issuer, subject }: StaffIdentity): Promise<string | null> {
    const rows = await this.db.query<{ id: string }>('SELECT id FROM staff_member WHERE issuer = $1 AND subject = $2', [
      issuer,
      subject,
    ]);
    return rows[0]?.id ?? null;
  }

  /** Makes or refreshes a member. @returns their id */
  async record(
    newId: string,
    { issuer, subject, name, office, roles }: StaffIdentity,
    now: Temporal.Instant,
  ): Promise<string> {
    const rows = await this.db.query<{ id: string }>(
      `INSERT INTO staff_member (id, issuer, subject, name, office, roles, created_at, signed_in_at)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $7)
       ON CONFLICT (issuer, subject) DO UPDATE SET name = excluded.name, office = excluded.office,
         roles = excluded.roles, signed_in_at = excluded.signed_in_at
       RETURNING id`,
      [newId, issuer, subject, name, office, roles, now],
    );
    return rows[0]!.id;
  }
}
