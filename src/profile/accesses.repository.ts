import { Injectable } from '@nestjs/common';
import { Database } from '../common/database.js';
import { newestNumberFirst } from '../common/page-key.js';
import { stretches, type WhatCode, type WhoCode } from './accesses.rules.js';

export interface AccessRow {
  id: number;
  at: Temporal.Instant;
  action: string;
  kind: WhatCode;
  who: WhoCode;
  actor: string;
  office: string | null;
  purpose: string;
  details: Record<string, unknown>;
}

export interface AccessQuery {
  subject: string;
  who: WhoCode | null;
  what: WhatCode | null;
  /** Included. */
  since: Temporal.Instant;
  /** Not included. */
  until: Temporal.Instant;
  before: string | null;
  size: number;
}

@Injectable()
export class AccessesRepository {
  constructor(private readonly db: Database) {}

  /** Newest first, by key; one more than `size` when there are older ones. PostgreSQL shows a citizen their own alone. */
  async page({ subject, who, what, since, until, before, size }: AccessQuery): Promise<AccessRow[]> {
    const key = newestNumberFirst.read(before);
    const span = [subject, since, until, key.at, key.id, size + 1];
    if (who === null && what === null) return this.db.query<AccessRow>(ALL, span);
    const asked = stretches({ who, what });
    return this.db.query<AccessRow>(SOME, [...span, asked.map((one) => one.who), asked.map((one) => one.what)]);
  }

  /** Names, by id, of the people who acted in these entries for the person of this unit of work. */
  async delegates(entries: readonly AccessRow[]): Promise<Map<string, string>> {
    const rows = await this.db.query<{ id: string; name: string }>(
      'SELECT id, name FROM own_delegates($1::bigint[], $2::timestamptz[])',
      [entries.map(({ id }) => id), entries.map(({ at }) => at)],
    );
    return new Map(rows.map(({ id, name }) => [id, name]));
  }
}

/** `at` stands beside the key, so that PostgreSQL leaves out the months that cannot hold any. */
const WANTED = `e.subject = $1 AND e.at >= $2 AND e.at < $3 AND e.at <= $4 AND (e.at, e.id) < ($4::timestamptz, $5::bigint)`;
const COLUMNS = 'e.id, e.at, e.action, e.kind, e.who, e.actor, e.office, e.purpose, e.details';

const ALL = `SELECT ${COLUMNS} FROM audit_entry e WHERE ${WANTED} ORDER BY e.at DESC, e.id DESC LIMIT $6`;

/** Each stretch is read from its own place in the index, at most a page of it. */
const SOME = `
  SELECT e.* FROM unnest($7::text[], $8::text[]) AS s(who, kind)
  CROSS JOIN LATERAL (SELECT ${COLUMNS} FROM audit_entry e WHERE ${WANTED} AND e.who = s.who AND e.kind = s.kind
    ORDER BY e.at DESC, e.id DESC LIMIT $6) e
  ORDER BY e.at DESC, e.id DESC LIMIT $6`;
