import { constants, randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer, type Server, type ServerOptions } from 'node:https';
import type { AddressInfo } from 'node:net';
import { readFileSync } from 'node:fs';
import { Inject, Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { Config } from '../../../config.js';
import { PageError } from '../../../common/errors.js';
import { boundHandshakes, boundsOf, Patience } from '../../../common/http-server.js';
import { LOG } from '../../../common/log-token.js';
import { requestContext, type Log } from '../../../common/log.js';
import type { Visitor } from '../../../common/visitor.js';
import { CnsAddress } from './cns.address.js';
import { CnsPages } from './cns.pages.js';
import { CnsService } from './cns.service.js';
import { CnsTrust } from './cns.trust.js';

export interface ListenerKeys {
  readonly key: string;
  readonly certificate: string;
}

interface Asked {
  readonly requestId: string;
  readonly path: string | undefined;
  readonly start: string | null | undefined;
  readonly visitor: Visitor;
}

const ENTRANCE = '/cns/entra';

/**
 * The listener with mutual TLS, on a port of its own: TLS 1.3 cannot ask for a certificate later, and asking on the
 * portal's port would ask everybody. It serves the one address where cards are presented, and nothing else.
 */
@Injectable()
export class CnsListener implements OnApplicationBootstrap, OnApplicationShutdown {
  private server: Server | null = null;
  private endWaiting = (): void => {};
  private keys: ListenerKeys | null = null;
  private trusted = '';

  constructor(
    private readonly config: Config,
    private readonly trust: CnsTrust,
    private readonly address: CnsAddress,
    private readonly cns: CnsService,
    private readonly pages: CnsPages,
    @Inject(LOG) private readonly log: Log,
    private readonly patience: Patience,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    const { tlsKey, tlsCertificate } = this.config.cns;
    if (!tlsKey || !tlsCertificate) return;
    await this.open({ key: readFileSync(tlsKey, 'utf8'), certificate: readFileSync(tlsCertificate, 'utf8') });
  }

  /** Listens with these keys, unless the settings say that this process does not, or it does already. */
  async open(keys: ListenerKeys): Promise<void> {
    const { port } = this.config.cns;
    if (port === null || this.server || this.config.role === 'worker') return;
    this.keys = keys;
    const server = createServer(this.options(keys), (req, res) => {
      this.handle(req, res).catch(() => res.destroy());
    });
    server.on('tlsClientError', (error: NodeJS.ErrnoException) =>
      this.log.info({ code: error.code }, 'CNS handshake failed'),
    );
    const endWaiting = boundHandshakes(server, this.patience);
    if (!(await this.listens(server, port))) return;
    this.server = server;
    this.endWaiting = endWaiting;
  }

  async onApplicationShutdown(): Promise<void> {
    const { server } = this;
    if (!server) return;
    this.address.closed();
    const closed = new Promise((done) => server.close(done));
    server.closeIdleConnections();
    this.endWaiting();
    setTimeout(() => server.closeAllConnections(), 2000).unref();
    await closed;
  }

  /** In development, processes beside one another share one listener: the first serves. */
  private listens(server: Server, port: number): Promise<boolean> {
    const { development, host } = this.config;
    return new Promise((done, fail) => {
      server.once('error', (error: NodeJS.ErrnoException) => {
        if (error.code !== 'EADDRINUSE' || !development || port === 0) return fail(error);
        this.address.listensOn(port);
        this.log.warn({ port }, 'CNS listener: another process of ours has the port');
        done(false);
      });
      server.listen(port, host, () => {
        this.address.listensOn((server.address() as AddressInfo).port);
        done(true);
      });
    });
  }

  private options({ key, certificate }: ListenerKeys): ServerOptions {
    const { authorities, version } = this.trust;
    this.trusted = version;
    return {
      key,
      cert: certificate,
      // Names of the authorities, so that browsers offer the right certificates; the judging is ours (cns.judge.ts).
      ...(authorities.length > 0 ? { ca: authorities.map(({ parsed }) => parsed.toString('pem')) } : {}),
      ...boundsOf(this.patience),
      handshakeTimeout: this.patience.handshakeMs,
      requestCert: true,
      // A handshake that fails shows nobody a page: every card gets in as far as the explanation.
      rejectUnauthorized: false,
      minVersion: 'TLSv1.2',
      // Each connection proves its card afresh.
      secureOptions: constants.SSL_OP_NO_TICKET | constants.SSL_OP_NO_RENEGOTIATION,
      maxHeaderSize: 16_384,
    };
  }

  private async handle(req: IncomingMessage, res: ServerResponse): Promise<void> {
    const requestId = randomUUID();
    const url = URL.parse(req.url ?? '', 'https://cns.invalid');
    const start = url?.searchParams.get('avvio');
    const visitor = this.pages.visitor(req, this.cns.languageOf(start));
    await requestContext.run({ requestId }, async () => {
      try {
        await this.answer(req, res, { requestId, path: url?.pathname, start, visitor });
      } catch (error) {
        this.log.error({ err: error }, 'CNS request failed');
        if (res.headersSent) return void res.destroy();
        this.pages.failed(visitor, res, error instanceof PageError ? error.status : 500, requestId);
      }
    });
    if (this.trust.version !== this.trusted && this.keys) this.server?.setSecureContext(this.options(this.keys));
  }

  private async answer(req: IncomingMessage, res: ServerResponse, asked: Asked): Promise<void> {
    const { requestId, path, start, visitor } = asked;
    res.setHeader('X-Request-Id', requestId);
    if (path !== ENTRANCE) return this.pages.plain(res, 404);
    if (req.method !== 'GET') return this.pages.plain(res, 405);
    const entered = await this.cns.enter(req, start);
    if (entered.ok) this.pages.leadOn(res, this.address.wayBack(entered.ticket));
    else this.pages.refused(visitor, res, entered.reason, requestId);
  }
}
