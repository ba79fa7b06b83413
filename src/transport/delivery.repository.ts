import { Injectable } from '@nestjs/common';
import { Database } from '../common/database.js';
import type { LaneOf } from './lane.js';
import type { Channel, MessageKind } from './message.js';
import type { Verdict } from './roads.js';
import type { Step } from './delivery.rules.js';

export interface Taken {
  id: string;
  subject: string;
  channel: Channel;
  kind: MessageKind;
  sealed: Buffer | null;
  attempts: number;
  uncertain: number;
  createdAt: Temporal.Instant;
  /** Since when it could have been sent. */
  dueAt: Temporal.Instant;
}

const COLUMNS = `id, citizen_id AS subject, channel, kind, sealed, attempts, uncertain, created_at AS "createdAt"`;

/** Messages as workers see them; every method belongs in a unit of work of system('delivery'). */
@Injectable()
export class DeliveryRepository {
  constructor(private readonly db: Database) {}

  /** Ends codes that are too old to be of use, and forgets what was in them. */
  expire(now: Temporal.Instant, before: Temporal.Instant): Promise<{ channel: Channel }[]> {
    return this.db.query(
      `UPDATE outgoing_message SET state = 'scaduta', sealed = NULL, next_attempt_at = NULL, ended_at = $1
       -- Every channel there is: so that the index outgoing_message_due is of use.
       WHERE channel IN ('email', 'sms') AND kind = 'code' AND state <> 'in invio' AND next_attempt_at IS NOT NULL AND created_at <= $2 RETURNING channel`,
      [now, before],
    );
  }

  /**
   * Takes some messages of a lane whose time has come, and writes down that each is being sent: committed before the
   * call, so that whoever comes after a crash knows of it. Two workers never take the same.
   */
  take({ channel, kinds }: LaneOf, now: Temporal.Instant, deadFrom: Temporal.Instant, most: number): Promise<Taken[]> {
    return this.db.query<Taken>(
      `WITH due AS (
         SELECT m.id, m.next_attempt_at AS due_at FROM unnest($5::text[]) AS k (kind) CROSS JOIN LATERAL (
           SELECT o.id, o.next_attempt_at FROM outgoing_message o
           WHERE o.channel = $4 AND o.kind = k.kind AND o.next_attempt_at <= $1 AND o.state <> 'in invio'
           ORDER BY o.next_attempt_at LIMIT $3 FOR UPDATE SKIP LOCKED) m
         LIMIT $3),
       taken AS (UPDATE outgoing_message m SET state = 'in invio', attempts = m.attempts + 1, next_attempt_at = $2
         FROM due WHERE m.id = due.id RETURNING m.*, due.due_at),
       noted AS (INSERT INTO delivery_attempt (message_id, number, started_at) SELECT id, attempts, $1 FROM taken)
       SELECT ${COLUMNS}, due_at AS "dueAt" FROM taken ORDER BY due_at`,
      [now, deadFrom, most, channel, kinds],
    );
  }

  /** Messages whose worker died between the attempt and its record. */
  abandoned(now: Temporal.Instant, most: number): Promise<Taken[]> {
    return this.db.query<Taken>(
      `SELECT ${COLUMNS}, next_attempt_at AS "dueAt" FROM outgoing_message WHERE state = 'in invio' AND next_attempt_at <= $1
       ORDER BY next_attempt_at LIMIT $2 FOR UPDATE SKIP LOCKED`,
      [now, most],
    );
  }

  /**
   * Writes what became of an attempt, unless another worker has taken the message meanwhile. What was stopped while it
   * was in hand ends here instead of waiting for its next attempt, as it would have ended had it been waiting (migration
   * 0020). Until its end its box stays as it stands in the row: keys:rotate may have sealed it anew since it was taken.
   * @param left what stays sealed of a message that ends with this attempt @returns whether it did
   */
  async record(
    { id, attempts }: Taken,
    { outcome, code }: Verdict,
    { state, nextAttemptAt, uncertain }: Step,
    left: Buffer | null,
    now: Temporal.Instant,
  ): Promise<boolean> {
    const changed = await this.db.execute(
      `WITH ended AS (UPDATE delivery_attempt SET ended_at = $7, outcome = $5, code = $6
         WHERE message_id = $1 AND number = $2 AND outcome IS NULL)
       UPDATE outgoing_message SET uncertain = $8, next_attempt_at = CASE WHEN NOT stopped THEN $4::timestamptz END,
         state = CASE WHEN stopped AND $4::timestamptz IS NOT NULL THEN 'scaduta' ELSE $3 END,
         sealed = CASE WHEN $4::timestamptz IS NULL THEN $9::bytea WHEN NOT stopped THEN sealed END,
         ended_at = CASE WHEN stopped OR $4::timestamptz IS NULL THEN $7::timestamptz END
       WHERE id = $1 AND attempts = $2 AND state = 'in invio'`,
      [id, attempts, state, nextAttemptAt, outcome, code, now, uncertain, left],
    );
    return changed === 1;
  }

  /** Forgets the addresses of messages for which nothing can come back any more. */
  forget(endedBefore: Temporal.Instant, most: number): Promise<number> {
    return this.db.execute(
      `UPDATE outgoing_message SET sealed = NULL WHERE id IN (
         SELECT id FROM outgoing_message WHERE sealed IS NOT NULL AND next_attempt_at IS NULL AND ended_at < $1
         ORDER BY ended_at LIMIT $2 FOR UPDATE SKIP LOCKED)`,
      [endedBefore, most],
    );
  }
}
