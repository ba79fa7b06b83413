import { Injectable } from '@nestjs/common';
import { Database } from '../common/database.js';

export interface Drift {
  slot: number;
  booked: number;
  live: number;
}

const BATCH = 200;

/** What the reaper does with appointments nobody finished, and the count that should always be right. */
@Injectable()
export class ReaperRepository {
  constructor(private readonly db: Database) {}

  /**
   * Gives back at most 200 seats whose time is over. Slots are locked in the order of their ids and before the
   * appointments change, as everywhere (seats.repository.ts); what somebody is confirming at this moment is left alone.
   */
  async expire(now: Temporal.Instant): Promise<number> {
    const due = await this.db.query<{ id: string; slot: number }>(
      `SELECT id, slot_id AS slot FROM appointment WHERE state = 'held' AND hold_until <= $1
       ORDER BY hold_until LIMIT ${BATCH} FOR UPDATE SKIP LOCKED`,
      [now],
    );
    if (due.length === 0) return 0;
    const slots = due.map(({ slot }) => slot);
    await this.db.query('SELECT id FROM slot WHERE id = ANY ($1::bigint[]) ORDER BY id FOR UPDATE', [slots]);
    await this.db.execute(
      `UPDATE slot SET booked = slot.booked - given.seats
       FROM (SELECT id, count(*) AS seats FROM unnest($1::bigint[]) AS id GROUP BY id) AS given WHERE slot.id = given.id`,
      [slots],
    );
    return this.db.execute(`UPDATE appointment SET state = 'expired' WHERE id = ANY ($1::uuid[])`, [
      due.map(({ id }) => id),
    ]);
  }

  /** Forgets what was typed into bookings that were never finished. */
  forget(before: Temporal.Instant): Promise<number> {
    return this.db.execute(`DELETE FROM appointment WHERE state = 'expired' AND hold_until < $1`, [before]);
  }

  /** Ends appointments of past days nobody recorded, so that their topic can be booked again. */
  end(before: Temporal.Instant): Promise<number> {
    return this.db.execute(
      `UPDATE appointment SET state = 'ended' WHERE state IN ('booked', 'arrived', 'called') AND start_at < $1`,
      [before],
    );
  }

  /** Slots whose counter differs from their appointments, and appointments without their slot: reported, never silently repaired. */
  drifts(): Promise<Drift[]> {
    return this.db.query<Drift>(
      `SELECT coalesce(s.id, a.slot_id) AS slot, coalesce(s.booked, 0) AS booked, coalesce(a.live, 0)::integer AS live
       FROM slot s
       FULL JOIN (SELECT slot_id, count(*) AS live FROM appointment WHERE state NOT IN ('cancelled', 'expired') GROUP BY slot_id) AS a ON a.slot_id = s.id
       WHERE coalesce(s.booked, 0) <> coalesce(a.live, 0)
       ORDER BY 1 LIMIT 100`,
    );
  }
}
