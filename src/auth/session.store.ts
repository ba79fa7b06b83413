import { Inject, Injectable } from '@nestjs/common';
import session, { type SessionData } from 'express-session';
import pg from 'pg';
import { parameter, types } from '../common/pg-types.js';
import { sha256 } from '../common/crypto.js';
import { Clock } from '../common/clock.js';
import { poolOptions } from '../data-source.js';
import { expiryAfter, mayTouch, SESSION_ABSOLUTE, TOMBSTONE } from './session.rules.js';

declare module 'express-session' {
  interface SessionData {
    citizenId: string;
    /** Key of the CSRF tokens of this session. */
    csrfKey: string;
    displayName: string;
    method: string;
    level: number;
    signedInAt: string;
    /** What single logout needs to name this session at the identity provider. */
    provider: { issuer: string; nameId: string; nameQualifier: string; sessionIndex: string | null };
    flash: { key: string; kind: 'ok' | 'warning' };
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

interface Row {
  citizen_id: string | null;
  csrf_key: string;
  data: SessionData;
  created_at: Temporal.Instant;
  touched_at: Temporal.Instant;
  expires_at: Temporal.Instant;
  absolute_expires_at: Temporal.Instant;
  ended_at: Temporal.Instant | null;
}

/** Connections for sessions alone. A lost one is replaced; unheard, its error would end the process. */
export class SessionPool extends pg.Pool {
  constructor(url: string, size: number) {
    super({ connectionString: url, application_name: 'myinps sessions', ...poolOptions(size) });
    this.on('error', () => {});
    this.on('connect', (client) => client.on('error', () => {}));
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

  override get(token: string, done: (error: unknown, session?: SessionData | null) => void): void {
    this.live(token).then((found) => done(null, found), done);
  }

  override set(token: string, data: SessionData, done: (error?: unknown) => void = () => {}): void {
    this.write(token, data).then(() => done(), done);
  }

  override destroy(token: string, done: (error?: unknown) => void = () => {}): void {
    this.call('SELECT session_end($1, $2)', [sha256(token), this.clock.now()]).then(() => done(), done);
  }

  /** At most once a minute: a write at each request would cost 40 % of the throughput. */
  override touch(token: string, data: SessionData, done: (error?: unknown) => void = () => {}): void {
    const now = this.clock.now();
    if (!mayTouch(now, Temporal.Instant.from(data.touchedAt))) return done();
    this.extend(token).then(() => done(), done);
  }

  /** The person asked to stay: the idle limit starts again. */
  async extend(token: string): Promise<void> {
    const now = this.clock.now();
    await this.call('SELECT session_touch($1, $2, $3)', [sha256(token), now, expiryAfter(now)]);
  }

  /** The live session, or the tombstone of one that ended less than 30 minutes ago, or null. */
  private async live(token: string): Promise<SessionData | null> {
    const now = this.clock.now();
    const rows = await this.call<Row>('SELECT * FROM session_read($1, $2)', [sha256(token), now.subtract(TOMBSTONE)]);
    const row = rows[0];
    if (!row?.citizen_id) return null;
    const { citizen_id: citizenId, csrf_key: csrfKey } = row;
    if (!isLive(row, now)) return { cookie: COOKIE, tombstone: { citizenId, csrfKey } } as SessionData;
    const touchedAt = row.touched_at.toString();
    return { ...row.data, citizenId, csrfKey, touchedAt, endsAt: endAsShown(row, now).toString() };
  }

  private async write(token: string, session: SessionData): Promise<void> {
    const now = this.clock.now();
    const { citizenId, csrfKey, touchedAt: _t, endsAt: _e, ...data } = session;
    await this.call('SELECT session_write($1, $2, $3, $4, $5, $6, $7, $8)', [
      sha256(token),
      citizenId ?? null,
      csrfKey,
      data,
      session.method ?? null,
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

function isLive(row: Row, now: Temporal.Instant): boolean {
  return row.ended_at === null && Temporal.Instant.compare(row.expires_at, now) > 0;
}

/** The page that is being made counts as a touch, when one is due. */
function endAsShown(row: Row, now: Temporal.Instant): Temporal.Instant {
  if (!mayTouch(now, row.touched_at)) return row.expires_at;
  const end = expiryAfter(now);
  return Temporal.Instant.compare(end, row.absolute_expires_at) < 0 ? end : row.absolute_expires_at;
}
