import { randomInt, randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { citizen } from '../common/actor.js';
import type { Acting } from '../common/acting.js';
import { Clock } from '../common/clock.js';
import { Database } from '../common/database.js';
import { NotFound, Unavailable } from '../common/errors.js';
import type { Appointment, Details } from './appointment.entity.js';
import { AppointmentRecords } from './appointment-records.js';
import { AppointmentsRepository } from './appointments.repository.js';
import { appointmentNumber, holdUntil, isHoldOver } from './booking.rules.js';
import { SeatsRepository, violatedConstraint } from './seats.repository.js';

export interface HoldRequest {
  slot: number;
  topic: string;
  requestId: string;
}

/** Why no seat is kept. hour-over: the seat was given back, and what was typed is kept for the next choice of a time. */
export type Refusal = 'slot-taken' | 'already-booked' | 'too-many-holds' | 'hour-over';

/** @param unfinished the appointment that waits for another time */
export type Held =
  { ok: true; id: string; detailsGiven: boolean } | { ok: false; reason: Refusal; unfinished: string | null };

/** finished: booked, cancelled or over meanwhile; what was typed is not what holds, and was not saved. */
export type Saved = Held | { ok: false; reason: 'finished' };

export type Confirmed = { ok: true } | { ok: false; reason: Refusal | 'details-missing' | 'cancelled' };

/** What came of a first hold; `clash` when this request or topic has an appointment already. */
type Tried = { id: string } | { refused: 'clash' | 'slot-taken' | 'too-many-holds' };

/** From the choice of a time to the booked appointment. */
@Injectable()
export class BookingService {
  constructor(
    private readonly db: Database,
    private readonly clock: Clock,
    private readonly appointments: AppointmentsRepository,
    private readonly seats: SeatsRepository,
    private readonly records: AppointmentRecords,
  ) {}

  /** Keeps a seat. A second click gives the appointment of the first; a hold for the same topic moves to the new time. */
  async hold(acting: Acting, request: HoldRequest): Promise<Held> {
    const first = await this.tryHold(acting, request);
    if ('id' in first) return { ok: true, id: first.id, detailsGiven: false };
    const known = await this.holdOfBefore(acting, request);
    if (known) return known;
    // The form of a booking that was given up is sent again (Back): a new one, not the old.
    const last =
      first.refused === 'clash' ? await this.tryHold(acting, { ...request, requestId: randomUUID() }) : first;
    if ('id' in last) return { ok: true, id: last.id, detailsGiven: false };
    // Twice at once: the other one has the seat.
    const other = await this.holdOfBefore(acting, request);
    return other ?? refused(last.refused === 'clash' ? 'slot-taken' : last.refused);
  }

  /** Puts an unfinished appointment on a slot, the same one or another, with all that was typed. */
  async holdAgain(acting: Acting, id: string, slot: number | 'same'): Promise<Held> {
    try {
      return await this.as(acting, () => this.reseat(acting, id, slot));
    } catch (error) {
      if (violatedConstraint(error) === null) throw error;
      return refused('already-booked');
    }
  }

  /** The appointment as its steps show it. */
  async find(acting: Acting, id: string): Promise<Appointment> {
    return this.as(acting, async () => {
      const found = await this.appointments.find(acting.subject, id);
      // Inside the unit, so that it is rolled back: no entry says that something was read.
      if (!found) throw new NotFound();
      return found;
    });
  }

  /** Keeps what was typed, once, and takes the seat again when its time ran out meanwhile. */
  async saveDetails(acting: Acting, id: string, details: Details): Promise<Saved> {
    const found = await this.as(acting, async () => {
      const appointment = await this.appointments.lock(acting.subject, id);
      if (!appointment) throw new NotFound();
      if (!appointment.unfinished || appointment.says(details)) return appointment;
      await this.appointments.saveDetails(acting.subject, id, details, this.clock.now());
      await this.records.note(acting, id, 'details');
      return appointment;
    });
    // The same words again are no loss, whatever the appointment is by now.
    if (!found.unfinished && !found.says(details)) return { ok: false, reason: 'finished' };
    return found.row.state === 'expired' ? this.holdAgain(acting, id, 'same') : { ok: true, id, detailsGiven: true };
  }

  /** More time for the form (WCAG 2.2.1), up to an hour in all. */
  async extend(acting: Acting, id: string): Promise<Held> {
    const now = this.clock.now();
    const found = await this.as(acting, async () => {
      const appointment = await this.appointments.lock(acting.subject, id);
      if (!appointment?.canExtend) return appointment;
      await this.appointments.extend(acting.subject, id, holdUntil(appointment.row.heldAt, now), now);
      await this.records.note(acting, id, 'extended');
      return appointment;
    });
    if (!found) throw new NotFound();
    return found.row.state === 'expired' ? this.holdAgain(acting, id, 'same') : { ok: true, id, detailsGiven: true };
  }

  /** Books what is held; a second click finds it booked. A seat that was given back is taken again if it is still free. */
  async confirm(acting: Acting, id: string): Promise<Confirmed> {
    const first = await this.confirmHeld(acting, id);
    if (first !== 'expired') return first;
    const again = await this.holdAgain(acting, id, 'same');
    if (!again.ok) return { ok: false, reason: again.reason };
    const second = await this.confirmHeld(acting, id);
    return second === 'expired' ? { ok: false, reason: 'slot-taken' } : second;
  }

  private async confirmHeld(acting: Acting, id: string): Promise<Confirmed | 'expired'> {
    return withFreshNumber((random) =>
      this.as(acting, async () => {
        const appointment = await this.appointments.lock(acting.subject, id);
        if (!appointment) throw new NotFound();
        const { state, province } = appointment.row;
        if (state === 'cancelled') return { ok: false, reason: 'cancelled' };
        if (!appointment.unfinished) return { ok: true };
        // Again here: the channel may have changed since the contacts were typed.
        if (!appointment.detailsFit()) return { ok: false, reason: 'details-missing' };
        if (state === 'expired') return 'expired';
        const number = appointmentNumber(province, random);
        await this.appointments.confirm(acting.subject, id, number, this.clock.now());
        await this.records.booked(acting, appointment, number);
        return { ok: true };
      }),
    );
  }

  /** What comes of a form where its person has an appointment already; null where that was given up, or none is. */
  private async holdOfBefore(acting: Acting, { slot, topic, requestId }: HoldRequest): Promise<Held | null> {
    const known = await this.as(acting, () => this.appointments.ofRequestOrTopic(acting.subject, requestId, topic));
    if (!known || known.state === 'expired' || known.state === 'cancelled') return null;
    if (known.state === 'held') return this.holdAgain(acting, known.id, slot);
    return known.requestId === requestId ? { ok: true, id: known.id, detailsGiven: true } : refused('already-booked');
  }

  private async tryHold(acting: Acting, request: HoldRequest): Promise<Tried> {
    const now = this.clock.now();
    const hold = { ...request, id: randomUUID(), citizen: acting.subject, now, until: holdUntil(now, now) };
    try {
      return await this.as(acting, async () => {
        if (await this.seats.hold(hold)) {
          await this.records.note(acting, hold.id, 'held');
          return { id: hold.id };
        }
        return { refused: (await this.seats.hadAllHolds(acting.subject, now)) ? 'too-many-holds' : 'slot-taken' };
      });
    } catch (error) {
      if (violatedConstraint(error) === null) throw error;
      return { refused: 'clash' };
    }
  }

  private async reseat(acting: Acting, id: string, wanted: number | 'same'): Promise<Held> {
    const appointment = await this.appointments.lock(acting.subject, id);
    if (!appointment) throw new NotFound();
    const { state, slotId } = appointment.row;
    const slot = wanted === 'same' ? slotId : wanted;
    const same = slot === slotId;
    const done: Held = { ok: true, id, detailsGiven: appointment.detailsFit() };
    if (!appointment.unfinished) return same || state === 'cancelled' ? done : refused('already-booked');
    if (state === 'held' && same) return done;
    const now = this.clock.now();
    if (state === 'expired' && (await this.seats.hadAllHolds(acting.subject, now))) return refused('too-many-holds');
    if (state === 'expired' || !isHoldOver(appointment.row.heldAt, now))
      return this.takeInstead(acting, appointment, slot, now);
    // The reaper has not come yet: given back all the same, since others wait for the seat.
    await this.seats.giveBack(slotId);
    await this.seats.expire(acting.subject, id, now);
    return refused('hour-over', id);
  }

  /** Any channel: what was typed is asked for again where it does not do for the new one. */
  private async takeInstead(
    acting: Acting,
    appointment: Appointment,
    slot: number,
    now: Temporal.Instant,
  ): Promise<Held> {
    const { id, state, slotId, topicId } = appointment.row;
    const heldAt = state === 'held' ? appointment.row.heldAt : now;
    await this.seats.lock([slotId, slot]);
    const seat = await this.seats.take(slot, topicId, null, now);
    if (!seat) return refused('slot-taken');
    if (state === 'held') await this.seats.giveBack(slotId);
    await this.seats.holdAgain(acting.subject, id, seat, { heldAt, until: holdUntil(heldAt, now), now });
    await this.records.note(acting, id, 'held');
    return { ok: true, id, detailsGiven: appointment.detailsFit(seat.channel) };
  }

  private as<T>(acting: Acting, work: () => Promise<T>): Promise<T> {
    return this.db.actingAs(citizen(acting.subject, acting.by), work);
  }
}

function refused(reason: Refusal, unfinished: string | null = null): Held {
  return { ok: false, reason, unfinished };
}

const TRIES = 8;

/** Numbers are random so that they tell nothing; one that is taken at that office that day is drawn again. */
export async function withFreshNumber<T>(work: (random: number) => Promise<T>): Promise<T> {
  for (let tries = 1; tries <= TRIES; tries++) {
    try {
      return await work(randomInt(10_000));
    } catch (error) {
      if (violatedConstraint(error) !== 'appointment_number') throw error;
    }
  }
  throw new Unavailable('no free number at this office on this day');
}
