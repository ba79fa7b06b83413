import { Injectable } from '@nestjs/common';
import { Database } from '../common/database.js';
import { AFTER_ALL, EXPORT_PAGE } from '../common/exported-records.js';
import type { State } from './booking.rules.js';

export interface AppointmentCopy {
  id: string;
  start_at: Temporal.Instant;
  state: State;
  channel: string;
  topic_id: string;
  office_name: string;
}

/** A person's appointments for their copy of all their data, with what they never finished too. */
@Injectable()
export class AppointmentsExportRepository {
  constructor(private readonly db: Database) {}

  /** Of the person of the unit under way: the latest first, by key. */
  async page(after: AppointmentCopy | null): Promise<AppointmentCopy[]> {
    return this.db.query<AppointmentCopy>(
      `SELECT a.id, a.office_id, o.name AS office_name, a.topic_id, a.channel, a.start_at, a.minutes, a.state, a.number,
         a.held_at, a.hold_until, a.holds, a.sequence, a.step_free, a.sign_language, a.language, a.note,
         a.contact_email, a.contact_phone, a.details_at, a.created_at, a.confirmed_at, a.updated_at, a.cancelled_at
       FROM own_appointments($1, $2, $3) a JOIN office o ON o.id = a.office_id
       ORDER BY a.start_at DESC, a.id DESC`,
      [after?.start_at ?? AFTER_ALL.at, after?.id ?? AFTER_ALL.uuid, EXPORT_PAGE],
    );
  }
}
