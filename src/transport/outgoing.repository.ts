import { Injectable } from '@nestjs/common';
import { Database } from '../common/database.js';
import type { Channel, MessageKind } from './message.js';

export interface NewMessage {
  id: string;
  subject: string;
  channel: Channel;
  kind: MessageKind;
  key: string;
  sealed: Buffer;
  notBefore: Temporal.Instant;
  at: Temporal.Instant;
}

/** Messages as the pages write them; nothing here reads one back. */
@Injectable()
export class OutgoingRepository {
  constructor(private readonly db: Database) {}

  /** Writes nothing when the key was used before: no arbiter is named, since the pages may not read keys. */
  async add({ id, subject, channel, kind, key, sealed, notBefore, at }: NewMessage): Promise<void> {
    await this.db.execute(
      `INSERT INTO outgoing_message (id, citizen_id, channel, kind, key, sealed, next_attempt_at, created_at)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT DO NOTHING`,
      [id, subject, channel, kind, key, sealed, notBefore, at],
    );
  }
}
