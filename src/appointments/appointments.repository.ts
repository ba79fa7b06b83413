import { Injectable } from '@nestjs/common';
import { Database } from '../common/database.js';
import { Appointment, type AppointmentRow, type Details } from './appointment.entity.js';
import type { State } from './booking.rules.js';

export interface NextAppointment {
  id: string;
  startAt: Temporal.Instant;
  topicId: string;
  channel: string;
  number: string;
  officeName: string;
}

/** What one person reads and writes of their own appointments. Each query also says whose, beside row-level security. */
@Injectable()
export class AppointmentsRepository {
  constructor(private readonly db: Database) {}

  async find(citizen: string, id: string): Promise<Appointment | null> {
    const [row] = await this.db.query<AppointmentRow>(`${ROWS} WHERE a.citizen_id = $1 AND a.id = $2`, [citizen, id]);
    return row ? new Appointment(row) : null;
  }

  /** As find, and nobody else changes it until the end of the unit. */
  async lock(citizen: string, id: string): Promise<Appointment | null> {
    const [row] = await this.db.query<AppointmentRow>(`${ROWS} WHERE a.citizen_id = $1 AND a.id = $2 FOR UPDATE OF a`, [
      citizen,
      id,
    ]);
    return row ? new Appointment(row) : null;
  }

  /**
   * The live appointment for this topic, of which there is one at most, or the one a form was sent for already: a form
   * whose booking was given up may have been sent again since, and then its new appointment counts.
   */
  async ofRequestOrTopic(
    citizen: string,
    requestId: string,
    topic: string,
  ): Promise<{ id: string; requestId: string; state: State } | null> {
    const [row] = await this.db.query<{ id: string; requestId: string; state: State }>(
      `SELECT id, request_id AS "requestId", state FROM appointment
       WHERE citizen_id = $1 AND (request_id = $2 OR (topic_id = $3 AND state IN ('held', 'booked', 'arrived', 'called')))
       ORDER BY state IN ('held', 'booked', 'arrived', 'called') DESC, request_id = $2 DESC LIMIT 1`,
      [citizen, requestId, topic],
    );
    return row ?? null;
  }

  /** Held and booked ones that are not over, the soonest first. */
  async ahead(citizen: string, now: Temporal.Instant): Promise<Appointment[]> {
    const rows = await this.db.query<AppointmentRow>(
      `${ROWS} WHERE a.citizen_id = $1 AND a.state IN ('held', 'booked', 'arrived', 'called')
         AND a.start_at + make_interval(mins => a.minutes) > $2
       ORDER BY a.start_at LIMIT 50`,
      [citizen, now],
    );
    return rows.map((row) => new Appointment(row));
  }

  /** Over, cancelled or missed, the latest first. */
  async past(citizen: string, now: Temporal.Instant, offset: number, limit: number): Promise<Appointment[]> {
    const rows = await this.db.query<AppointmentRow>(
      `${ROWS} WHERE a.citizen_id = $1 AND ${PAST} ORDER BY a.start_at DESC, a.id LIMIT $3 OFFSET $4`,
      [citizen, now, limit, offset],
    );
    return rows.map((row) => new Appointment(row));
  }

  async countPast(citizen: string, now: Temporal.Instant): Promise<number> {
    const [row] = await this.db.query<{ count: number }>(
      `SELECT count(*) AS count FROM appointment a WHERE a.citizen_id = $1 AND ${PAST}`,
      [citizen, now],
    );
    return row?.count ?? 0;
  }

  /** For the Bacheca: the soonest booked one that is not over. */
  async next(citizen: string, now: Temporal.Instant): Promise<NextAppointment | null> {
    const [row] = await this.db.query<NextAppointment>(
      `SELECT a.id, a.start_at AS "startAt", a.topic_id AS "topicId", a.channel, a.number, o.name AS "officeName"
       FROM appointment a JOIN office o ON o.id = a.office_id
       WHERE a.citizen_id = $1 AND a.state IN ('booked', 'arrived', 'called')
         AND a.start_at + make_interval(mins => a.minutes) > $2
       ORDER BY a.start_at LIMIT 1`,
      [citizen, now],
    );
    return row ?? null;
  }

  saveDetails(citizen: string, id: string, details: Details, now: Temporal.Instant): Promise<number> {
    return this.db.execute(
      `UPDATE appointment SET step_free = $3, sign_language = $4, language = $5, note = $6, contact_email = $7, contact_phone = $8,
         details_at = $9, updated_at = $9
       WHERE citizen_id = $1 AND id = $2 AND state IN ('held', 'expired')`,
      [
        citizen,
        id,
        details.stepFree,
        details.signLanguage,
        details.language,
        details.note,
        details.email,
        details.phone,
        now,
      ],
    );
  }

  extend(citizen: string, id: string, until: Temporal.Instant, now: Temporal.Instant): Promise<number> {
    return this.db.execute(
      `UPDATE appointment SET hold_until = $3, updated_at = $4 WHERE citizen_id = $1 AND id = $2 AND state = 'held'`,
      [citizen, id, until, now],
    );
  }

  /** No test of time: until it is reaped, the seat is theirs. */
  confirm(citizen: string, id: string, number: string, now: Temporal.Instant): Promise<number> {
    return this.db.execute(
      `UPDATE appointment SET state = 'booked', number = $3, confirmed_at = $4, updated_at = $4
       WHERE citizen_id = $1 AND id = $2 AND state = 'held' AND details_at IS NOT NULL`,
      [citizen, id, number, now],
    );
  }
}

/** Expired ones were never booked: nothing to show. A held one is in the way until it is reaped. */
const PAST = `a.state NOT IN ('expired', 'held')
  AND (a.state NOT IN ('booked', 'arrived', 'called') OR a.start_at + make_interval(mins => a.minutes) <= $2)`;

const ROWS = `
  SELECT a.id, a.request_id AS "requestId", a.slot_id AS "slotId", a.office_id AS "officeId", a.topic_id AS "topicId", a.channel,
    a.start_at AS "startAt", a.minutes, a.state, a.held_at AS "heldAt", a.hold_until AS "holdUntil", a.number, a.sequence,
    a.step_free AS "stepFree", a.sign_language AS "signLanguage", a.language, a.note, a.contact_email AS email,
    a.contact_phone AS phone, a.details_at AS "detailsAt", a.updated_at AS "updatedAt", t.cancel_notice_hours AS "noticeHours",
    o.name AS "officeName", o.address, o.cap, c.name AS comune, c.province
  FROM appointment a
  JOIN topic t ON t.id = a.topic_id
  JOIN office o ON o.id = a.office_id
  JOIN comune c ON c.istat = o.comune_istat`;
