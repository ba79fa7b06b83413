import { createHmac, randomBytes, randomUUID, sign } from 'node:crypto';
import { deflateRawSync } from 'node:zlib';
import type supertest from 'supertest';
import { Keys, sha256 } from '#src/common/crypto.js';
import { csrfToken } from '#src/common/csrf.js';
import { expiryAfter, SESSION_ABSOLUTE } from '#src/auth/session.rules.js';
import { sessionCookieName } from '#src/auth/session.middleware.js';
import type { TestApp } from './app.ts';
import type { Citizen } from './people.ts';
import { RSA_SHA256 } from './saml/builder.ts';
import { testKeys, type TestKeys } from './saml/keys.ts';
import { visit } from './visit.ts';

/** What a browser holds: a session that is open, without the round trip over an identity provider. */
export interface Visitor {
  /** The Cookie header. */
  cookie: string;
  /** Name and value, for the cookie jar of a browser. */
  cookieParts: { name: string; value: string };
  /** A fresh token for a form of this session. */
  csrf(): string;
}

export interface SignedIn extends Visitor {
  citizen: Citizen;
  browser: ReturnType<typeof supertest.agent>;
}

export interface SessionOptions {
  method?: string;
  level?: number;
  device?: string;
  /** The identity provider that single logout would speak to. */
  issuer?: string;
  openedAt?: Temporal.Instant;
}

/** Opens a session as sign-in.service.ts and session.store.ts do: the row by the token's hash, the cookie signed. */
export async function signedInAs(portal: TestApp, citizen: Citizen, options: SessionOptions = {}): Promise<SignedIn> {
  const { method = 'spid', openedAt = portal.clock.now() } = options;
  const opened = await open(portal, citizen.id, { method, openedAt, data: citizenData(citizen, openedAt, options) });
  const browser = portal.browser();
  browser.set('Cookie', opened.cookie);
  return { ...opened, citizen, browser };
}

/** A session of somebody of the staff, who never is a citizen here. */
export async function staffSignedIn(
  portal: TestApp,
  member: { name: string; office: string | null; roles: readonly string[] },
): Promise<Visitor> {
  const openedAt = portal.clock.now();
  const staffId = randomUUID();
  await portal.db.query(
    `INSERT INTO staff_member (id, issuer, subject, name, office, roles, created_at, signed_in_at)
     VALUES ($1, 'https://accesso.example', ($1::uuid)::text, $2, $3, $4, $5, $5)`,
    [staffId, member.name, member.office, member.roles, openedAt],
  );
  const data = { cookie: COOKIE, staffId, staff: member, method: 'staff', level: 2, signedInAt: openedAt.toString() };
  return open(portal, null, { method: 'staff', openedAt, data });
}

async function open(
  portal: TestApp,
  citizenId: string | null,
  { method, openedAt, data }: { method: string; openedAt: Temporal.Instant; data: object },
): Promise<Visitor> {
  const token = randomBytes(32).toString('base64url');
  const csrfKey = randomBytes(32).toString('base64url');
  await portal.db.query('SELECT session_write($1, $2, $3, $4, $5, $6, $7, $8)', [
    sha256(token),
    citizenId,
    csrfKey,
    data,
    method,
    openedAt,
    expiryAfter(portal.clock.now()),
    openedAt.add(SESSION_ABSOLUTE),
  ]);
  const name = sessionCookieName(portal.config);
  const value = encodeURIComponent(signed(token, portal));
  return { cookie: `${name}=${value}`, cookieParts: { name, value }, csrf: () => csrfToken(csrfKey) };
}

const COOKIE = { originalMaxAge: null, path: '/', httpOnly: true, sameSite: 'lax', secure: false };

function citizenData(citizen: Citizen, openedAt: Temporal.Instant, options: SessionOptions): object {
  const { method = 'spid', level = 2, device = 'Firefox/Windows', issuer = 'https://gestore.example' } = options;
  return {
    cookie: COOKIE,
    displayName: `${citizen.name} ${citizen.familyName}`,
    method,
    level,
    device,
    signedInAt: openedAt.toString(),
    provider: { issuer, nameId: '_prova', nameQualifier: issuer, sessionIndex: null },
  };
}

/** The form of the cookie-signature package that express-session uses: `s:token.hmac`. */
function signed(token: string, portal: TestApp): string {
  const secret = new Keys(portal.config.secret).key('session-cookie').toString('base64url');
  return `s:${token}.${createHmac('sha256', secret).update(token).digest('base64').replace(/=+$/, '')}`;
}

/** The form of /accedi/pin, opened: its own cookie and token stand in for a session. */
export async function pinFormOpen(portal: TestApp): Promise<Pick<Visitor, 'cookie' | 'csrf'>> {
  const { headers, $ } = await visit(portal.url, '/accedi/pin');
  const token = $('form[method=post] [name=_csrf]').attr('value') ?? '';
  return { cookie: headers['set-cookie']?.split(';')[0] ?? '', csrf: () => token };
}

const BINDINGS = 'urn:oasis:names:tc:SAML:2.0:bindings';

/** An identity provider whose keys the tests hold. */
export class TestProvider {
  readonly entityId: string;
  private readonly ends: string;

  constructor(origin: string, ends: readonly string[]) {
    this.entityId = `${origin}/metadata`;
    this.ends = ends
      .map((end) => `<md:${end} Binding="${BINDINGS}:HTTP-POST" Location="${origin}/${end.toLowerCase()}"/>`)
      .join('');
  }

  async metadata(): Promise<string> {
    const { certificate } = await testKeys('provider');
    const body = certificate.replace(/-----[A-Z ]+-----|\s+/g, '');
    return (
      `<md:EntityDescriptor xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata" xmlns:ds="http://www.w3.org/2000/09/xmldsig#" entityID="${this.entityId}"><md:IDPSSODescriptor>` +
      `<md:KeyDescriptor use="signing"><ds:KeyInfo><ds:X509Data><ds:X509Certificate>${body}</ds:X509Certificate></ds:X509Data></ds:KeyInfo></md:KeyDescriptor>${this.ends}</md:IDPSSODescriptor></md:EntityDescriptor>`
    );
  }

  /** The query of a redirect by which it ends somebody's session, signed. */
  logout({ key }: TestKeys, at: Temporal.Instant): string {
    const xml =
      `<samlp:LogoutRequest xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion" ID="_${randomUUID()}" Version="2.0" IssueInstant="${at}" Destination="http://localhost:3000/spid/logout">` +
      `<saml:Issuer>${this.entityId}</saml:Issuer><saml:NameID Format="urn:oasis:names:tc:SAML:2.0:nameid-format:transient" NameQualifier="${this.entityId}">_nobody</saml:NameID></samlp:LogoutRequest>`;
    const plain = `SAMLRequest=${encodeURIComponent(deflateRawSync(xml).toString('base64'))}&RelayState=r1&SigAlg=${encodeURIComponent(RSA_SHA256)}`;
    return `${plain}&Signature=${encodeURIComponent(sign('sha256', Buffer.from(plain), key).toString('base64'))}`;
  }
}

/** Takes forms, not redirects. */
export const formProvider = new TestProvider('https://moduli.example', ['SingleLogoutService', 'SingleSignOnService']);
/** Wants no answer to a logout. */
export const silentProvider = new TestProvider('https://silenzio.example', ['SingleSignOnService']);
