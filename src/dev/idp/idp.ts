import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { keptKeys, Refusal, selfSigned, type SigningKeys } from '../../auth/saml/index.js';
import type { Clock } from '../../common/clock.js';
import { PEOPLE } from '../people.js';
import { errorResponse, identityResponse, providerMetadata } from './answers.js';
import { choicePage, ERRORS, messagePage, returnPage } from './idp-pages.js';
import { readPost, readRedirect, readService, type CheckedRequest, type RequestReading } from './requests.js';

export interface DevIdpOptions {
  /** 0 takes any free port. */
  readonly port: number;
  readonly host: string;
  /** Where its keys are kept; null makes fresh ones in memory (tests). */
  readonly dataDir: string | null;
  readonly clock: Clock;
  /** The portal's signed metadata; fetched from the portal when it is called. */
  readonly serviceMetadata: () => Promise<string>;
}

export interface DevIdp {
  readonly url: string;
  readonly entityId: string;
  readonly metadataXml: string;
  /** False when another process of ours already serves it on this port. */
  readonly serving: boolean;
  close(): Promise<void>;
}

/** Requests waiting for a choice: few, in memory, oldest dropped. */
const WAITING = 1000;

/**
 * The development identity provider: real SAML on another site than the portal. It checks our requests as strictly as
 * a real one, and signs its answers with keys of its own. Never loaded in production.
 */
export async function startDevIdp(options: DevIdpOptions): Promise<DevIdp> {
  const keys = await ownKeys(options);
  const server = createServer();
  const serving = await listens(server, options);
  const port = serving ? (server.address() as AddressInfo).port : options.port;
  const url = `http://${options.host}:${port}`;
  const provider = new Provider(url, keys, options);
  server.on('request', (req, res) => void provider.handle(req, res));
  return {
    url,
    entityId: provider.entityId,
    metadataXml: provider.metadata,
    serving,
    close: () => new Promise((done) => {
      server.closeAllConnections();
      server.close(() => done());
    }),
  };
}

function ownKeys({ dataDir, clock }: DevIdpOptions): Promise<SigningKeys> {
  const subject = { commonName: 'Identità di prova', organization: 'Gestore di identità di prova', uri: 'http://127.0.0.1/prova', organizationIdentifier: 'VATIT-00000000000', locality: 'Roma' };
  const make = () => selfSigned(subject, clock.now(), 2048);
  return dataDir === null ? make() : keptKeys(join(dataDir, 'keys'), 'identita-di-prova', make);
}

/** Web processes beside one another share one provider: the first serves, the others know its metadata. */
function listens(server: Server, { port, host }: DevIdpOptions): Promise<boolean> {
  return new Promise((done, fail) => {
    server.once('error', (error: NodeJS.ErrnoException) => (error.code === 'EADDRINUSE' && port !== 0 ? done(false) : fail(error)));
    server.listen(port, host, () => done(true));
  });
}

class Provider {
  readonly entityId: string;
  readonly metadata: string;
  private readonly waiting = new Map<string, CheckedRequest>();

  constructor(
    private readonly url: string,
    private readonly keys: SigningKeys,
    private readonly options: DevIdpOptions,
  ) {
    this.entityId = `${url}/spid/metadata`;
    this.metadata = providerMetadata(this.entityId, url, keys);
  }

  async handle(req: IncomingMessage, res: ServerResponse): Promise<void> {
    try {
      await this.route(req, res);
    } catch (error) {
      const why = error instanceof Refusal ? `Richiesta rifiutata: ${error.reason}.` : 'Richiesta non leggibile, o portale non raggiungibile.';
      html(res, 400, messagePage('Richiesta non valida', why));
    }
  }

  private async route(req: IncomingMessage, res: ServerResponse): Promise<void> {
    const { pathname, search } = new URL(req.url ?? '/', this.url);
    if (req.method === 'GET' && pathname === '/spid/metadata') return send(res, 200, 'application/samlmetadata+xml', this.metadata);
    if (req.method === 'GET' && pathname === '/spid/sso') return this.choose(res, await this.redirected(search.slice(1)));
    if (req.method === 'POST' && pathname === '/spid/sso') return this.choose(res, await this.posted(req));
    if (req.method === 'POST' && pathname === '/spid/risposta') return this.answer(res, await form(req));
    if (pathname === '/') return html(res, 200, messagePage('Identità di prova', 'Parti dal portale: da qui non si entra da soli.'));
    html(res, 404, messagePage('Pagina non trovata', 'Questa pagina non esiste.'));
  }

  private async redirected(query: string): Promise<RequestReading> {
    return readRedirect(query, readService(await this.options.serviceMetadata()), `${this.url}/spid/sso`, this.now.epochMilliseconds);
  }

  private async posted(req: IncomingMessage): Promise<RequestReading> {
    const fields = await form(req);
    const service = readService(await this.options.serviceMetadata());
    return readPost(fields.get('SAMLRequest') ?? '', fields.get('RelayState') ?? '', service, `${this.url}/spid/sso`, this.now.epochMilliseconds);
  }

  private choose(res: ServerResponse, reading: RequestReading): void {
    if (!reading.ok) return html(res, 400, messagePage('Richiesta non valida', `Il portale ha inviato una richiesta non conforme: ${reading.why}.`));
    const state = randomUUID();
    if (this.waiting.size >= WAITING) this.waiting.delete(this.waiting.keys().next().value ?? '');
    this.waiting.set(state, reading.request);
    html(res, 200, choicePage(reading.request, state));
  }

  private answer(res: ServerResponse, fields: URLSearchParams): void {
    const request = this.waiting.get(fields.get('stato') ?? '');
    if (!request) return html(res, 400, messagePage('Richiesta scaduta', 'Torna al portale e ricomincia.'));
    const message = this.message(request, fields);
    if (!message) return html(res, 400, messagePage('Scelta non valida', 'Torna indietro e scegli una persona o un errore.'));
    html(res, 200, returnPage(request.consumerUrl, Buffer.from(message).toString('base64'), request.relayState));
  }

  private message(request: CheckedRequest, fields: URLSearchParams): string | null {
    const by = { entityId: this.entityId, keys: this.keys, now: this.now };
    const code = Number(fields.get('errore'));
    if (ERRORS.some(([known]) => known === code)) return errorResponse(request, code, by);
    const person = PEOPLE.find((one) => one.key === fields.get('persona'));
    const level = Number(fields.get('livello'));
    if (!person || ![1, 2, 3].includes(level)) return null;
    // Avviso 18 v2: a professional identity is given only to who asks for one.
    if (person.professional && !request.purpose) return errorResponse(request, 30, by);
    return identityResponse(request, person, level, by);
  }

  private get now(): Temporal.Instant {
    return this.options.clock.now();
  }
}

async function form(req: IncomingMessage): Promise<URLSearchParams> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of req as AsyncIterable<Buffer>) {
    size += part.length;
    if (size > 200_000) throw new Error('too large');
    parts.push(part);
  }
  return new URLSearchParams(Buffer.concat(parts).toString('utf8'));
}

function html(res: ServerResponse, status: number, text: string): void {
  send(res, status, 'text/html; charset=utf-8', text);
}

function send(res: ServerResponse, status: number, type: string, text: string): void {
  res.writeHead(status, { 'Content-Type': type, 'Cache-Control': 'no-store', 'X-Content-Type-Options': 'nosniff' }).end(text);
}
