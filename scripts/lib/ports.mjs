// Free ports of this machine. Node built-ins only.
import { randomInt } from 'node:crypto';
import net from 'node:net';

/** A free port: the wanted one, or any. */
export function freePort(wanted = 0) {
  return new Promise((resolve, reject) => {
    const server = net.createServer().once('error', reject);
    server.listen(wanted, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}

const promised = new Set();

/**
 * A port for a process that starts later: below the range from which systems give ports by themselves (Linux from
 * 32768, others from 49152), so that nobody is given it meanwhile, and never the same one twice.
 */
export async function portToCome() {
  for (;;) {
    const port = randomInt(10_000, 32_000);
    if (promised.has(port)) continue;
    promised.add(port);
    if (await freePort(port).catch(() => null)) return port;
  }
}
