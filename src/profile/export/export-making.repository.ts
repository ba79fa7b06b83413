import { Injectable } from '@nestjs/common';
import { Database } from '../../common/database.js';
import type { Language } from '../../common/texts.js';

/** A copy that this worker makes, until it says nothing for longer than the lease. */
export interface Claim {
  id: string;
  citizen_id: string;
  language: Language;
  attempt: number;
}

export interface Whole {
  chunks: number;
  bytes: number;
}

/** What the worker does to copies, as system('export'). */
@Injectable()
export class ExportMakingRepository {
  constructor(private readonly db: Database) {}

  /** Takes up a copy that is due; what a worker before had written goes. @returns null when it is somebody else's, or ended */
  async claim(id: string, parts: number, now: Temporal.Instant, until: Temporal.Instant): Promise<Claim | null> {
    const [claim] = await this.db.query<Claim>(
      `UPDATE data_export SET state = 'making', attempt = attempt + 1, parts_done = 0, parts_total = $2, chunks = 0, bytes = 0, due_at = $4
       WHERE id = $1 AND state IN ('asked', 'making') AND due_at <= $3
       RETURNING id, citizen_id, language, attempt`,
      [id, parts, now, until],
    );
    if (!claim) return null;
    await this.dropChunks(id);
    return claim;
  }

  /** One more piece, and how far the work is. @returns false when another worker has taken over */
  async addChunk(
    claim: Claim,
    chunk: { number: number; sealed: Buffer; done: number },
    until: Temporal.Instant,
  ): Promise<boolean> {
    if (!(await this.progress(claim, chunk.done, until))) return false;
    await this.db.execute('INSERT INTO export_chunk (export_id, number, citizen_id, sealed) VALUES ($1, $2, $3, $4)', [
      claim.id,
      chunk.number,
      claim.citizen_id,
      chunk.sealed,
    ]);
    return true;
  }

  async finish(claim: Claim, whole: Whole, now: Temporal.Instant, expires: Temporal.Instant): Promise<boolean> {
    const done = await this.db.execute(
      `UPDATE data_export SET state = 'ready', parts_done = parts_total, chunks = $3, bytes = $4, ready_at = $5, expires_at = $6
       WHERE id = $1 AND attempt = $2 AND state = 'making'`,
      [claim.id, claim.attempt, whole.chunks, whole.bytes, now, expires],
    );
    return done > 0;
  }

  /** @param retryAt null when it is not tried again */
  async fail(claim: Claim, now: Temporal.Instant, retryAt: Temporal.Instant | null): Promise<void> {
    const failed = await this.db.execute(
      `UPDATE data_export SET state = $3, due_at = coalesce($4, due_at), ended_at = $5, parts_done = 0, chunks = 0, bytes = 0
       WHERE id = $1 AND attempt = $2 AND state = 'making'`,
      [claim.id, claim.attempt, retryAt ? 'asked' : 'failed', retryAt, retryAt ? null : now],
    );
    if (failed > 0) await this.dropChunks(claim.id);
  }

  async due(now: Temporal.Instant): Promise<string[]> {
    const rows = await this.db.query<{ id: string }>(
      `SELECT id FROM data_export WHERE state IN ('asked', 'making') AND due_at <= $1 ORDER BY due_at LIMIT 20`,
      [now],
    );
    return rows.map(({ id }) => id);
  }

  /** Those whose days are over end, and their pieces go. @returns how many */
  async expire(now: Temporal.Instant): Promise<number> {
    const rows = await this.db.query<{ id: string }>(
      `UPDATE data_export SET state = 'expired', ended_at = $1 WHERE state = 'ready' AND expires_at <= $1 RETURNING id`,
      [now],
    );
    for (const { id } of rows) await this.dropChunks(id);
    return rows.length;
  }

  /** The unit of work under way sees the database as it is now until its end, and writes nothing. */
  async standStill(): Promise<void> {
    await this.db.execute('SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY');
  }

  private async progress(claim: Claim, done: number, until: Temporal.Instant): Promise<boolean> {
    const mine = await this.db.execute(
      `UPDATE data_export SET parts_done = $3, due_at = $4 WHERE id = $1 AND attempt = $2 AND state = 'making'`,
      [claim.id, claim.attempt, done, until],
    );
    return mine > 0;
  }

  private async dropChunks(id: string): Promise<void> {
    await this.db.execute('DELETE FROM export_chunk WHERE export_id = $1', [id]);
  }
}
