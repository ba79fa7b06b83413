import { randomBytes } from 'node:crypto';
import type { Clock } from '../../common/clock.js';
import { STAFF } from './staff.js';
import { newKey, provesChallenge, sameText, signedToken } from './tokens.js';

export interface OidcClient {
  id: string;
  secret: string;
  redirectUri: string;
}

interface Request {
  state: string;
  nonce: string;
  challenge: string;
  at: Temporal.Instant;
}

interface Code extends Request {
  person: string;
}

export type Asked = { ok: true; request: string } | { ok: false; why: string };
export type Answered =
  { ok: true; tokens: object } | { ok: false; error: 'invalid_client' | 'invalid_grant' | 'invalid_request' };

const LIVES = { minutes: 10 } as const;
const CODE_LIVES = { minutes: 1 } as const;
const TOKEN_LIVES_SECONDS = 300;
/** Requests and codes waiting: few, in memory, oldest dropped. */
const WAITING = 200;
const NOBODY = { subject: 'prova-0009', name: 'Marta Greco', office: null, roles: [] };

/** The rules of an OpenID provider for one client (OpenID Connect Core 3.1, RFC 7636, RFC 9207), apart from HTTP. */
export class OidcProvider {
  private readonly key = newKey();
  private readonly requests = new Map<string, Request>();
  private readonly codes = new Map<string, Code>();

  constructor(
    readonly issuer: string,
    private readonly client: OidcClient,
    private readonly clock: Clock,
  ) {}

  get discovery(): object {
    return {
      issuer: this.issuer,
      authorization_endpoint: `${this.issuer}/autorizza`,
      token_endpoint: `${this.issuer}/token`,
      jwks_uri: `${this.issuer}/jwks`,
      response_types_supported: ['code'],
      grant_types_supported: ['authorization_code'],
      subject_types_supported: ['public'],
      id_token_signing_alg_values_supported: ['RS256'],
      code_challenge_methods_supported: ['S256'],
      token_endpoint_auth_methods_supported: ['client_secret_basic'],
      scopes_supported: ['openid', 'profile'],
      claims_supported: ['iss', 'sub', 'aud', 'exp', 'iat', 'nonce', 'auth_time', 'name', 'office', 'roles'],
      authorization_response_iss_parameter_supported: true,
    };
  }

  get jwks(): object {
    return { keys: [this.key.jwk] };
  }

  /** Checks a request as strictly as a real provider; a wrong redirect_uri is told here, never redirected to. */
  ask(query: URLSearchParams): Asked {
    const said = (name: string) => (query.getAll(name).length === 1 ? (query.get(name) ?? '') : '');
    if (said('client_id') !== this.client.id) return { ok: false, why: 'client_id sconosciuto' };
    if (said('redirect_uri') !== this.client.redirectUri) return { ok: false, why: 'redirect_uri non registrato' };
    if (said('response_type') !== 'code') return { ok: false, why: 'response_type diverso da code' };
    if (!said('scope').split(' ').includes('openid')) return { ok: false, why: 'scope senza openid' };
    if (said('code_challenge_method') !== 'S256' || !/^[\w-]{43}$/.test(said('code_challenge')))
      return { ok: false, why: 'PKCE mancante' };
    if (said('state').length < 16 || said('nonce').length < 16) return { ok: false, why: 'state o nonce mancanti' };
    const request = token();
    remember(this.requests, request, {
      state: said('state'),
      nonce: said('nonce'),
      challenge: said('code_challenge'),
      at: this.clock.now(),
    });
    return { ok: true, request };
  }

  /** The way back of somebody who has chosen; null when there was no such request. */
  choose(request: string, person: string): string | null {
    const asked = this.requests.get(request);
    this.requests.delete(request);
    if (!asked || this.isOver(asked.at, LIVES)) return null;
    const back = new URL(this.client.redirectUri);
    back.searchParams.set('state', asked.state);
    back.searchParams.set('iss', this.issuer);
    if (person === 'nessun-ruolo' || STAFF.some(({ key }) => key === person)) {
      const code = token();
      remember(this.codes, code, { ...asked, person, at: this.clock.now() });
      back.searchParams.set('code', code);
    } else back.searchParams.set('error', 'access_denied');
    return back.href;
  }

  /** Gives tokens for a code: once, to the client that proves itself and the verifier. */
  exchange(authorization: string, form: URLSearchParams): Answered {
    if (!this.isClient(authorization)) return { ok: false, error: 'invalid_client' };
    if (form.get('grant_type') !== 'authorization_code') return { ok: false, error: 'invalid_request' };
    const code = this.codes.get(form.get('code') ?? '');
    this.codes.delete(form.get('code') ?? '');
    if (!code || this.isOver(code.at, CODE_LIVES)) return { ok: false, error: 'invalid_grant' };
    if (form.get('redirect_uri') !== this.client.redirectUri) return { ok: false, error: 'invalid_grant' };
    if (!provesChallenge(form.get('code_verifier') ?? '', code.challenge)) return { ok: false, error: 'invalid_grant' };
    const tokens = {
      access_token: token(),
      token_type: 'Bearer',
      expires_in: TOKEN_LIVES_SECONDS,
      id_token: this.idToken(code),
    };
    return { ok: true, tokens };
  }

  private idToken({ person, nonce, at }: Code): string {
    const { subject, name, office, roles } = STAFF.find(({ key }) => key === person) ?? NOBODY;
    const now = seconds(this.clock.now());
    const claims = {
      iss: this.issuer,
      sub: subject,
      aud: this.client.id,
      iat: now,
      exp: now + TOKEN_LIVES_SECONDS,
      auth_time: seconds(at),
      nonce,
      name,
      ...(office === null ? {} : { office }),
      roles,
    };
    return signedToken(claims, this.key);
  }

  /** client_secret_basic (RFC 6749, 2.3.1): both parts are form-encoded before they are joined. */
  private isClient(authorization: string): boolean {
    const [, given = ''] = /^Basic ([A-Za-z0-9+/=]+)$/.exec(authorization) ?? [];
    const [id = '', secret = ''] = Buffer.from(given, 'base64').toString().split(':').map(decoded);
    return sameText(id, this.client.id) && sameText(secret, this.client.secret);
  }

  private isOver(at: Temporal.Instant, lives: Temporal.DurationLike): boolean {
    return Temporal.Instant.compare(at.add(lives), this.clock.now()) <= 0;
  }
}

function remember<T>(kept: Map<string, T>, key: string, value: T): void {
  if (kept.size >= WAITING) kept.delete(kept.keys().next().value ?? '');
  kept.set(key, value);
}

function token(): string {
  return randomBytes(32).toString('base64url');
}

function decoded(part: string): string {
  return new URLSearchParams(`x=${part}`).get('x') ?? '';
}

function seconds(at: Temporal.Instant): number {
  return Math.floor(at.epochMilliseconds / 1000);
}
