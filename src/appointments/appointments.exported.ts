import { Injectable, type OnModuleInit } from '@nestjs/common';
import type { Acting } from '../common/acting.js';
import { pagesByKey, recordOf } from '../common/exported-records.js';
import { ExportedParts, type Exported, type ExportedRecord } from '../common/exported.js';
import type { Translate } from '../common/texts.js';
import { AppointmentsExportRepository, type AppointmentCopy } from './appointments-export.repository.js';

/** Every appointment, with what the person wrote for it. */
@Injectable()
export class ExportedAppointments implements Exported, OnModuleInit {
  readonly id = 'appuntamenti';
  readonly order = 60;
  readonly titleKey = 'appointments.title';
  readonly tables = ['appointment'];
  readonly columns = [
    { name: 'id', titleKey: 'export.column-number' },
    { name: 'start_at', titleKey: 'appointments.when' },
    { name: 'minutes', titleKey: 'export.column-minutes' },
    { name: 'state', titleKey: 'export.column-code-state' },
    { name: 'state_text', titleKey: 'export.column-state' },
    { name: 'number', titleKey: 'export.column-entrance-number' },
    { name: 'office_id', titleKey: 'export.column-code-office' },
    { name: 'office_id_text', titleKey: 'appointments.office' },
    { name: 'channel', titleKey: 'export.column-code-channel' },
    { name: 'channel_text', titleKey: 'appointments.channel' },
    { name: 'topic_id', titleKey: 'export.column-code-topic' },
    { name: 'topic_id_text', titleKey: 'appointments.topic' },
    { name: 'step_free', titleKey: 'export.column-step-free' },
    { name: 'sign_language', titleKey: 'export.column-sign-language' },
    { name: 'language', titleKey: 'export.column-language' },
    { name: 'note', titleKey: 'appointments.note' },
    { name: 'contact_email', titleKey: 'profile.email' },
    { name: 'contact_phone', titleKey: 'appointments.phone' },
    { name: 'held_at', titleKey: 'export.column-held-at' },
    { name: 'hold_until', titleKey: 'export.column-hold-until' },
    { name: 'holds', titleKey: 'export.column-holds' },
    { name: 'details_at', titleKey: 'export.column-details-at' },
    { name: 'confirmed_at', titleKey: 'export.column-confirmed-at' },
    { name: 'cancelled_at', titleKey: 'export.column-cancelled-at' },
    { name: 'sequence', titleKey: 'export.column-changes' },
    { name: 'created_at', titleKey: 'export.column-created-at' },
    { name: 'updated_at', titleKey: 'export.column-updated-at' },
  ];

  constructor(
    private readonly parts: ExportedParts,
    private readonly rows: AppointmentsExportRepository,
  ) {}

  onModuleInit(): void {
    this.parts.register(this);
  }

  async *records(_: Acting, t: Translate): AsyncGenerator<ExportedRecord[]> {
    for await (const page of pagesByKey<AppointmentCopy>((after) => this.rows.page(after)))
      yield page.map((row) => this.record(row, t));
  }

  private record(row: AppointmentCopy, t: Translate): ExportedRecord {
    return recordOf(this.columns, {
      ...row,
      state_text: t(`export.appointment-${row.state}`),
      office_id_text: row.office_name,
      channel_text: t(`offices.channel-${row.channel}`),
      topic_id_text: t(`topics.${row.topic_id}`),
    });
  }
}
