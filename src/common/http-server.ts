import { createServer } from 'node:http';
import { ExpressAdapter } from '@nestjs/platform-express';

export interface Patience {
  /** How long the headers of a request may take, and all of it. */
  headersMs: number;
  requestMs: number;
  /** How often connections are looked at; Node's own 30 s would let a slow client stay four times as long. */
  checkMs: number;
}

const PATIENCE: Patience = { headersMs: 10_000, requestMs: 30_000, checkMs: 2_000 };

/** Express on a server where a client that sends slowly holds a connection for a while, and never the program. */
export class BoundedExpress extends ExpressAdapter {
  constructor(private readonly patience: Patience = PATIENCE) {
    super();
  }

  override initHttpServer(): void {
    const {
      headersMs: headersTimeout,
      requestMs: requestTimeout,
      checkMs: connectionsCheckingInterval,
    } = this.patience;
    const options = { headersTimeout, requestTimeout, connectionsCheckingInterval, keepAliveTimeout: 65_000 };
    this.httpServer = createServer(options, this.getInstance());
    this.httpServer.maxHeadersCount = 100;
  }
}
