import { Injectable } from '@nestjs/common';
import type { Acting } from '../common/acting.js';
import { AuditService } from '../audit/index.js';
import { NotificationsService } from '../notifications/index.js';
import type { Appointment } from './appointment.entity.js';

/** What is written beside a change of an appointment, in the same transaction: the notice to the person and the audit entry. */
@Injectable()
export class AppointmentRecords {
  constructor(
    private readonly notifications: NotificationsService,
    private readonly audit: AuditService,
  ) {}

  booked(acting: Acting, appointment: Appointment, number: string): Promise<void> {
    return this.write(acting, appointment, 'booked', number);
  }

  moved(acting: Acting, appointment: Appointment): Promise<void> {
    return this.write(acting, appointment, 'moved', appointment.row.number ?? '');
  }

  cancelled(acting: Acting, appointment: Appointment): Promise<void> {
    return this.write(acting, appointment, 'cancelled', appointment.row.number ?? '');
  }

  /** An unfinished booking: no notice, the entry alone. */
  note({ subject }: Acting, id: string, event: 'held' | 'extended' | 'details' | 'given-up'): Promise<void> {
    return this.audit.record({ action: `appointment.${event}`, subject, object: id, purpose: 'service' });
  }

  private async write(
    acting: Acting,
    { row }: Appointment,
    event: 'booked' | 'moved' | 'cancelled',
    number: string,
  ): Promise<void> {
    await this.notifications.send(acting.subject, {
      type: 'appointment',
      source: 'appointments',
      // A booking is moved many times; each move is an event of its own.
      sourceId: `${row.id}:${event}:${row.sequence}`,
      textKey: `appointments.notice-${event}`,
      parameters: { startAt: row.startAt.toString(), office: row.officeName, number },
      link: `/appuntamenti/${row.id}`,
    });
    await this.audit.record({
      action: `appointment.${event}`,
      subject: acting.subject,
      object: row.id,
      purpose: 'service',
    });
  }
}
