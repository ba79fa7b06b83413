import { Injectable } from '@nestjs/common';
import { Database } from '../common/database.js';

@Injectable()
export class ParkedFormsRepository {
  constructor(private readonly db: Database) {}

  async keep(id: string, owner: string, sealed: Buffer, now: Temporal.Instant, until: Temporal.Instant): Promise<void> {
    await this.db.execute(
      'INSERT INTO parked_form (id, citizen_id, sealed, parked_at, expires_at) VALUES ($1, $2, $3, $4, $5)',
      [id, owner, sealed, now, until],
    );
  }

  /** Of one person's forms, as system('sign-in'); waits for nobody. */
  async keepNewest(owner: string, most: number): Promise<void> {
    await this.db.query('SELECT parked_forms_trim($1, $2)', [owner, most]);
  }

  /** Row-level security lets a person find their own alone. */
  async find(id: string, now: Temporal.Instant): Promise<Buffer | null> {
    const rows = await this.db.query<{ sealed: Buffer }>(
      'SELECT sealed FROM parked_form WHERE id = $1 AND expires_at > $2',
      [id, now],
    );
    return rows[0]?.sealed ?? null;
  }

  async destroy(id: string): Promise<void> {
    await this.db.execute('DELETE FROM parked_form WHERE id = $1', [id]);
  }

  /** @returns how many were past their time. */
  async sweep(now: Temporal.Instant): Promise<number> {
    return this.db.execute('DELETE FROM parked_form WHERE expires_at <= $1', [now]);
  }
}
