import { Injectable } from '@nestjs/common';
import { Database } from '../common/database.js';
import type { Link, Sealable } from './seal.js';

/** The end of the chain. */
export interface Head {
  position: number;
  mac: Buffer;
}

export interface SealedLink extends Link {
  mac: Buffer;
}

/** What waits for its seal; without an entry when that was taken out meanwhile, or its month was. */
export interface Waiting {
  id: number;
  at: Temporal.Instant;
  entry: Sealable | null;
}

/** Only one worker seals at a time; the lock ends with the unit of work. */
const SEAL_LOCK = 20_200_410;

@Injectable()
export class SealRepository {
  constructor(private readonly db: Database) {}

  async lock(): Promise<boolean> {
    const rows = await this.db.query<{ mine: boolean }>('SELECT pg_try_advisory_xact_lock($1) AS mine', [SEAL_LOCK]);
    return rows[0]?.mine ?? false;
  }

  async head(): Promise<Head | null> {
    const rows = await this.db.query<Head>('SELECT position, mac FROM audit_link ORDER BY position DESC LIMIT 1');
    return rows[0] ?? null;
  }

  /** Entries without a seal in order of their ids, at most `limit`; one that committed late comes when it appears. */
  async unsealed(limit: number): Promise<Waiting[]> {
    const queued = await this.db.query<Pick<Waiting, 'id' | 'at'>>(
      'SELECT entry_id AS id, entry_at AS at FROM audit_unsealed ORDER BY entry_id LIMIT $1',
      [limit],
    );
    if (queued.length === 0) return [];
    const times = queued.map(({ at }) => at).toSorted((a, b) => Temporal.Instant.compare(a, b));
    const entries = await this.db.query<Sealable>(
      `SELECT id, at, action, kind, subject, actor_kind, actor, office, object_id, purpose, details::text AS details
       FROM audit_entry WHERE id = ANY($1::bigint[]) AND at >= $2 AND at <= $3 ORDER BY id`,
      [queued.map(({ id }) => id), times[0], times.at(-1)],
    );
    const found = new Map(entries.map((entry) => [entry.id, entry]));
    return queued.map(({ id, at }) => ({ id, at, entry: found.get(id) ?? null }));
  }

  async append(links: readonly SealedLink[], keyId: string): Promise<void> {
    const [first] = links;
    if (!first) return;
    await this.db.execute(
      `INSERT INTO audit_link (position, entry_id, entry_at, digest, mac, key_id, sealed_at)
       SELECT position, entry_id, entry_at, decode(digest, 'hex'), decode(mac, 'hex'), $6, $7
       FROM unnest($1::bigint[], $2::bigint[], $3::timestamptz[], $4::text[], $5::text[]) AS l(position, entry_id, entry_at, digest, mac)`,
      [
        links.map(({ position }) => position),
        links.map(({ entryId }) => entryId),
        links.map(({ entryAt }) => entryAt.toString()),
        links.map(({ digest }) => digest.toString('hex')),
        links.map(({ mac }) => mac.toString('hex')),
        keyId,
        first.sealedAt,
      ],
    );
    await this.db.execute('DELETE FROM audit_unsealed WHERE entry_id = ANY($1::bigint[])', [
      links.map(({ entryId }) => entryId),
    ]);
  }

  /** Makes the months ahead. @returns how many were missing */
  async makeMonths(now: Temporal.Instant, ahead: number): Promise<number> {
    const rows = await this.db.query<{ made: number }>('SELECT audit_partitions($1, $2) AS made', [now, ahead]);
    return rows[0]?.made ?? 0;
  }
}
