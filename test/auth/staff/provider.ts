import { createHash, createHmac, generateKeyPairSync, randomBytes, sign, type KeyObject } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What the provider does otherwise than it should; each a way of attack. */
export interface Mischief {
  claims?: Record<string, unknown>;
  /** Names of claims that are left out. */
  without?: string[];
  header?: Record<string, unknown>;
  /** 'none': no signature; 'other': by a key that is not published; 'secret': HMAC with the client's secret. */
  signedBy?: 'own' | 'other' | 'none' | 'secret';
  /** Changed after signing. */
  tamper?: (token: string) => string;
  /** Instead of the answer of the token end point. */
  answer?: { status: number; body: object };
}

export interface Provider {
  issuer: string;
  /** For the next sign-ins. */
  mischief: Mischief;
  /** Authorization requests it was sent, as their queries. */
  asked: URLSearchParams[];
  /** Bodies that came to its token end point. */
  exchanged: URLSearchParams[];
  /** The portal's authorization request becomes a code. @returns the query that leads back */
  authorize(url: string): URLSearchParams;
  stop(): Promise<void>;
  start(): Promise<void>;
}

export const CLIENT = { id: 'portale', secret: 'un-segreto-lungo:con+segni/%' };
const GOOD = { sub: 'u-17', name: 'Elena Conti', office: 'AG-058091', roles: ['operator'] };

/** An OpenID provider of the test's own, that lies as it is told. It shares no code with the program. */
export async function startProvider(now: () => number): Promise<Provider> {
  const keys = { own: newKey(), other: newKey() };
  const codes = new Map<string, URLSearchParams>();
  const server = createServer((req, res) => void respond(req, res));
  const listen = (port: number) => new Promise<void>((done) => void server.listen(port, '127.0.0.1', () => done()));
  await listen(0);
  const { port } = server.address() as AddressInfo;
  const issuer = `http://127.0.0.1:${port}`;
  const provider: Provider = {
    issuer,
    mischief: {},
    asked: [],
    exchanged: [],
    authorize(url) {
      const query = new URL(url).searchParams;
      provider.asked.push(query);
      const code = randomBytes(16).toString('hex');
      codes.set(code, query);
      return new URLSearchParams({ code, state: query.get('state')!, iss: issuer });
    },
    stop: () => new Promise((done) => (server.closeAllConnections(), server.close(() => done()))),
    start: () => listen(port),
  };

  async function respond(req: IncomingMessage, res: ServerResponse): Promise<void> {
    if (req.url === '/.well-known/openid-configuration') return json(res, 200, metadata(issuer));
    if (req.url === '/jwks')
      return json(res, 200, {
        keys: [{ ...keys.own.publicKey.export({ format: 'jwk' }), kid: 'k1', use: 'sig', alg: 'RS256' }],
      });
    if (req.url === '/token') return token(req, res);
    json(res, 404, {});
  }

  async function token(req: IncomingMessage, res: ServerResponse): Promise<void> {
    let body = '';
    for await (const part of req) body += part;
    const form = new URLSearchParams(body);
    provider.exchanged.push(form);
    const { answer } = provider.mischief;
    if (answer) return json(res, answer.status, answer.body);
    const [id, secret] = Buffer.from((req.headers.authorization ?? '').slice(6), 'base64')
      .toString()
      .split(':')
      .map(decoded);
    if (id !== CLIENT.id || secret !== CLIENT.secret) return json(res, 401, { error: 'invalid_client' });
    const code = form.get('code') ?? '';
    const query = codes.get(code);
    codes.delete(code);
    const challenge = createHash('sha256')
      .update(form.get('code_verifier') ?? '')
      .digest('base64url');
    if (!query || query.get('code_challenge') !== challenge) return json(res, 400, { error: 'invalid_grant' });
    if (form.get('redirect_uri') !== query.get('redirect_uri')) return json(res, 400, { error: 'invalid_grant' });
    json(res, 200, { access_token: 'a', token_type: 'Bearer', id_token: idToken(query.get('nonce')!) });
  }

  function idToken(nonce: string): string {
    const { claims = {}, without = [], header = {}, signedBy = 'own', tamper = (it) => it } = provider.mischief;
    const at = Math.floor(now() / 1000);
    const all: Record<string, unknown> = {
      iss: issuer,
      aud: CLIENT.id,
      iat: at,
      exp: at + 300,
      nonce,
      ...GOOD,
      ...claims,
    };
    for (const name of without) delete all[name];
    const alg = { own: 'RS256', other: 'RS256', none: 'none', secret: 'HS256' }[signedBy];
    const text = `${encoded({ alg, kid: 'k1', typ: 'JWT', ...header })}.${encoded(all)}`;
    if (signedBy === 'none') return `${text}.`;
    if (signedBy === 'secret') return `${text}.${createHmac('sha256', CLIENT.secret).update(text).digest('base64url')}`;
    return tamper(`${text}.${sign('sha256', Buffer.from(text), keys[signedBy].privateKey).toString('base64url')}`);
  }

  return provider;
}

function metadata(issuer: string): object {
  return {
    issuer,
    authorization_endpoint: `${issuer}/authorize?tenant=1`,
    token_endpoint: `${issuer}/token`,
    jwks_uri: `${issuer}/jwks`,
    response_types_supported: ['code'],
    subject_types_supported: ['public'],
    id_token_signing_alg_values_supported: ['RS256', 'HS256', 'none'],
    code_challenge_methods_supported: ['S256'],
    authorization_response_iss_parameter_supported: true,
  };
}

function newKey(): { privateKey: KeyObject; publicKey: KeyObject } {
  return generateKeyPairSync('rsa', { modulusLength: 2048 });
}

function encoded(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}

function decoded(part: string): string {
  return new URLSearchParams(`x=${part}`).get('x') ?? '';
}

function json(res: ServerResponse, status: number, value: object): void {
  res.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify(value));
}
