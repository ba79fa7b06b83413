import { Injectable } from '@nestjs/common';
import { Database } from '../common/database.js';

/** A session as its owner may see it. */
export interface SessionRow {
  public_id: string;
  method: string | null;
  level: number | null;
  device: string | null;
}

export interface OpenSessionRow extends SessionRow {
  created_at: Temporal.Instant;
  touched_at: Temporal.Instant;
}

/** Whose a session is; one of the two is null. */
export interface NamedSession {
  citizen_id: string | null;
  staff_id: string | null;
  level: number | null;
}

export interface Ending {
  /** One session; null for all. */
  which: string | null;
  /** A session that stays open. */
  spared: string | null;
  /** Stronger sessions are left alone. */
  strongest: number;
}

@Injectable()
export class SessionsRepository {
  constructor(private readonly db: Database) {}

  /** Open sessions of the citizen of the unit, newest first. */
  async own(now: Temporal.Instant): Promise<OpenSessionRow[]> {
    return this.db.query<OpenSessionRow>('SELECT * FROM own_sessions($1)', [now]);
  }

  /** Ends sessions of the citizen of the unit. @returns those that were open until now */
  async endOwn({ which, spared, strongest }: Ending, now: Temporal.Instant): Promise<SessionRow[]> {
    return this.db.query<SessionRow>('SELECT * FROM own_sessions_end($1, $2, $3, $4)', [which, spared, strongest, now]);
  }

  /** Ends the session of this name, whoever's it is; for the sign-in alone. @returns it, if it was open until now */
  async giveWay(id: string, now: Temporal.Instant): Promise<(SessionRow & { citizen_id: string | null }) | null> {
    const rows = await this.db.query<SessionRow & { citizen_id: string | null }>(
      'SELECT * FROM session_give_way($1, $2)',
      [id, now],
    );
    return rows[0] ?? null;
  }

  /** As system('sign-in'). @returns whose the session of this name is, if it is open */
  async named(id: string, now: Temporal.Instant): Promise<NamedSession | null> {
    const rows = await this.db.query<NamedSession>('SELECT * FROM session_named($1, $2)', [id, now]);
    return rows[0] ?? null;
  }

  /** As system('sign-in'): these requests, which other tabs sent to providers, will find that a session was opened meanwhile. */
  async openedMeanwhile(id: string, requests: readonly string[]): Promise<void> {
    await this.db.execute('UPDATE saml_request SET meanwhile = $1 WHERE id = ANY ($2) AND consumed_at IS NULL', [
      id,
      requests,
    ]);
  }

  /** Marks a session of the citizen of the unit as raised by a step-up. @returns false when it was already */
  async raise(id: string, now: Temporal.Instant): Promise<boolean> {
    const rows = await this.db.query<{ raised: boolean }>('SELECT own_session_raise($1, $2) AS raised', [id, now]);
    return rows[0]!.raised;
  }

  /** Deletes sessions that ended before `until`. @returns how many */
  async sweep(until: Temporal.Instant): Promise<number> {
    const rows = await this.db.query<{ gone: number }>('SELECT sessions_sweep($1) AS gone', [until]);
    return rows[0]?.gone ?? 0;
  }
}
