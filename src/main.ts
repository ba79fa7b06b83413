import type { Server } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { createWeb } from './web.js';
import { Health } from './common/health.js';
import { createLog, type Log } from './common/log.js';
import { serveManagement } from './common/management.js';
import { Metrics } from './common/metrics.js';
import { readConfig, type Config } from './config.js';

/** Requests under way get so long to end, jobs a little less (common/jobs.ts); orchestrators commonly wait 30 s in all. */
const REQUESTS_END_MS = 6_000;
const GIVE_UP_MS = 20_000;

/** One process: web, worker or both (ROLE). Stops gracefully on SIGTERM and SIGINT. */
async function main(config: Config, log: Log): Promise<void> {
  const app = await createWeb(config, { log });
  const health = app.get(Health);
  const management = serveManagement(app.get(Metrics), health, config);
  if (config.role !== 'worker') await app.listen(config.port, config.host);
  let stopping = false;
  const stop = (signal: string): void => {
    if (stopping) return;
    stopping = true;
    log.info({ signal }, 'stopping');
    health.stop();
    drained(app, config).then(
      () => {
        management.close();
        log.info('stopped');
        process.exit(0);
      },
      (error: unknown) => {
        log.error({ err: error }, 'stopped badly');
        process.exit(1);
      },
    );
  };
  for (const signal of ['SIGTERM', 'SIGINT']) process.on(signal, () => stop(signal));
  // The launcher is gone (killed): a server that nobody can stop any more would keep its port.
  process.once('disconnect', () => stop('disconnect'));
  log.info({ role: config.role, port: config.port }, 'ready');
  process.send?.('ready');
}

/** Balancers get DRAIN_SECONDS to notice; then nothing new is taken, and what is under way is finished. */
async function drained(app: NestExpressApplication, config: Config): Promise<void> {
  await sleep(config.drainSeconds * 1000);
  const server = app.getHttpServer() as Server;
  // A connection kept open after its last answer would hold the process for as long as its client likes.
  const idle = setInterval(() => server.closeIdleConnections(), 100).unref();
  setTimeout(() => server.closeAllConnections(), REQUESTS_END_MS).unref();
  const late = sleep(GIVE_UP_MS, undefined, { ref: false }).then(() =>
    Promise.reject(new Error('not everything ended in time')),
  );
  await Promise.race([app.close(), late]);
  clearInterval(idle);
}

/** An address that another program has, or that is not ours to take, is whoever starts this one's to mend. */
function sayNoPort({ code, port, address }: NodeJS.ErrnoException & { port?: number; address?: string }): void {
  const why = code === 'EADDRINUSE' ? 'is taken by another program' : `cannot be used (${code})`;
  process.stderr.write(
    `Port ${port} of ${address} ${why}: stop what has it, or set another one (PORT, MANAGEMENT_PORT, CNS_PORT).\n`,
  );
  process.exit(1);
}

/** What nobody caught ends the process, with a line that holds no data of anybody (Node would print the whole error). */
function endWith(log: Log, message: string): (error: unknown) => void {
  return (error) => {
    if ((error as NodeJS.ErrnoException).syscall === 'listen') sayNoPort(error as NodeJS.ErrnoException);
    log.error({ err: error }, message);
    process.exit(1);
  };
}

/** The settings, or an end with the list of what to mend: no trace, which would only hide it. */
function settings(): Config {
  try {
    return readConfig();
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\n`);
    return process.exit(1);
  }
}

const config = settings();
const log = createLog(config.logLevel);
process.on('uncaughtException', endWith(log, 'uncaught'));
await main(config, log).catch(endWith(log, 'not started'));
