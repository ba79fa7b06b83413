import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Clock } from '../../common/clock.js';
import { Caught } from './caught.js';
import { mailPage, mailsPage, messagePage, smsListPage, smsPage } from './post-pages.js';
import { deliveryStatus, signature } from './reports.js';
import { SmsGateway } from './sms-gateway.js';
import { startSmtpCatcher } from './smtp-catcher.js';

export interface DevPostOptions {
  /** 0 takes any free port. */
  smtpPort: number;
  httpPort: number;
  host: string;
  clock: Clock;
  /** The portal, its keys: to post what comes back, as mail server and gateway would. */
  returnsUrl: string;
  bounceKey: string;
  token: string;
  reportKey: string;
}

export interface DevPost {
  caught: Caught;
  smtpUrl: string;
  /** Of the gateway and of the pages. */
  httpUrl: string;
  close(): Promise<void>;
}

/** The catchers of mail and SMS: real SMTP and the real contract of the gateway. Never loaded in production. */
export async function startDevPost(options: DevPostOptions): Promise<DevPost> {
  const { host, clock, smtpPort, httpPort, token } = options;
  const caught = new Caught();
  const smtp = await startSmtpCatcher(caught, { port: smtpPort, host, clock });
  const server = createServer();
  const serving = await listens(server, httpPort, host);
  const port = serving ? (server.address() as AddressInfo).port : httpPort;
  const gateway = new SmsGateway(caught, token, clock);
  server.on('request', (req, res) => {
    handle({ caught, gateway, options }, req, res).catch(() =>
      html(res, 502, messagePage('Non riuscito', 'Il portale non risponde.')),
    );
  });
  return {
    caught,
    smtpUrl: `smtp://${host}:${smtp.port}`,
    httpUrl: `http://${host}:${port}`,
    close: async () => {
      server.closeAllConnections();
      await Promise.all([smtp.close(), new Promise<void>((done) => void server.close(() => done()))]);
    },
  };
}

interface Post {
  caught: Caught;
  gateway: SmsGateway;
  options: DevPostOptions;
}

async function handle(post: Post, req: IncomingMessage, res: ServerResponse): Promise<void> {
  const { pathname } = new URL(req.url ?? '/', 'http://localhost');
  const [, kind = '', id = '', what = ''] = pathname.split('/');
  const mail = kind === 'posta' ? post.caught.mails.find((one) => String(one.id) === id) : undefined;
  const sms = kind === 'sms' ? post.caught.sms.find((one) => String(one.id) === id) : undefined;
  switch (`${req.method} /${kind}${id ? '/:id' : ''}${what ? `/${what}` : ''}`) {
    case 'POST /messages': {
      const { status, body } = post.gateway.take(req, await text(req));
      return send(res, status, 'application/json', JSON.stringify(body));
    }
    case 'GET /':
    case 'GET /posta':
      return html(res, 200, mailsPage(post.caught));
    case 'GET /sms':
      return html(res, 200, smsListPage(post.caught));
    case 'GET /posta/:id':
      if (mail) return html(res, 200, mailPage(mail));
      break;
    case 'GET /sms/:id':
      if (sms) return html(res, 200, smsPage(sms));
      break;
    case 'POST /posta/:id/rimbalzo':
      if (mail) return said(res, await returned(post.options, deliveryStatus(mail)));
      break;
    case 'POST /sms/:id/consegnato':
      if (sms) return said(res, await reported(post.options, sms, { status: 'delivered' }));
      break;
    case 'POST /sms/:id/rimbalzo':
      if (sms) return said(res, await reported(post.options, sms, { status: 'failed', code: 'unknown-subscriber' }));
      break;
  }
  html(res, 404, messagePage('Pagina non trovata', 'Questa pagina non esiste.'));
}

async function returned({ returnsUrl, bounceKey }: DevPostOptions, mail: string): Promise<number> {
  const headers = { Authorization: `Bearer ${bounceKey}`, 'Content-Type': 'message/rfc822' };
  return (await fetch(returnsUrl, { method: 'POST', headers, body: mail })).status;
}

async function reported(
  { reportKey, clock }: DevPostOptions,
  { reference, reportUrl }: { reference: string; reportUrl: string },
  outcome: { status: string; code?: string },
): Promise<number> {
  const body = JSON.stringify({ reference, ...outcome, at: clock.now().toString() });
  const headers = { 'X-Signature': signature(body, reportKey, clock.now()), 'Content-Type': 'application/json' };
  return (await fetch(reportUrl, { method: 'POST', headers, body })).status;
}

function said(res: ServerResponse, status: number): void {
  const done = status === 204;
  const words = done ? 'Il portale ha ricevuto la comunicazione.' : `Il portale l’ha rifiutata (${status}).`;
  html(res, done ? 200 : 502, messagePage(done ? 'Fatto' : 'Non riuscito', words));
}

function listens(server: Server, port: number, host: string): Promise<boolean> {
  return new Promise((done, fail) => {
    server.once('error', (error: NodeJS.ErrnoException) =>
      error.code === 'EADDRINUSE' && port !== 0 ? done(false) : fail(error),
    );
    server.listen(port, host, () => done(true));
  });
}

async function text(req: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of req as AsyncIterable<Buffer>) {
    size += part.length;
    if (size > 20_000) throw new Error('too large');
    parts.push(part);
  }
  return Buffer.concat(parts).toString('utf8');
}

function html(res: ServerResponse, status: number, content: string): void {
  send(res, status, 'text/html; charset=utf-8', content);
}

function send(res: ServerResponse, status: number, type: string, content: string): void {
  res
    .writeHead(status, { 'Content-Type': type, 'Cache-Control': 'no-store', 'X-Content-Type-Options': 'nosniff' })
    .end(content);
}
