import { Injectable } from '@nestjs/common';
import { Database } from '../common/database.js';

export interface NewHold {
  id: string;
  requestId: string;
  citizen: string;
  slot: number;
  topic: string;
  now: Temporal.Instant;
  until: Temporal.Instant;
}

export interface Seat {
  slotId: number;
  officeId: string;
  channel: string;
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
   * Takes a seat and writes the appointment, in one statement. No row: the slot is full, gone or not for this topic.
   * What the slot must fulfil stands in the UPDATE, since a join that fails after it would leak the seat; and a second
   * request or live appointment for the topic must raise 23505 (no ON CONFLICT), which gives the seat back.
   */
  async hold(hold: NewHold): Promise<boolean> {
    const held = await this.db.execute(
      `WITH taken AS (
         UPDATE slot s SET booked = s.booked + 1
         WHERE s.id = $4 AND ${FREE('$5', '$6')}
         RETURNING s.id, s.office_id, s.channel, s.start_at, s.minutes)
       INSERT INTO appointment (id, request_id, citizen_id, slot_id, office_id, channel, start_at, minutes, topic_id, state,
         held_at, hold_until, created_at, updated_at)
       SELECT $1, $2, $3, taken.id, taken.office_id, taken.channel, taken.start_at, taken.minutes, $5, 'held', $6, $7, $6, $6 FROM taken`,
      [hold.id, hold.requestId, hold.citizen, hold.slot, hold.topic, hold.now, hold.until],
    );
    return held === 1;
  }

  /** Locks the slots of a move, always in the order of their ids. */
  async lock(slots: readonly number[]): Promise<void> {
    await this.db.query('SELECT id FROM slot WHERE id = ANY ($1::bigint[]) ORDER BY id FOR UPDATE', [slots]);
  }

  /** One seat of a slot for a topic, or null when it is full, gone or not for this topic. */
  async take(slot: number, topic: string, now: Temporal.Instant): Promise<Seat | null> {
    const [seat] = await this.db.query<Seat>(
      `UPDATE slot s SET booked = s.booked + 1
       WHERE s.id = $1 AND ${FREE('$2', '$3')}
       RETURNING s.id AS "slotId", s.office_id AS "officeId", s.channel, s.start_at AS "startAt", s.minutes`,
      [slot, topic, now],
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

  /** Puts an unfinished appointment on a seat that was taken for it; its time to finish starts again. */
  async holdAgain(
    citizen: string,
    id: string,
    seat: Seat,
    now: Temporal.Instant,
    until: Temporal.Instant,
  ): Promise<void> {
    await this.db.execute(
      `UPDATE appointment SET state = 'held', slot_id = $3, office_id = $4, channel = $5, start_at = $6, minutes = $7,
         held_at = $8, hold_until = $9, updated_at = $8
       WHERE citizen_id = $1 AND id = $2`,
      [citizen, id, seat.slotId, seat.officeId, seat.channel, seat.startAt, seat.minutes, now, until],
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

  async cancel(citizen: string, id: string, now: Temporal.Instant): Promise<void> {
    await this.db.execute(
      `UPDATE appointment SET state = 'cancelled', cancelled_at = $3, updated_at = $3, sequence = sequence + 1
       WHERE citizen_id = $1 AND id = $2`,
      [citizen, id, now],
    );
  }
}

/** A public seat is left, ahead, for a topic that this office treats in this pool. @param topic, now placeholders */
const FREE = (topic: string, now: string) => `NOT s.closed AND s.booked < s.public_seats AND s.start_at > ${now}
           AND EXISTS (SELECT FROM office_topic ot JOIN topic t ON t.id = ot.topic_id JOIN office o ON o.id = ot.office_id
             WHERE ot.office_id = s.office_id AND t.id = ${topic} AND t.pool = s.pool AND t.active AND o.active)`;

/** The name of the unique constraint an error tells of, or null: what two requests at once run into. */
export function violatedConstraint(error: unknown): string | null {
  const { code, constraint } = error as { code?: string; constraint?: string };
  return code === '23505' ? (constraint ?? '') : null;
}
