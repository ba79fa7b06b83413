import { Injectable } from '@nestjs/common';
import { Database } from '../common/database.js';

/** What goes when a person's erasure was granted, as system('erasure'). */
@Injectable()
export class AppointmentErasureRepository {
  constructor(private readonly db: Database) {}

  /**
   * Gives back every seat the person has, ahead and past, so that no counter differs from its appointments, then deletes
   * the appointments: these alone, since the seat of one that came meanwhile was not given back. The order of locks is
   * that of seats.repository.ts. @returns how many went
   */
  async eraseAll(citizen: string): Promise<number> {
    const all = await this.db.query<{ id: string; slot: number; state: string }>(
      'SELECT id, slot_id AS slot, state FROM appointment WHERE id IN (SELECT erasure_appointments($1)) ORDER BY id FOR UPDATE',
      [citizen],
    );
    const slots = all.filter(({ state }) => !GIVEN_BACK.includes(state)).map(({ slot }) => slot);
    await this.db.query('SELECT id FROM slot WHERE id = ANY ($1::bigint[]) ORDER BY id FOR UPDATE', [slots]);
    await this.db.execute(
      `UPDATE slot SET booked = slot.booked - given.seats
       FROM (SELECT id, count(*) AS seats FROM unnest($1::bigint[]) AS id GROUP BY id) AS given WHERE slot.id = given.id`,
      [slots],
    );
    return this.db.execute('DELETE FROM appointment WHERE id = ANY ($1::uuid[])', [all.map(({ id }) => id)]);
  }
}

/** Their seat is nobody's already. */
const GIVEN_BACK: readonly string[] = ['cancelled', 'expired'];
