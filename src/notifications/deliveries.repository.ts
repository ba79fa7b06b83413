import { Injectable } from '@nestjs/common';
import { Database } from '../common/database.js';
import type { NoticeChannel } from '../common/notice-types.js';

/** What became of a message that told of a notice. */
export interface DeliveryRow {
  channel: NoticeChannel;
  state:
    | 'creata'
    | 'in invio'
    | 'inviata'
    | 'consegnata'
    | 'errore temporaneo'
    | 'errore definitivo'
    | 'incerta'
    | 'scaduta';
  created_at: Temporal.Instant;
  /** From when it may leave; null once it is under way. */
  waits_until: Temporal.Instant | null;
  sent_at: Temporal.Instant | null;
  delivered_at: Temporal.Instant | null;
  /** When nothing was left to do. */
  ended_at: Temporal.Instant | null;
}

@Injectable()
export class DeliveriesRepository {
  constructor(private readonly db: Database) {}

  /** The messages about one notice of the citizen of the unit. */
  async of(notice: string): Promise<DeliveryRow[]> {
    return this.db.query<DeliveryRow>('SELECT * FROM notice_messages($1)', [notice]);
  }
}

/** What makes the message about a notice one, however often it is sent; notice_messages() looks for it. */
export function deliveryKey(notice: string, channel: NoticeChannel): string {
  return `notice:${notice}:${channel}`;
}
