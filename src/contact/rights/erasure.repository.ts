import { Injectable } from '@nestjs/common';
import { Database } from '../../common/database.js';
import { REQUEST_COLUMNS, type RightRequest } from './rights.repository.js';

/** Erasures that were granted, as system('erasure'). */
@Injectable()
export class ErasureRepository {
  constructor(private readonly db: Database) {}

  /** Granted long enough ago, and nothing else of the person waits for an answer. */
  async due(grantedBefore: Temporal.Instant): Promise<string[]> {
    const rows = await this.db.query<{ id: string }>(
      `SELECT id FROM right_request r
       WHERE kind = 'erasure' AND state IN ('accepted', 'partly') AND erased_at IS NULL AND closed_at <= $1
         AND ${NOTHING_OPEN}
       ORDER BY closed_at LIMIT 100`,
      [grantedBefore],
    );
    return rows.map(({ id }) => id);
  }

  /** Null when another worker carries it out at this moment, or has, or when the person has asked for something since. */
  async lock(id: string): Promise<RightRequest | null> {
    const rows = await this.db.query<RightRequest>(
      `SELECT ${REQUEST_COLUMNS} FROM right_request r WHERE id = $1 AND erased_at IS NULL AND ${NOTHING_OPEN} FOR UPDATE SKIP LOCKED`,
      [id],
    );
    return rows[0] ?? null;
  }

  async done(id: string, now: Temporal.Instant): Promise<void> {
    await this.db.execute('UPDATE right_request SET erased_at = $2, version = version + 1 WHERE id = $1', [id, now]);
  }

  /** Requests stay as the proof of what was done: without what was typed, and a pseudonym alone leads back to them. */
  async forget(citizen: string, personKey: string): Promise<number> {
    return this.db.execute(
      `UPDATE right_request SET message = '', current_value = '', right_value = '', person_key = $2, version = version + 1
       WHERE citizen_id = $1`,
      [citizen, personKey],
    );
  }

  async countOf(citizen: string): Promise<number> {
    const rows = await this.db.query<{ n: number }>('SELECT count(*) AS n FROM right_request WHERE citizen_id = $1', [
      citizen,
    ]);
    return rows[0]!.n;
  }

  /** The identity a pseudonym is made of; null when the person is gone. */
  async identityKey(citizen: string): Promise<string | null> {
    const rows = await this.db.query<{ identity_key: string }>('SELECT identity_key FROM citizen WHERE id = $1', [
      citizen,
    ]);
    return rows[0]?.identity_key ?? null;
  }
}

/** Of the person of request r: an erasure would leave what waits for an answer without anybody to tell it to. */
const NOTHING_OPEN =
  'NOT EXISTS (SELECT FROM right_request o WHERE o.citizen_id = r.citizen_id AND o.closed_at IS NULL)';
