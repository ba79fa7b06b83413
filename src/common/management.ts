import type { Server } from 'node:http';
import type { Config } from '../config.js';
import type { Health } from './health.js';
import { boundedServer } from './http-server.js';
import { lookUp } from './look-up.js';
import type { Metrics } from './metrics.js';

interface Answer {
  status: number;
  type: string;
  text: string;
}

/**
 * Figures for Prometheus, and the health of a process that serves no pages, on a port of their own, out of the
 * public's reach; port 0 takes any free one.
 */
export function serveManagement(metrics: Metrics, health: Health, config: Config): Server {
  const answers: Readonly<Record<string, () => Promise<Answer>>> = {
    '/metrics': async () => ({
      status: 200,
      type: metrics.registry.contentType,
      text: await metrics.registry.metrics(),
    }),
    '/salute/viva': async () => told(health.alive(), 'viva'),
    '/salute/pronta': async () => told(await health.ready(), 'pronta'),
  };
  const server = boundedServer((req, res) => {
    const found = lookUp(answers, req.url ?? '') ?? (async () => plain(404, '404'));
    found().then(
      ({ status, type, text }) => res.writeHead(status, { 'Content-Type': type }).end(text),
      () => res.writeHead(500).end(),
    );
  });
  return server.listen(config.managementPort, config.managementHost);
}

function told(well: boolean, word: string): Answer {
  return well ? plain(200, word) : plain(503, `non ${word}`);
}

function plain(status: number, text: string): Answer {
  return { status, type: 'text/plain', text: `${text}\n` };
}
