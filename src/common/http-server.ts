import { createServer, type RequestListener, type Server } from 'node:http';
import type { Server as TlsServer } from 'node:https';
import { Socket } from 'node:net';
import { ExpressAdapter } from '@nestjs/platform-express';
import express, { type Express } from 'express';

/** How long, and with how many, a server is patient. */
export class Patience {
  /** How long the headers of a request may take, and all of it. */
  readonly headersMs: number = 10_000;
  readonly requestMs: number = 30_000;
  /** How often connections are looked at; Node's own 30 s would let a slow client stay four times as long. */
  readonly checkMs: number = 2_000;
  /** How long a connection is kept in which neither side moves a byte: somebody asks and never reads. */
  readonly stillMs: number = 30_000;
  /** How long the first message of a TLS handshake may take, and all of it: people type the PIN of their card meanwhile. */
  readonly helloMs: number = 5_000;
  readonly handshakeMs: number = 60_000;
  /** Connections with TLS that have not asked for anything yet; of more, the oldest goes. */
  readonly mostWaiting: number = 500;
}

/** What every server of ours is made with, so that a slow client holds a connection for a while and never the program. */
export function boundsOf({ headersMs, requestMs, checkMs }: Patience) {
  return {
    headersTimeout: headersMs,
    requestTimeout: requestMs,
    connectionsCheckingInterval: checkMs,
    keepAliveTimeout: 65_000,
  };
}

export function boundedServer(handle: RequestListener, patience: Patience = new Patience()): Server {
  const server = createServer(boundsOf(patience), handle);
  server.maxHeadersCount = 100;
  server.timeout = patience.stillMs;
  return server;
}

/**
 * Silence never closes a server with TLS: who says nothing goes after seconds, and when too many wait, the one that has
 * waited longest, those first that said nothing, instead of refusing whoever comes next.
 * @returns what ends all that wait: a server that stops would wait for them
 */
export function boundHandshakes(server: TlsServer, { helloMs, stillMs, mostWaiting }: Patience): () => void {
  const waiting = new Map<string, Socket>();
  server.maxHeadersCount = 100;
  server.timeout = stillMs;
  server.on('connection', (socket: Socket) => {
    const key = nameOf(socket);
    if (waiting.size >= mostWaiting) {
      const all = [...waiting];
      const [name, oldest] = all.find(([, one]) => saidNothing(one)) ?? all[0]!;
      // At once, not when it has closed: whoever comes in the same moment takes the place of another one.
      waiting.delete(name);
      oldest.destroy();
    }
    waiting.set(key, socket);
    const tooLate = setTimeout(() => saidNothing(socket) && socket.destroy(), helloMs);
    socket.once('close', () => (clearTimeout(tooLate), waiting.delete(key)));
  });
  server.on('request', ({ socket }) => waiting.delete(nameOf(socket)));
  return () => waiting.forEach((socket) => socket.destroy());
}

/** Once its hello has come whole it is answered: until then nothing was written to it. */
function saidNothing(socket: Socket): boolean {
  return socket.bytesWritten === 0;
}

function nameOf({ remoteAddress, remotePort }: Socket): string {
  return `${remoteAddress} ${remotePort}`;
}

/** Express on such a server. */
export class BoundedExpress extends ExpressAdapter {
  constructor(private readonly patience: Patience = new Patience()) {
    super(exactExpress());
  }

  override initHttpServer(): void {
    this.httpServer = boundedServer(this.getInstance() as RequestListener, this.patience);
  }
}

/** A path is a route by its one spelling, as it is for every list of paths. Express reads this once, with its first middleware. */
function exactExpress(): Express {
  const app = express();
  app.enable('case sensitive routing');
  app.enable('strict routing');
  return app;
}
