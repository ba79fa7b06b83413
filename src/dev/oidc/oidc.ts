import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Clock } from '../../common/clock.js';
import { choicePage, messagePage } from './oidc-pages.js';
import { OidcProvider, type OidcClient } from './provider.js';

export interface DevOidcOptions {
  /** 0 takes any free port. */
  port: number;
  host: string;
  client: OidcClient;
  clock: Clock;
}

export interface DevOidc {
  issuer: string;
  close(): Promise<void>;
}

/**
 * The development OpenID provider of the institute's staff: the real protocol on another site than the portal, with
 * keys of its own. Never loaded in production. Processes beside one another share the first one's.
 */
export async function startDevOidc({ port: wanted, host, client, clock }: DevOidcOptions): Promise<DevOidc> {
  const server = createServer();
  const serving = await listens(server, wanted, host);
  const port = serving ? (server.address() as AddressInfo).port : wanted;
  const issuer = `http://${host}:${port}/oidc`;
  const provider = new OidcProvider(issuer, client, clock);
  server.on('request', (req, res) => {
    handle(provider, req, res).catch(() => html(res, 400, messagePage('Richiesta non valida', 'Non è leggibile.')));
  });
  return {
    issuer,
    close: () =>
      new Promise((done) => {
        server.closeAllConnections();
        server.close(() => done());
      }),
  };
}

function listens(server: Server, port: number, host: string): Promise<boolean> {
  return new Promise((done, fail) => {
    server.once('error', (error: NodeJS.ErrnoException) =>
      error.code === 'EADDRINUSE' && port !== 0 ? done(false) : fail(error),
    );
    server.listen(port, host, () => done(true));
  });
}

async function handle(provider: OidcProvider, req: IncomingMessage, res: ServerResponse): Promise<void> {
  const { pathname, searchParams } = new URL(req.url ?? '/', provider.issuer);
  switch (`${req.method} ${pathname}`) {
    case 'GET /oidc/.well-known/openid-configuration':
      return json(res, 200, provider.discovery);
    case 'GET /oidc/jwks':
      return json(res, 200, provider.jwks);
    case 'GET /oidc/autorizza': {
      const asked = provider.ask(searchParams);
      if (asked.ok) return html(res, 200, choicePage(asked.request));
      return html(
        res,
        400,
        messagePage('Richiesta non valida', `Il portale ha inviato una richiesta non conforme: ${asked.why}.`),
      );
    }
    case 'POST /oidc/scelta': {
      const fields = await form(req);
      const back = provider.choose(fields.get('richiesta') ?? '', fields.get('persona') ?? '');
      if (!back) return html(res, 400, messagePage('Richiesta scaduta', 'Torna al portale e ricomincia.'));
      return void res.writeHead(303, { Location: back, 'Cache-Control': 'no-store' }).end();
    }
    case 'POST /oidc/token': {
      const answered = provider.exchange(req.headers.authorization ?? '', await form(req));
      if (answered.ok) return json(res, 200, answered.tokens);
      return json(res, answered.error === 'invalid_client' ? 401 : 400, { error: answered.error });
    }
    default:
      html(res, 404, messagePage('Pagina non trovata', 'Questa pagina non esiste.'));
  }
}

async function form(req: IncomingMessage): Promise<URLSearchParams> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of req as AsyncIterable<Buffer>) {
    size += part.length;
    if (size > 20_000) throw new Error('too large');
    parts.push(part);
  }
  return new URLSearchParams(Buffer.concat(parts).toString('utf8'));
}

function json(res: ServerResponse, status: number, value: object): void {
  send(res, status, 'application/json', JSON.stringify(value));
}

function html(res: ServerResponse, status: number, text: string): void {
  send(res, status, 'text/html; charset=utf-8', text);
}

function send(res: ServerResponse, status: number, type: string, text: string): void {
  res
    .writeHead(status, { 'Content-Type': type, 'Cache-Control': 'no-store', 'X-Content-Type-Options': 'nosniff' })
    .end(text);
}
