import { createHmac, randomBytes } from 'node:crypto';
import type supertest from 'supertest';
import { Keys, sha256 } from '#src/common/crypto.js';
import { csrfToken } from '#src/common/csrf.js';
import { expiryAfter, SESSION_ABSOLUTE } from '#src/auth/session.rules.js';
import { sessionCookieName } from '#src/auth/session.middleware.js';
import type { TestApp } from './app.ts';
import type { Citizen } from './people.ts';

/** A session that is open, without the round trip over an identity provider. */
export interface SignedIn {
  citizen: Citizen;
  /** The Cookie header. */
  cookie: string;
  /** Name and value, for the cookie jar of a browser. */
  cookieParts: { name: string; value: string };
  /** A fresh token for a form of this session. */
  csrf(): string;
  browser: ReturnType<typeof supertest.agent>;
}

/** Opens a session as sign-in.service.ts and session.store.ts do: the row by the token's hash, the cookie signed. */
export async function signedInAs(portal: TestApp, citizen: Citizen): Promise<SignedIn> {
  const token = randomBytes(32).toString('base64url');
  const csrfKey = randomBytes(32).toString('base64url');
  const now = portal.clock.now();
  await portal.db.query('SELECT session_write($1, $2, $3, $4, $5, $6, $7, $8)', [
    sha256(token),
    citizen.id,
    csrfKey,
    sessionData(portal, citizen),
    'spid',
    now,
    expiryAfter(now),
    now.add(SESSION_ABSOLUTE),
  ]);
  const name = sessionCookieName(portal.config);
  const value = encodeURIComponent(signed(token, portal));
  const cookie = `${name}=${value}`;
  const browser = portal.browser();
  browser.set('Cookie', cookie);
  return { citizen, cookie, cookieParts: { name, value }, csrf: () => csrfToken(csrfKey), browser };
}

function sessionData(portal: TestApp, citizen: Citizen): object {
  return {
    cookie: { originalMaxAge: null, path: '/', httpOnly: true, sameSite: 'lax', secure: false },
    displayName: `${citizen.name} ${citizen.familyName}`,
    method: 'spid',
    level: 2,
    signedInAt: portal.clock.now().toString(),
    provider: {
      issuer: 'https://gestore.example',
      nameId: '_prova',
      nameQualifier: 'https://gestore.example',
      sessionIndex: null,
    },
  };
}

/** The form of the cookie-signature package that express-session uses: `s:token.hmac`. */
function signed(token: string, portal: TestApp): string {
  const secret = new Keys(portal.config.secret).key('session-cookie').toString('base64url');
  return `s:${token}.${createHmac('sha256', secret).update(token).digest('base64').replace(/=+$/, '')}`;
}
