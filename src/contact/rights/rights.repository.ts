import { Injectable } from '@nestjs/common';
import { Database } from '../../common/database.js';
import { NotFound } from '../../common/errors.js';
import type { Concern, Kind, State } from './rights.rules.js';

export interface RightRequest {
  id: string;
  protocol: string;
  citizenId: string;
  kind: Kind;
  state: State;
  concerns: Concern[];
  message: string;
  currentValue: string;
  rightValue: string;
  receivedAt: Temporal.Instant;
  firstDueOn: Temporal.PlainDate;
  dueOn: Temporal.PlainDate;
  takenBy: string | null;
  extendedAt: Temporal.Instant | null;
  extensionReason: string | null;
  outcomeReason: string | null;
  areas: string[] | null;
  closedAt: Temporal.Instant | null;
  erasedAt: Temporal.Instant | null;
  version: number;
}

/** What a part of the portal did with the data of somebody whose erasure was granted. */
export interface ErasedPart {
  titleKey: string;
  deleted: number;
  kept: number;
  keptKey: string;
}

export interface RightEvent {
  at: Temporal.Instant;
  what: State | 'executed';
  actorKind: 'citizen' | 'staff' | 'system';
  actor: string;
  note: string;
  details: { parts?: ErasedPart[] };
}

export interface NewRequest {
  id: string;
  submissionId: string;
  protocol: string;
  citizenId: string;
  kind: Kind;
  concerns: readonly Concern[];
  message: string;
  currentValue: string;
  rightValue: string;
  receivedAt: Temporal.Instant;
  dueOn: Temporal.PlainDate;
}

/** Marks that let optional processing rest, and by which request. */
export interface Marks {
  restrictedAt: Temporal.Instant | null;
  restrictedBy: string | null;
  objectedAt: Temporal.Instant | null;
  objectedBy: string | null;
}

const COLUMNS = `id, protocol, citizen_id AS "citizenId", kind, state, concerns, message, current_value AS "currentValue",
  right_value AS "rightValue", received_at AS "receivedAt", first_due_on AS "firstDueOn", due_on AS "dueOn",
  taken_by AS "takenBy", extended_at AS "extendedAt", extension_reason AS "extensionReason",
  outcome_reason AS "outcomeReason", areas, closed_at AS "closedAt", erased_at AS "erasedAt", version`;
const LIMIT = 100;

/** Requests of a person, for that person. */
@Injectable()
export class RightsRepository {
  constructor(private readonly db: Database) {}

  async add(request: NewRequest): Promise<void> {
    const { id, submissionId, protocol, citizenId, kind, concerns, message, currentValue, rightValue } = request;
    await this.db.execute(
      `INSERT INTO right_request (id, submission_id, protocol, citizen_id, kind, state, concerns, message, current_value, right_value,
         received_at, first_due_on, due_on)
       VALUES ($1, $2, $3, $4, $5, 'received', $6, $7, $8, $9, $10, $11, $11)`,
      [
        id,
        submissionId,
        protocol,
        citizenId,
        kind,
        concerns,
        message,
        currentValue,
        rightValue,
        request.receivedAt,
        request.dueOn,
      ],
    );
  }

  /** Appends a step in the name of whoever acts (PostgreSQL checks that it is so). */
  async addEvent(
    request: string,
    what: RightEvent['what'],
    at: Temporal.Instant,
    note = '',
    details: RightEvent['details'] = {},
  ): Promise<void> {
    await this.db.execute(
      `INSERT INTO right_event (request_id, at, what, actor_kind, actor, note, details)
       VALUES ($1, $2, $3, app_kind(), coalesce(app_by()::text, app_staff(), app_system()), $4, $5)`,
      [request, at, what, note, details],
    );
  }

  /** Newest first. */
  ofCitizen(citizen: string): Promise<RightRequest[]> {
    return this.db.query<RightRequest>(
      `SELECT ${COLUMNS} FROM right_request WHERE citizen_id = $1 ORDER BY received_at DESC, id LIMIT ${LIMIT}`,
      [citizen],
    );
  }

  async find(citizen: string, protocol: string): Promise<RightRequest | null> {
    const rows = await this.db.query<RightRequest>(
      `SELECT ${COLUMNS} FROM right_request WHERE citizen_id = $1 AND protocol = $2`,
      [citizen, protocol],
    );
    return rows[0] ?? null;
  }

  async openOf(citizen: string, kind: Kind): Promise<RightRequest | null> {
    const rows = await this.db.query<RightRequest>(
      `SELECT ${COLUMNS} FROM right_request WHERE citizen_id = $1 AND kind = $2 AND closed_at IS NULL`,
      [citizen, kind],
    );
    return rows[0] ?? null;
  }

  async submitted(citizen: string, submissionId: string): Promise<RightRequest | null> {
    const rows = await this.db.query<RightRequest>(
      `SELECT ${COLUMNS} FROM right_request WHERE citizen_id = $1 AND submission_id = $2`,
      [citizen, submissionId],
    );
    return rows[0] ?? null;
  }

  events(request: string): Promise<RightEvent[]> {
    return this.db.query<RightEvent>(
      `SELECT at, what, actor_kind AS "actorKind", actor, note, details FROM right_event WHERE request_id = $1
       ORDER BY id LIMIT ${LIMIT}`,
      [request],
    );
  }

  /** @returns false when it was answered or withdrawn meanwhile */
  async withdraw(citizen: string, id: string, now: Temporal.Instant): Promise<boolean> {
    const touched = await this.db.execute(
      `UPDATE right_request SET state = 'withdrawn', closed_at = $3, version = version + 1
       WHERE citizen_id = $1 AND id = $2 AND closed_at IS NULL`,
      [citizen, id, now],
    );
    return touched === 1;
  }

  async marks(citizen: string): Promise<Marks & { identityKey: string }> {
    const rows = await this.db.query<Marks & { identityKey: string }>(
      `SELECT restricted_at AS "restrictedAt", restricted_by AS "restrictedBy", objected_at AS "objectedAt",
         objected_by AS "objectedBy", identity_key AS "identityKey" FROM citizen WHERE id = $1`,
      [citizen],
    );
    // Erased between the look at their session and this one.
    if (!rows[0]) throw new NotFound();
    return rows[0];
  }

  async lift(which: 'restriction' | 'objection'): Promise<boolean> {
    const rows = await this.db.query<{ lifted: boolean }>('SELECT right_mark_lift($1) AS lifted', [which]);
    return rows[0]?.lifted === true;
  }

  /** Requests of who was erased and has come back become theirs again. @param pseudonyms of the person's identity */
  async reclaim(pseudonyms: readonly string[]): Promise<void> {
    await this.db.query('SELECT right_reclaim($1)', [pseudonyms]);
  }
}

/** All columns, for the other repositories of requests. */
export const REQUEST_COLUMNS = COLUMNS;
