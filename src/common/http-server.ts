import { createServer } from 'node:http';
import { ExpressAdapter } from '@nestjs/platform-express';
import express, { type Express } from 'express';

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
    super(exactExpress());
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

/** A path is a route by its one spelling, as it is for every list of paths. Express reads this once, with its first middleware. */
function exactExpress(): Express {
  const app = express();
  app.enable('case sensitive routing');
  app.enable('strict routing');
  return app;
}
