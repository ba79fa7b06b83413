import { Injectable } from '@nestjs/common';
import { Database } from '../../common/database.js';
import type { PageKey } from '../../common/page-key.js';
import { REQUEST_COLUMNS, type RightRequest } from './rights.repository.js';
import type { Correctable, Outcome, State } from './rights.rules.js';

/** Who asks, as far as the office needs it to know the person; null when they were erased. */
export interface Person {
  name: string;
  family_name: string;
  fiscal_code: string | null;
  born_on: Temporal.PlainDate | null;
  said_address: string | null;
  said_municipality: string | null;
  said_at: Temporal.Instant | null;
  corrected: string[];
}

export interface Listed {
  id: string;
  protocol: string;
  kind: RightRequest['kind'];
  state: State;
  receivedAt: Temporal.Instant;
  dueOn: Temporal.PlainDate;
  takenBy: string | null;
}

export interface Decision {
  outcome: Outcome;
  reason: string;
  /** Parts of an erasure that is granted in part. */
  areas: readonly string[] | null;
}

/** Requests as the office that answers sees them; PostgreSQL lets only its roles through. */
@Injectable()
export class RightsDeskRepository {
  constructor(private readonly db: Database) {}

  /** By the day the answer is due, the most urgent first, after the key of the page before. */
  page(states: readonly State[], after: PageKey, size: number): Promise<Listed[]> {
    return this.db.query<Listed>(
      `SELECT id, protocol, kind, state, received_at AS "receivedAt", due_on AS "dueOn", taken_by AS "takenBy"
       FROM right_request WHERE state = ANY ($1) AND (due_on, id) > ($2::date, $3::uuid) ORDER BY due_on, id LIMIT $4`,
      [states, after.at, after.id, size],
    );
  }

  /** How many are open, and how many of them late. */
  async counts(today: Temporal.PlainDate): Promise<{ open: number; late: number }> {
    const rows = await this.db.query<{ open: number; late: number }>(
      `SELECT count(*) AS open, count(*) FILTER (WHERE due_on < $1) AS late FROM right_request WHERE closed_at IS NULL`,
      [today],
    );
    return rows[0]!;
  }

  async find(protocol: string): Promise<RightRequest | null> {
    const rows = await this.db.query<RightRequest>(`SELECT ${REQUEST_COLUMNS} FROM right_request WHERE protocol = $1`, [
      protocol,
    ]);
    return rows[0] ?? null;
  }

  async person(id: string): Promise<Person | null> {
    const rows = await this.db.query<Person>('SELECT * FROM right_request_person($1)', [id]);
    return rows[0] ?? null;
  }

  /** @returns false when the request is no longer of this version: somebody was quicker */
  async take(id: string, version: number, by: string): Promise<boolean> {
    return this.changed(
      `UPDATE right_request SET taken_by = $3, version = version + 1,
         state = CASE state WHEN 'received' THEN 'working' ELSE state END
       WHERE id = $1 AND version = $2 AND closed_at IS NULL`,
      [id, version, by],
    );
  }

  async extend(
    id: string,
    version: number,
    dueOn: Temporal.PlainDate,
    reason: string,
    now: Temporal.Instant,
  ): Promise<boolean> {
    return this.changed(
      `UPDATE right_request SET state = 'extended', due_on = $3, extension_reason = $4, extended_at = $5, version = version + 1
       WHERE id = $1 AND version = $2 AND state = 'working' AND extended_at IS NULL`,
      [id, version, dueOn, reason, now],
    );
  }

  async decide(
    id: string,
    version: number,
    { outcome, reason, areas }: Decision,
    now: Temporal.Instant,
  ): Promise<boolean> {
    return this.changed(
      `UPDATE right_request SET state = $3, outcome_reason = $4, areas = $5, closed_at = $6, version = version + 1
       WHERE id = $1 AND version = $2 AND state IN ('working', 'extended')`,
      [id, version, outcome, reason, areas, now],
    );
  }

  async rectify(id: string, field: Correctable, content: string, now: Temporal.Instant): Promise<void> {
    await this.db.query('SELECT right_rectify($1, $2, $3, $4)', [id, field, content, now]);
  }

  async mark(id: string, now: Temporal.Instant): Promise<void> {
    await this.db.query('SELECT right_mark($1, $2)', [id, now]);
  }

  private async changed(sql: string, parameters: unknown[]): Promise<boolean> {
    return (await this.db.execute(sql, parameters)) === 1;
  }
}
