import { createHmac, randomBytes, randomUUID } from 'node:crypto';
import { load } from 'cheerio';
import type supertest from 'supertest';
import { Keys, sha256 } from '#src/common/crypto.js';
import { expiryAfter, SESSION_ABSOLUTE } from '#src/auth/session.rules.js';
import { sessionCookieName } from '#src/auth/session.middleware.js';
import type { TestApp } from '../../support/app.ts';
import type { Citizen } from '../../support/people.ts';

export interface OpenSession {
  id: string;
  cookie: string;
  browser: ReturnType<typeof supertest.agent>;
}

export interface SessionOptions {
  method?: string;
  level?: number;
  device?: string;
}

/** A session as sign-in.service.ts opens one, of a given strength: like the one a PIN gives when level is 1. */
export async function openSession(
  portal: TestApp,
  citizen: Citizen,
  options: SessionOptions = {},
): Promise<OpenSession> {
  const { method = 'spid', level = 2, device = 'Firefox/Windows' } = options;
  const token = randomBytes(32).toString('base64url');
  const now = portal.clock.now();
  const id = randomUUID();
  const data = {
    cookie: { originalMaxAge: null, path: '/', httpOnly: true, sameSite: 'lax', secure: false },
    displayName: `${citizen.name} ${citizen.familyName}`,
    method,
    level,
    device,
    publicId: id,
    signedInAt: now.toString(),
    provider: {
      issuer: 'https://gestore.example',
      nameId: '_prova',
      nameQualifier: 'https://gestore.example',
      sessionIndex: null,
    },
  };
  const key = randomBytes(32).toString('base64url');
  const until = [expiryAfter(now), now.add(SESSION_ABSOLUTE)];
  await portal.db.query('SELECT session_write($1, $2, $3, $4, $5, $6, $7, $8)', [
    sha256(token),
    citizen.id,
    key,
    data,
    method,
    now,
    ...until,
  ]);
  const secret = new Keys(portal.config.secret).key('session-cookie').toString('base64url');
  const mark = createHmac('sha256', secret).update(token).digest('base64').replace(/=+$/u, '');
  const cookie = `${sessionCookieName(portal.config)}=${encodeURIComponent(`s:${token}.${mark}`)}`;
  const browser = portal.browser();
  browser.set('Cookie', cookie);
  return { id, cookie, browser };
}

/** Reads a page and gives back the fields of the form with this action (and these values), as a browser would send them. */
export async function formOf(
  browser: OpenSession['browser'],
  page: string,
  action: string,
  values: Record<string, string> = {},
): Promise<Record<string, string>> {
  const { text } = await browser.get(page).expect(200);
  const $ = load(text);
  const form = $('form')
    .filter((_, one) => $(one).attr('action') === action)
    .filter((_, one) =>
      Object.entries(values).every(([name, value]) => $(one).find(`[name="${name}"]`).attr('value') === value),
    )
    .first();
  if (form.length === 0) throw new Error(`no form ${action} on ${page}`);
  return Object.fromEntries(form.serializeArray().map(({ name, value }) => [name, value]));
}

/** Path and query of a redirect, whatever its fragment. */
export function pathOf(location: string | undefined): string {
  const { pathname, search } = new URL(location ?? '');
  return pathname + search;
}
