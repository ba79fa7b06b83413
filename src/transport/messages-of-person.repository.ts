import { Injectable } from '@nestjs/common';
import { Database } from '../common/database.js';
import { EXPORT_PAGE } from '../common/exported-records.js';
import type { Channel, MessageKind } from './message.js';

export interface MessageCopy {
  id: string;
  channel: Channel;
  kind: MessageKind;
  state: string;
  attempts: number;
  created_at: Temporal.Instant;
  ended_at: Temporal.Instant | null;
}

/** What is kept of a person's messages, for their copy of it and for its end. */
@Injectable()
export class MessagesOfPersonRepository {
  constructor(private readonly db: Database) {}

  /** Newest first, by key. */
  async page(subject: string, after: MessageCopy | null): Promise<MessageCopy[]> {
    return this.db.query<MessageCopy>(
      `SELECT id, channel, kind, state, attempts, created_at, ended_at FROM outgoing_message
       WHERE citizen_id = $1 AND ($2::timestamptz IS NULL OR (created_at, id) < ($2, $3))
       ORDER BY created_at DESC, id DESC LIMIT ${EXPORT_PAGE}`,
      [subject, after?.created_at ?? null, after?.id ?? null],
    );
  }

  /** With attempts and reports, which go with their message. */
  async eraseAll(subject: string): Promise<number> {
    return this.db.execute('DELETE FROM outgoing_message WHERE citizen_id = $1', [subject]);
  }
}
