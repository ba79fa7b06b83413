import { Injectable } from '@nestjs/common';
import { citizen } from '../common/actor.js';
import type { Acting } from '../common/acting.js';
import { Clock } from '../common/clock.js';
import { Database } from '../common/database.js';
import { NotFound } from '../common/errors.js';
import type { Appointment } from './appointment.entity.js';
import { AppointmentRecords } from './appointment-records.js';
import { AppointmentsRepository } from './appointments.repository.js';
import { appointmentNumber } from './booking.rules.js';
import { withFreshNumber } from './booking.service.js';
import { SeatsRepository } from './seats.repository.js';

export type Changed = { ok: true; id: string } | { ok: false; reason: 'too-late' | 'not-booked' | 'slot-taken' };

/** @param gaveUp it was never booked: there is nothing left to look at */
export type Cancelled = { ok: true; id: string; gaveUp: boolean } | Extract<Changed, { ok: false }>;

export interface Mine {
  ahead: Appointment[];
  past: Appointment[];
  page: number;
  pages: number;
}

const PAST_PER_PAGE = 10;

/** The appointments a person has: looking at them, moving and cancelling them. */
@Injectable()
export class AppointmentsService {
  constructor(
    private readonly db: Database,
    private readonly clock: Clock,
    private readonly appointments: AppointmentsRepository,
    private readonly seats: SeatsRepository,
    private readonly records: AppointmentRecords,
  ) {}

  /** Those ahead and one page of the past. */
  mine(acting: Acting, page: number): Promise<Mine> {
    return this.as(acting, async () => {
      const now = this.clock.now();
      const ahead = await this.appointments.ahead(acting.subject, now);
      const pages = Math.max(1, Math.ceil((await this.appointments.countPast(acting.subject, now)) / PAST_PER_PAGE));
      const shown = Math.min(page, pages);
      const past = await this.appointments.past(acting.subject, now, (shown - 1) * PAST_PER_PAGE, PAST_PER_PAGE);
      return { ahead, past, page: shown, pages };
    });
  }

  async find(acting: Acting, id: string): Promise<Appointment> {
    return this.as(acting, async () => {
      const found = await this.appointments.find(acting.subject, id);
      // Inside the unit, so that it is rolled back: no entry says that something was read.
      if (!found) throw new NotFound();
      return found;
    });
  }

  /** Cancels a booked appointment before its deadline, or gives up one that is only held; twice is as good as once. */
  cancel(acting: Acting, id: string): Promise<Cancelled> {
    return this.as(acting, async () => {
      const appointment = await this.appointments.lock(acting.subject, id);
      if (!appointment) throw new NotFound();
      const { state, slotId } = appointment.row;
      const now = this.clock.now();
      if (state === 'cancelled') return { ok: true, id, gaveUp: false };
      if (!appointment.unfinished && state !== 'booked') return { ok: false, reason: 'not-booked' };
      if (!appointment.unfinished && !appointment.canBeChanged(now)) return { ok: false, reason: 'too-late' };
      // The slot before the appointment: see the order of locks in seats.repository.ts.
      if (state !== 'expired') await this.seats.giveBack(slotId);
      if (appointment.unfinished) {
        await this.seats.giveUp(acting.subject, id, now);
        await this.records.note(acting, id, 'given-up');
        return { ok: true, id, gaveUp: true };
      }
      await this.seats.cancel(acting.subject, id, now);
      await this.records.cancelled(acting, appointment);
      return { ok: true, id, gaveUp: false };
    });
  }

  /** Takes the new seat, then gives back the old one; when the new one is gone the old one stays. */
  move(acting: Acting, id: string, slot: number): Promise<Changed> {
    return withFreshNumber((random) => this.as(acting, () => this.moved(acting, id, slot, random)));
  }

  private async moved(acting: Acting, id: string, slot: number, random: number): Promise<Changed> {
    const appointment = await this.appointments.lock(acting.subject, id);
    if (!appointment) throw new NotFound();
    const { state, slotId, topicId, channel } = appointment.row;
    if (state !== 'booked') return { ok: false, reason: 'not-booked' };
    // Its own time is never offered: the button was pressed twice, or another tab was quicker.
    if (slot === slotId) return { ok: true, id };
    if (!appointment.canBeChanged(this.clock.now())) return { ok: false, reason: 'too-late' };
    await this.seats.lock([slotId, slot]);
    // The same channel: the contacts of a meeting at the desk need not do for a call.
    const seat = await this.seats.take(slot, topicId, channel, this.clock.now());
    if (!seat) return { ok: false, reason: 'slot-taken' };
    await this.seats.giveBack(slotId);
    const number = appointmentNumber(await this.seats.provinceOf(seat.officeId), random);
    await this.seats.move(acting.subject, id, seat, number, this.clock.now());
    await this.records.moved(acting, (await this.appointments.find(acting.subject, id)) ?? appointment);
    return { ok: true, id };
  }

  private as<T>(acting: Acting, work: () => Promise<T>): Promise<T> {
    return this.db.actingAs(citizen(acting.subject, acting.by), work);
  }
}
