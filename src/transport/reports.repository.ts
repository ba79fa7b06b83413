import { Injectable } from '@nestjs/common';
import { Database } from '../common/database.js';
import type { Channel } from './message.js';
import type { Blame } from './status.rules.js';

/** What became of a message: delivered, or not and what that says of its address. */
export type ReportVerdict = 'consegnata' | Blame;

export interface Report {
  messageId: string;
  verdict: ReportVerdict;
  code: string;
}

export interface WaitingReport extends Report {
  /** When the message itself was written. */
  writtenAt: Temporal.Instant;
  subject: string;
  channel: Channel;
  sealed: Buffer | null;
}

/** What the other side said later about messages; in units of work of system('delivery'). */
@Injectable()
export class ReportsRepository {
  constructor(private readonly db: Database) {}

  /** The same said twice is kept once. Fails with 23503 when there is no such message. */
  async add({ messageId, verdict, code }: Report, at: Temporal.Instant): Promise<void> {
    await this.db.execute(
      `INSERT INTO delivery_report (message_id, verdict, code, reported_at) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING`,
      [messageId, verdict, code, at],
    );
  }

  /** Those that failed come again after those that have come meanwhile, so that they keep nobody waiting. */
  waiting(most: number): Promise<{ messageId: string; verdict: ReportVerdict }[]> {
    return this.db.query(
      `SELECT r.message_id AS "messageId", r.verdict FROM delivery_report r JOIN outgoing_message m ON m.id = r.message_id
       WHERE r.handled_at IS NULL AND m.state <> 'in invio' ORDER BY coalesce(r.tried_at, r.reported_at), r.message_id LIMIT $1`,
      [most],
    );
  }

  /** One report nobody else is handling, with its message locked; null when somebody was faster. */
  async take({ messageId, verdict }: Pick<Report, 'messageId' | 'verdict'>): Promise<WaitingReport | null> {
    const [report] = await this.db.query<WaitingReport>(
      `SELECT r.message_id AS "messageId", r.verdict, r.code, m.created_at AS "writtenAt", m.citizen_id AS subject, m.channel, m.sealed
       FROM delivery_report r JOIN outgoing_message m ON m.id = r.message_id
       WHERE r.message_id = $1 AND r.verdict = $2 AND r.handled_at IS NULL AND m.state <> 'in invio'
       FOR UPDATE OF r, m SKIP LOCKED`,
      [messageId, verdict],
    );
    return report ?? null;
  }

  async tried({ messageId, verdict }: Pick<Report, 'messageId' | 'verdict'>, at: Temporal.Instant): Promise<void> {
    await this.db.execute(`UPDATE delivery_report SET tried_at = $3 WHERE message_id = $1 AND verdict = $2`, [
      messageId,
      verdict,
      at,
    ]);
  }

  /** Ends the message as reported, unless its end is known already; nothing of its contents is kept. */
  async end({ messageId, verdict }: Report, now: Temporal.Instant): Promise<void> {
    const state = verdict === 'consegnata' ? 'consegnata' : 'errore definitivo';
    await this.db.execute(
      `UPDATE outgoing_message SET sealed = NULL, next_attempt_at = NULL, ended_at = coalesce(ended_at, $3),
         state = CASE WHEN state IN ('inviata', 'incerta', 'errore temporaneo') THEN $2 ELSE state END
       WHERE id = $1 AND state <> 'creata'`,
      [messageId, state, now],
    );
    await this.db.execute(`UPDATE delivery_report SET handled_at = $3 WHERE message_id = $1 AND verdict = $2`, [
      messageId,
      verdict,
      now,
    ]);
  }

  /**
   * Takes the doubt over from the message that holds it, if one does. Of two that begin together the unique index refuses
   * the second, which is tried again (handleWaiting).
   * @param addresses the pseudonyms of the address, under any key
   * @returns when that message was written
   */
  async doubt(messageId: string, addresses: readonly string[]): Promise<Temporal.Instant | null> {
    const former = await this.db.query<{ writtenAt: Temporal.Instant }>(
      `UPDATE delivery_report r SET doubts = NULL FROM outgoing_message m
       WHERE m.id = r.message_id AND r.doubts = ANY ($1) AND r.message_id <> $2 RETURNING m.created_at AS "writtenAt"`,
      [addresses, messageId],
    );
    await this.db.execute(`UPDATE delivery_report SET doubts = $2 WHERE message_id = $1 AND verdict = 'dubbia'`, [
      messageId,
      addresses[0],
    ]);
    return former[0]?.writtenAt ?? null;
  }

  /** Whatever was doubtful of an address is no more. */
  async trust(addresses: readonly string[]): Promise<void> {
    await this.db.execute('UPDATE delivery_report SET doubts = NULL WHERE doubts = ANY ($1)', [addresses]);
  }
}
