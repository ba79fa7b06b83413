import type { AddressInfo } from 'node:net';
import type { NestExpressApplication } from '@nestjs/platform-express';
import supertest from 'supertest';
import { Clock } from '#src/common/clock.js';
import { createLog, type Log } from '#src/common/log.js';
import { Patience } from '#src/common/http-server.js';
import { Config } from '#src/config.js';
import { createWeb } from '#src/web.js';
import { testDatabase, type TestDatabase } from './database.ts';

/** A clock that stands still until it is moved. */
export class FixedClock extends Clock {
  private at: Temporal.Instant;

  constructor(at: Temporal.Instant) {
    super();
    this.at = at;
  }

  now(): Temporal.Instant {
    return this.at;
  }

  move(by: Temporal.DurationLike): void {
    this.at = this.at.add(by);
  }

  set(to: string): void {
    this.at = Temporal.Instant.from(to);
  }
}

export interface TestApp {
  app: NestExpressApplication;
  config: Config;
  clock: FixedClock;
  db: TestDatabase;
  url: string;
  /** A browser without cookies yet. */
  browser(): ReturnType<typeof supertest.agent>;
  /** What is to be closed with the program (test/support/post.ts). */
  closing: (() => Promise<void>)[];
  close(): Promise<void>;
}

/** Wednesday 1 April 2026, 09:00 in Rome: six years after the day that is our benchmark. */
export const NOW = '2026-04-01T07:00:00Z';

export interface TestOptions {
  now?: string;
  env?: Record<string, string>;
  log?: Log;
  db?: TestDatabase;
  patience?: Partial<Patience>;
}

/** A machine that is busy with other things cuts nobody off; tests of patience say their own. */
const UNHURRIED = { headersMs: 300_000, requestMs: 300_000, stillMs: 300_000 };

/** The whole program on a database of its own, with a fixed clock. */
export async function testApp({ now = NOW, env = {}, log, db: given, patience }: TestOptions = {}): Promise<TestApp> {
  const db = given ?? (await testDatabase());
  const config = new Config({
    NODE_ENV: 'test',
    ROLE: 'web',
    PORT: '0',
    BASE_URL: 'http://localhost:3000',
    DATABASE_URL: db.owner,
    DATABASE_WEB_URL: db.web,
    DATABASE_WORKER_URL: db.worker,
    LOG_LEVEL: 'silent',
    // A connection that comes late on a busy machine is no fault of what is tested.
    DATABASE_WAIT: '300',
    ...env,
  });
  const clock = new FixedClock(Temporal.Instant.from(now));
  const app = await createWeb(config, {
    clock,
    log: log ?? createLog(config.logLevel),
    patience: { ...new Patience(), ...UNHURRIED, ...patience },
  });
  await app.listen(0, '127.0.0.1');
  const { port } = app.getHttpServer().address() as AddressInfo;
  const url = `http://127.0.0.1:${port}`;
  const closing: (() => Promise<void>)[] = [];
  return {
    app,
    config,
    closing,
    clock,
    db,
    url,
    browser: () => supertest.agent(url),
    close: async () => {
      for (const one of closing) await one();
      await app.close();
      if (!given) await db.drop();
    },
  };
}
