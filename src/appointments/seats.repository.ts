import { Injectable } from '@nestjs/common';
import { Database } from '../common/database.js';
import { HOLDS_A_DAY, holdsCountSince } from './booking.rules.js';
import type { Channel } from './slot-generation.rules.js';

export interface NewHold {
  id: string;
  requestId: string;
  citizen: string;
  slot: number;
  topic: string;
  now: Temporal.Instant;
  until: Temporal.Instant;
}

/** @param heldAt when a seat was first kept for it: changing the time does not change this */
export interface HoldTimes {
  heldAt: Temporal.Instant;
  until: Temporal.Instant;
  now: Temporal.Instant;
}

export interface Seat {
  slotId: number;
  officeId: string;
  channel: Channel;
  startAt: Temporal.Instant;
  minutes: number;
}

/**
 * The counters of the slots. Order of locks, everywhere: the appointment, then slots by id, then writes to the
 * appointment; a first hold has no appointment yet. So no two of these ever wait for each other.
 */
@Injectable()
export class SeatsRepository {
  constructor(private readonly db: Database) {}

  /**
   * Takes a seat and writes the appointment, in one statement. No row: the slot is full, gone or not for this topic, or the
   * person has had too many seats kept. Requests at once do not count each other, so the limit can be passed, by no more
   * than the pool has connections.
   * What the slot must fulfil stands in the UPDATE, since a join that fails after it would leak the seat; and a second
   * request or live appointment for the topic must raise 23505 (no ON CONFLICT), which gives the seat back.
   */
  async hold(hold: NewHold): Promise<boolean> {
    const held = await this.db.execute(
      `WITH taken AS (
         UPDATE slot s SET booked = s.booked + 1
         WHERE s.id = $4 AND ${FREE('$5', '$6')} AND (${HOLDS('$3', '$8')}) < $9
         RETURNING s.id, s.office_id, s.channel, s.start_at, s.minutes)
       INSERT INTO appointment (id, request_id, citizen_id, slot_id, office_id, channel, start_at, minutes, topic_id, state,
         held_at, hold_until, created_at, updated_at)
       SELECT $1, $2, $3, taken.id, taken.office_id, taken.channel, taken.start_at, taken.minutes, $5, 'held', $6, $7, $6, $6 FROM taken`,
      [
        hold.id,
        hold.requestId,
        hold.citizen,
        hold.slot,
        hold.topic,
        hold.now,
        hold.until,
        holdsCountSince(hold.now),
        HOLDS_A_DAY,
      ],
    );
    return held === 1;
  }

  /** Whether this person had as many seats kept in the last 24 hours as anybody may. */
  async hadAllHolds(citizen: string, now: Temporal.Instant): Promise<boolean> {
    const [row] = await this.db.query<{ holds: number }>(HOLDS('$1', '$2'), [citizen, holdsCountSince(now)]);
    return (row?.holds ?? 0) >= HOLDS_A_DAY;
  }

  /** Locks the slots of a move, always in the order of their ids. */
  async lock(slots: readonly number[]): Promise<void> {
    await this.db.query('SELECT id FROM slot WHERE id = ANY ($1::bigint[]) ORDER BY id FOR UPDATE', [slots]);
  }

  /** One seat of a slot for a topic, or null when it is full, gone or not for this. @param channel null for any */
  async take(slot: number, topic: string, channel: Channel | null, now: Temporal.Instant): Promise<Seat | null> {
    const [seat] = await this.db.query<Seat>(
      `UPDATE slot s SET booked = s.booked + 1
       WHERE s.id = $1 AND s.channel = coalesce($4::text, s.channel) AND ${FREE('$2', '$3')}
       RETURNING s.id AS "slotId", s.office_id AS "officeId", s.channel, s.start_at AS "startAt", s.minutes`,
      [slot, topic, now, channel],
    );
    return seat ?? null;
  }

  async provinceOf(office: string): Promise<string> {
    const [row] = await this.db.query<{ province: string }>(
      'SELECT c.province FROM office o JOIN comune c ON c.istat = o.comune_istat WHERE o.id = $1',
      [office],
    );
    return row?.province ?? '';
  }

  async giveBack(slot: number): Promise<void> {
    await this.db.execute('UPDATE slot SET booked = booked - 1 WHERE id = $1', [slot]);
  }

  /** Puts an unfinished appointment on a seat that was taken for it. A lost seat counts as a new hold, a change does not. */
  async holdAgain(citizen: string, id: string, seat: Seat, { heldAt, until, now }: HoldTimes): Promise<void> {
    await this.db.execute(
      `UPDATE appointment SET state = 'held', slot_id = $3, office_id = $4, channel = $5, start_at = $6, minutes = $7,
         held_at = $8, hold_until = $9, updated_at = $10, holds = holds + (state = 'expired')::integer
       WHERE citizen_id = $1 AND id = $2`,
      [citizen, id, seat.slotId, seat.officeId, seat.channel, seat.startAt, seat.minutes, heldAt, until, now],
    );
  }

  /** Puts a booked appointment on another seat, with the number it has there. */
  async move(citizen: string, id: string, seat: Seat, number: string, now: Temporal.Instant): Promise<void> {
    await this.db.execute(
      `UPDATE appointment SET slot_id = $3, office_id = $4, channel = $5, start_at = $6, minutes = $7, number = $8,
         sequence = sequence + 1, updated_at = $9
       WHERE citizen_id = $1 AND id = $2`,
      [citizen, id, seat.slotId, seat.officeId, seat.channel, seat.startAt, seat.minutes, number, now],
    );
  }

  /** The seat of a held one was given back. */
  async expire(citizen: string, id: string, now: Temporal.Instant): Promise<void> {
    await this.db.execute(
      `UPDATE appointment SET state = 'expired', updated_at = $3 WHERE citizen_id = $1 AND id = $2`,
      [citizen, id, now],
    );
  }

  /** As expire, and what was typed is forgotten at once; the row itself counts as a hold until the reaper forgets it. */
  async giveUp(citizen: string, id: string, now: Temporal.Instant): Promise<void> {
    await this.db.execute(
      `UPDATE appointment SET state = 'expired', step_free = false, sign_language = false, language = NULL, note = '',
         contact_email = '', contact_phone = '', details_at = NULL, updated_at = $3
       WHERE citizen_id = $1 AND id = $2`,
      [citizen, id, now],
    );
  }

  async cancel(citizen: string, id: string, now: Temporal.Instant): Promise<void> {
    await this.db.execute(
      `UPDATE appointment SET state = 'cancelled', cancelled_at = $3, updated_at = $3, sequence = sequence + 1
       WHERE citizen_id = $1 AND id = $2`,
      [citizen, id, now],
    );
  }
}

/** How many seats were kept for a person since an instant. @param citizen, since placeholders */
const HOLDS = (citizen: string, since: string) =>
  `SELECT coalesce(sum(holds), 0) AS holds FROM appointment WHERE citizen_id = ${citizen} AND held_at > ${since}`;

/** A public seat is left, ahead, for a topic that this office treats in this pool. @param topic, now placeholders */
const FREE = (topic: string, now: string) => `NOT s.closed AND s.booked < s.public_seats AND s.start_at > ${now}
           AND EXISTS (SELECT FROM office_topic ot JOIN topic t ON t.id = ot.topic_id JOIN office o ON o.id = ot.office_id
             WHERE ot.office_id = s.office_id AND t.id = ${topic} AND t.pool = s.pool AND t.active AND o.active)`;

/** The name of the unique constraint an error tells of, or null: what two requests at once run into. */
export function violatedConstraint(error: unknown): string | null {
  const { code, constraint } = error as { code?: string; constraint?: string };
  return code === '23505' ? (constraint ?? '') : null;
}
