import { Injectable } from '@nestjs/common';
import { Database } from '../common/database.js';

export interface AccessRow {
  id: number;
  at: Temporal.Instant;
  action: string;
  details: Record<string, unknown>;
}

@Injectable()
export class AccessesRepository {
  constructor(private readonly db: Database) {}

  /** Newest first, by key; one more than `size` when there are older ones. PostgreSQL shows a citizen their own alone. */
  async page(subject: string, actions: readonly string[], before: string | null, size: number): Promise<AccessRow[]> {
    const { at, id } = keyOf(before);
    return this.db.query<AccessRow>(
      `SELECT id, at, action, details FROM audit_entry
       WHERE subject = $1 AND action = ANY($2) AND (at, id) < ($3::timestamptz, $4::bigint)
       ORDER BY at DESC, id DESC LIMIT $5`,
      [subject, actions, at, id, size + 1],
    );
  }
}

/** The key of the page that begins after a row. */
export function keyAfter({ at, id }: AccessRow): string {
  return `${at.toString()}_${id}`;
}

const AFTER_ALL = { at: '9999-12-31T00:00:00Z', id: '9223372036854775807' };
const KEY = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,3})?Z)_(\d{1,15})$/;

/** A page key of the wrong form is the first page, not an error: it only says where to begin. */
function keyOf(before: string | null): { at: string; id: string } {
  const [, at, id] = KEY.exec(before ?? '') ?? [];
  return at && id && isInstant(at) ? { at, id } : AFTER_ALL;
}

function isInstant(text: string): boolean {
  try {
    return Temporal.Instant.from(text).epochMilliseconds > 0;
  } catch {
    return false;
  }
}
