import { createServer } from 'node:http';
import { createWeb } from './web.js';
import { LOG } from './common/log-token.js';
import type { Log } from './common/log.js';
import { Metrics } from './common/metrics.js';
import { readConfig } from './config.js';

/** One process: web, worker or both (ROLE). Stops gracefully on SIGTERM and SIGINT. */
async function main(): Promise<void> {
  const config = readConfig();
  const app = await createWeb(config);
  const log = app.get<Log>(LOG);
  const metrics = serveMetrics(app.get(Metrics), config.managementPort);
  if (config.role !== 'worker') {
    await app.listen(config.port, config.host);
    limitSlowClients(app.getHttpServer());
  }
  log.info({ role: config.role, port: config.port }, 'ready');
  process.send?.('ready');

  let stopping = false;
  const stop = (signal: string): void => {
    if (stopping) return;
    stopping = true;
    log.info({ signal }, 'stopping');
    metrics.close();
    app.close().then(
      () => process.exit(0),
      (error: unknown) => {
        log.error({ err: error }, 'stopped badly');
        process.exit(1);
      },
    );
  };
  process.on('SIGTERM', () => stop('SIGTERM'));
  process.on('SIGINT', () => stop('SIGINT'));
}

/** Figures for Prometheus on a port of their own, out of the public's reach; 0 takes any free one. */
function serveMetrics(metrics: Metrics, port: number): ReturnType<typeof createServer> {
  const server = createServer((_req, res) => {
    metrics.registry.metrics().then(
      (text) => res.setHeader('Content-Type', metrics.registry.contentType).end(text),
      () => res.writeHead(500).end(),
    );
  });
  return server.listen(port, '127.0.0.1');
}

/** A client that sends or reads slowly holds a connection, not the program. */
function limitSlowClients(server: ReturnType<typeof createServer>): void {
  server.headersTimeout = 10_000;
  server.requestTimeout = 30_000;
  server.keepAliveTimeout = 65_000;
  server.maxHeadersCount = 100;
}

await main();
