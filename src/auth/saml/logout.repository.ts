import { Injectable } from '@nestjs/common';
import { Database } from '../../common/database.js';

/** Which session a provider wants ended, by the names it gave it. */
export interface NamedSession {
  readonly issuer: string;
  readonly nameId: string;
  readonly nameQualifier: string;
  readonly sessionIndexes: readonly string[];
}

/** Our logout requests under way, and sessions ended because their provider asked. As system('sign-in'). */
@Injectable()
export class LogoutRepository {
  constructor(private readonly db: Database) {}

  async add(id: string, provider: string, issuedAt: Temporal.Instant, expiresAt: Temporal.Instant): Promise<void> {
    await this.db.query('INSERT INTO saml_logout (id, provider, issued_at, expires_at) VALUES ($1, $2, $3, $4)', [
      id,
      provider,
      issuedAt,
      expiresAt,
    ]);
  }

  /** @returns false when no request of ours to this provider waits for this answer (any more) */
  async answered(id: string, provider: string, now: Temporal.Instant): Promise<boolean> {
    const rows = await this.db.query(
      `UPDATE saml_logout SET answered_at = $3
       WHERE id = $1 AND provider = $2 AND answered_at IS NULL AND expires_at > $3 RETURNING id`,
      [id, provider, now],
    );
    return rows.length === 1;
  }

  /** Ends the sessions of this name. @returns the citizens whose sessions they were */
  async endSessions(named: NamedSession, now: Temporal.Instant): Promise<string[]> {
    const rows = await this.db.query<{ citizen: string }>(
      'SELECT citizen_id AS citizen FROM session_end_by_provider($1, $2, $3, $4, $5)',
      [named.issuer, named.nameId, named.nameQualifier, named.sessionIndexes, now],
    );
    return rows.map((row) => row.citizen);
  }
}
