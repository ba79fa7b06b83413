import { Inject, Injectable } from '@nestjs/common';
import session, { type SessionData } from 'express-session';
import { Pool } from 'pg';
import { parameter, types } from '../common/pg-types.js';
import { randomToken, sha256 } from '../common/crypto.js';
import { Clock } from '../common/clock.js';
import type { Message } from '../common/pages.js';
import type { Language } from '../common/texts.js';
import type { StaffRole } from '../common/access.js';
import type { DatabasePatience } from '../common/connection.js';
import { poolOptions } from '../data-source.js';
import { expiryAfter, mayTouch, SESSION_ABSOLUTE, TOMBSTONE } from './session.rules.js';

declare module 'express-session' {
  interface SessionData {
    citizenId: string;
    /** Key of the CSRF tokens of this session. */
    csrfKey: string;
    displayName: string;
    /** The one the person chose, as their profile says. */
    language: Language;
    method: string;
    level: number;
    /** How the person's list of sessions names this one. */
    publicId: string;
    /** Family of browser and system (session-device.rules.ts). */
    device: string;
    signedInAt: string;
    /** Came of a step-up, which the access record tells once: the row's own (own_session_raise). */
    raised: true;
    /** A session of the institute's staff, never of a citizen (docs/decisions/0007). */
    staffId: string;
    staff: { name: string; office: string | null; roles: StaffRole[] };
    /** What single logout needs to name this session at the identity provider. */
    provider: { issuer: string; nameId: string; nameQualifier: string; sessionIndex: string | null };
    /** What waits to be said on a page: the row's own, which saving a session leaves alone (say, heard). */
    messages: readonly StoredMessage[];
    /** Ids of the messages that the page of this request says: saving takes them off the row's. */
    heard: readonly string[];
    /** ISO instants, from the row: when it was last touched and when it ends. */
    touchedAt: string;
    endsAt: string;
    /** Set, with nothing else, when the session has ended a short while ago. */
    tombstone: Tombstone;
  }
}

/** What is left of a session that ended less than 30 minutes ago: enough to recognise a form that was under way. */
export interface Tombstone {
  citizenId: string;
  csrfKey: string;
}

/** Its id tells it from another with the same words that was left meanwhile. */
export interface StoredMessage extends Message {
  id: string;
}

export function message(key: string, kind: Message['kind']): StoredMessage {
  return { id: randomToken(9), key, kind };
}

interface Row {
  citizen_id: string | null;
  csrf_key: string;
  data: SessionData;
  created_at: Temporal.Instant;
  touched_at: Temporal.Instant;
  expires_at: Temporal.Instant;
  absolute_expires_at: Temporal.Instant;
  ended_at: Temporal.Instant | null;
  public_id: string;
  kind: 'citizen' | 'staff';
  staff_id: string | null;
  method: string | null;
  level: number | null;
  device: string | null;
}

/** Connections for sessions alone. A lost one is replaced; unheard, its error would end the process. */
export class SessionPool extends Pool {
  constructor(url: string, size: number, patience?: Partial<DatabasePatience>) {
    super({ connectionString: url, application_name: 'myinps sessions', ...poolOptions(size, patience) });
    this.on('error', () => {});
  }
}

/**
 * Sessions in PostgreSQL, shared by every web process, found by the hash of the browser's token: a copy of the
 * table opens nothing. Uses a pool of its own, so that a page never waits for itself.
 */
@Injectable()
export class SessionStore extends session.Store {
  constructor(
    @Inject(SessionPool) private readonly pool: SessionPool,
    private readonly clock: Clock,
  ) {
    super();
  }

  override get(token: string, reply: (error: unknown, session?: SessionData | null) => void): void {
    this.live(token).then((found) => reply(null, found), reply);
  }

  override set(token: string, data: SessionData, reply: (error?: unknown) => void = () => {}): void {
    this.write(token, data).then(() => reply(), reply);
  }

  /** Tells `reply` whether it was open until now. */
  override destroy(token: string, reply: (error?: unknown, ended?: boolean) => void = () => {}): void {
    const ended = this.call<{ ended: boolean }>('SELECT session_end($1, $2) AS ended', [
      sha256(token),
      this.clock.now(),
    ]);
    ended.then(([row]) => reply(null, row?.ended === true), reply);
  }

  /** At most once a minute: a write at each request would cost 40 % of the throughput. */
  override touch(token: string, data: SessionData, reply: (error?: unknown) => void = () => {}): void {
    // What has ended is not kept alive, and a session that was just made needs no touch.
    if (data.tombstone || !data.touchedAt) return reply();
    if (!mayTouch(this.clock.now(), Temporal.Instant.from(data.touchedAt))) return reply();
    this.extend(token).then(() => reply(), reply);
  }

  /** The person asked to stay: the idle limit starts again. */
  async extend(token: string): Promise<void> {
    const now = this.clock.now();
    await this.call('SELECT session_touch($1, $2, $3)', [sha256(token), now, expiryAfter(now)]);
  }

  /** Leaves a message for the next page, beside those that other requests leave. */
  async say(token: string, said: StoredMessage): Promise<void> {
    await this.call('SELECT session_say($1, $2, $3)', [sha256(token), said, this.clock.now()]);
  }

  /** The live session, or the tombstone of one that ended less than 30 minutes ago, or null. */
  private async live(token: string): Promise<SessionData | null> {
    const now = this.clock.now();
    const rows = await this.call<Row>('SELECT * FROM session_read($1, $2)', [sha256(token), now.subtract(TOMBSTONE)]);
    const row = rows[0];
    if (!row) return null;
    if (!isLive(row, now)) return tombstoneOf(row);
    return sessionOf(row, now);
  }

  private async write(token: string, opened: SessionData): Promise<void> {
    const now = this.clock.now();
    const { citizenId, csrfKey, touchedAt: _t, endsAt: _e, ...data } = opened;
    if (citizenId && opened.staffId) throw new Error('a session is of a citizen or of staff, never of both');
    await this.call('SELECT session_write($1, $2, $3, $4, $5, $6, $7, $8)', [
      sha256(token),
      citizenId ?? null,
      csrfKey,
      data,
      opened.method ?? null,
      now,
      expiryAfter(now),
      now.add(SESSION_ABSOLUTE),
    ]);
  }

  private async call<R>(sql: string, values: unknown[]): Promise<R[]> {
    const result = await this.pool.query({ name: sql.slice(0, 60), text: sql, values: values.map(parameter), types });
    return result.rows as R[];
  }
}

const COOKIE = { originalMaxAge: null, path: '/', httpOnly: true };

/** Who, how and how strongly is said by the columns, which nothing changes once they are written. */
function sessionOf(row: Row, now: Temporal.Instant): SessionData | null {
  const { citizenId: _c, staffId: _s, staff, ...data } = row.data;
  const common = {
    ...data,
    csrfKey: row.csrf_key,
    method: row.method ?? '',
    level: row.level ?? 1,
    publicId: row.public_id,
    device: row.device ?? '',
    touchedAt: row.touched_at.toString(),
    endsAt: endAsShown(row, now).toString(),
  };
  if (row.kind === 'staff') return row.staff_id ? ({ ...common, staffId: row.staff_id, staff } as SessionData) : null;
  return row.citizen_id ? ({ ...common, citizenId: row.citizen_id } as SessionData) : null;
}

/** Forms of citizens alone are kept after their session. */
function tombstoneOf({ citizen_id: citizenId, csrf_key: csrfKey }: Row): SessionData | null {
  return citizenId ? ({ cookie: COOKIE, tombstone: { citizenId, csrfKey } } as SessionData) : null;
}

function isLive(row: Row, now: Temporal.Instant): boolean {
  return row.ended_at === null && Temporal.Instant.compare(row.expires_at, now) > 0;
}

/** The page that is being made counts as a touch, when one is due. */
function endAsShown(row: Row, now: Temporal.Instant): Temporal.Instant {
  if (!mayTouch(now, row.touched_at)) return row.expires_at;
  const end = expiryAfter(now);
  return Temporal.Instant.compare(end, row.absolute_expires_at) < 0 ? end : row.absolute_expires_at;
}
