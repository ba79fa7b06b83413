import { Injectable } from '@nestjs/common';
import { Database } from '../../common/database.js';
import type { ExportState } from './export.rules.js';

export interface ExportRow {
  id: string;
  state: ExportState;
  asked_at: Temporal.Instant;
  parts_done: number;
  parts_total: number;
  chunks: number;
  bytes: number;
  ready_at: Temporal.Instant | null;
  expires_at: Temporal.Instant | null;
  downloaded_at: Temporal.Instant | null;
  ended_at: Temporal.Instant | null;
}

const COLUMNS =
  'id, state, asked_at, parts_done, parts_total, chunks, bytes, ready_at, expires_at, downloaded_at, ended_at';

/** What a person asks of their own copies. PostgreSQL shows them to nobody else, not even to a delegate. */
@Injectable()
export class ExportRepository {
  constructor(private readonly db: Database) {}

  /** The one that is not ended, if there is one; else the last. */
  async latest(subject: string): Promise<ExportRow | null> {
    const rows = await this.db.query<ExportRow>(
      `SELECT ${COLUMNS} FROM data_export WHERE citizen_id = $1
       ORDER BY state IN ('asked', 'making', 'ready') DESC, asked_at DESC, ended_at DESC, id LIMIT 1`,
      [subject],
    );
    return rows[0] ?? null;
  }

  async find(subject: string, id: string): Promise<ExportRow | null> {
    const rows = await this.db.query<ExportRow>(
      `SELECT ${COLUMNS} FROM data_export WHERE citizen_id = $1 AND id = $2`,
      [subject, id],
    );
    return rows[0] ?? null;
  }

  /** Newest first; how many there can be is bounded by the copies of a day and by how long they are remembered. */
  async all(subject: string): Promise<(ExportRow & { language: string })[]> {
    return this.db.query(
      `SELECT ${COLUMNS}, language FROM data_export WHERE citizen_id = $1 ORDER BY asked_at DESC, id LIMIT 1000`,
      [subject],
    );
  }

  async askedSince(subject: string, since: Temporal.Instant): Promise<number> {
    const rows = await this.db.query<{ count: number }>(
      'SELECT count(*) AS count FROM data_export WHERE citizen_id = $1 AND asked_at > $2',
      [subject, since],
    );
    return rows[0]!.count;
  }

  /** @returns false when there is one already that is not ended: of twenty at once, one is asked for */
  async ask(id: string, subject: string, language: string, now: Temporal.Instant): Promise<boolean> {
    const asked = await this.db.execute(
      `INSERT INTO data_export (id, citizen_id, language, state, asked_at, due_at) VALUES ($1, $2, $3, 'asked', $4, $4)
       ON CONFLICT (citizen_id) WHERE state IN ('asked', 'making', 'ready') DO NOTHING`,
      [id, subject, language, now],
    );
    return asked > 0;
  }

  /** @returns false when it was deleted a moment ago */
  async noteDownload(subject: string, id: string, now: Temporal.Instant): Promise<boolean> {
    const noted = await this.db.execute(
      `UPDATE data_export SET downloaded_at = $3 WHERE citizen_id = $1 AND id = $2 AND state = 'ready'`,
      [subject, id, now],
    );
    return noted > 0;
  }

  /** Ends a copy that is ready, and its pieces go. @returns whether it was there until now */
  async end(subject: string, id: string, as: 'expired' | 'deleted', now: Temporal.Instant): Promise<boolean> {
    const ended = await this.db.execute(
      `UPDATE data_export SET state = $3, ended_at = $4 WHERE citizen_id = $1 AND id = $2 AND state = 'ready'`,
      [subject, id, as, now],
    );
    if (ended === 0) return false;
    await this.db.execute('DELETE FROM export_chunk WHERE citizen_id = $1 AND export_id = $2', [subject, id]);
    return true;
  }

  async chunk(subject: string, id: string, number: number): Promise<Buffer | null> {
    const rows = await this.db.query<{ sealed: Buffer }>(
      'SELECT sealed FROM export_chunk WHERE citizen_id = $1 AND export_id = $2 AND number = $3',
      [subject, id, number],
    );
    return rows[0]?.sealed ?? null;
  }
}
