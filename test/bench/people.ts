// The persons of the benchmark as browsers: sessions in the database, signed cookies, form tokens.
import { createHash, createHmac } from 'node:crypto';
import type pg from 'pg';
import { csrfToken } from '#src/common/csrf.js';
import { Keys, sha256 } from '#src/common/crypto.js';

export interface Person {
  n: number;
  id: string;
  cookie: string;
  csrf: string;
  /** Where the person lives and the office nearest to it. */
  comune: string;
  office: string;
}

/** The same in SQL: md5('bench-citizen-' || n)::uuid (seed.ts). */
export function citizenId(n: number): string {
  const hex = createHash('md5').update(`bench-citizen-${n}`).digest('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}

/** Persons by their running number. @param secret the program's own, which signs the cookies */
export async function people(client: pg.Client, numbers: readonly number[], secret: string): Promise<Person[]> {
  const { rows } = await client.query<{ id: string; comune: string; office: string }>(
    `SELECT c.id, c.residence_istat AS comune, n.office_id AS office
     FROM citizen c JOIN comune_office n ON n.comune_istat = c.residence_istat AND n.rank = 1 WHERE c.id = ANY ($1::uuid[])`,
    [numbers.map(citizenId)],
  );
  const homes = new Map(rows.map((row) => [row.id, row]));
  const key = new Keys(secret).key('session-cookie').toString('base64url');
  return numbers.map((n) => {
    const home = homes.get(citizenId(n));
    if (!home) throw new Error(`the database has no person ${n}`);
    const signature = createHmac('sha256', key).update(token(n)).digest('base64').replace(/=+$/, '');
    const cookie = `myinps=${encodeURIComponent(`s:${token(n)}.${signature}`)}`;
    return { n, cookie, csrf: csrfToken(formKey(n)), ...home };
  });
}

/** Signs them in anew: a session is touched at most once a minute, so that none falls due within a measurement. */
export async function signIn(client: pg.Client, numbers: readonly number[]): Promise<void> {
  await client.query(
    `INSERT INTO session (token_hash, citizen_id, csrf_key, data, method, created_at, touched_at, expires_at, absolute_expires_at)
     SELECT p.hash, p.id, p.key, $4, 'spid', t.now, t.now, t.now + interval '15 minutes', t.now + interval '8 hours'
     FROM unnest($1::bytea[], $2::uuid[], $3::text[]) AS p (hash, id, key) CROSS JOIN (SELECT clock_timestamp() AS now) t
     ON CONFLICT (token_hash) DO UPDATE SET touched_at = excluded.touched_at, expires_at = excluded.expires_at,
       absolute_expires_at = excluded.absolute_expires_at`,
    [numbers.map((n) => sha256(token(n))), numbers.map(citizenId), numbers.map(formKey), DATA],
  );
}

export function hashOf(person: Person): Buffer {
  return sha256(token(person.n));
}

/** What sign-in leaves in a session (src/auth/sign-in.service.ts). */
const DATA = {
  cookie: { originalMaxAge: null, expires: null, secure: false, httpOnly: true, path: '/', sameSite: 'lax' },
  displayName: 'Prova Misura',
  method: 'spid',
  level: 2,
  signedInAt: '2026-01-01T08:00:00Z',
  provider: {
    issuer: 'https://idp.example/metadata',
    nameId: '_0123456789',
    nameQualifier: 'https://idp.example/metadata',
    sessionIndex: '_9876543210',
  },
};

function token(n: number): string {
  return createHash('sha256').update(`bench-session-${n}`).digest('base64url');
}

function formKey(n: number): string {
  return createHash('sha256').update(`bench-csrf-${n}`).digest('base64url');
}
