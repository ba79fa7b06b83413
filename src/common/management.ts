import { createServer, type Server } from 'node:http';
import type { Config } from '../config.js';
import type { Metrics } from './metrics.js';
import type { Readiness } from './readiness.js';

interface Answer {
  status: number;
  type: string;
  text: string;
}

/**
 * Figures for Prometheus, and the health of a process that serves no pages, on a port of their own, out of the
 * public's reach; port 0 takes any free one.
 */
export function serveManagement(metrics: Metrics, readiness: Readiness, config: Config): Server {
  const answers: Readonly<Record<string, () => Promise<Answer>>> = {
    '/metrics': async () => ({
      status: 200,
      type: metrics.registry.contentType,
      text: await metrics.registry.metrics(),
    }),
    '/salute/viva': async () => plain(200, 'viva'),
    '/salute/pronta': async () => ((await readiness.check()) ? plain(200, 'pronta') : plain(503, 'non pronta')),
  };
  const server = createServer((req, res) => {
    const found = answers[req.url ?? ''] ?? (async () => plain(404, '404'));
    found().then(
      ({ status, type, text }) => res.writeHead(status, { 'Content-Type': type }).end(text),
      () => res.writeHead(500).end(),
    );
  });
  return server.listen(config.managementPort, config.managementHost);
}

function plain(status: number, text: string): Answer {
  return { status, type: 'text/plain', text: `${text}\n` };
}
