import { Inject, Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { PgBoss } from 'pg-boss';
import { Config } from '../config.js';
import { poolOptions } from '../data-source.js';
import { Database } from './database.js';
import { LOG } from './log-token.js';
import type { Log } from './log.js';
import { Metrics } from './metrics.js';

export interface JobHandler {
  /** Name of the queue: `booking.reconcile`. Queues are made by the owner, from the list in src/queues.ts. */
  readonly name: string;
  /** Cron expression in Europe/Rome for what happens by the clock; never between 02:00 and 02:59 (summer time). */
  readonly cron?: string;
  /** Seconds between runs in each worker, for what must happen more often than a cron can say. */
  readonly everySeconds?: number;
  run(data: Record<string, unknown>): Promise<void>;
}

/**
 * The job queue, inside the same database: a job sent in a unit of work exists only if the unit commits. Jobs carry
 * ids, never personal data, and only wake workers: rows decide what is to be done.
 */
@Injectable()
export class Jobs implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly handlers: JobHandler[] = [];
  private readonly timers: NodeJS.Timeout[] = [];
  private readonly running = new Set<Promise<void>>();
  private boss: PgBoss | null = null;

  constructor(
    private readonly config: Config,
    private readonly db: Database,
    private readonly metrics: Metrics,
    @Inject(LOG) private readonly log: Log,
  ) {}

  /** Called by modules while they start; a web process remembers nothing of it. */
  register(handler: JobHandler): void {
    this.handlers.push(handler);
  }

  get names(): string[] {
    return this.handlers.map((handler) => handler.name);
  }

  /** Sends a job with the unit of work under way. @param data ids only */
  async send(name: string, data: Record<string, string | number>): Promise<void> {
    const boss = await this.sender();
    await boss.send(name, data, { db: { executeSql: async (sql, values) => ({ rows: await this.db.query(sql, values) }) } });
  }

  async onApplicationBootstrap(): Promise<void> {
    if (this.config.role === 'web' || this.config.databaseWorkerUrl === '') return;
    const boss = this.connect(this.config.databaseWorkerUrl, true);
    await boss.start();
    this.boss = boss;
    for (const handler of this.handlers) await this.attach(boss, handler);
  }

  /** Finishes what is under way, or gives it back to the queue after ten seconds. */
  async onApplicationShutdown(): Promise<void> {
    this.timers.forEach((timer) => clearInterval(timer));
    await Promise.allSettled(this.running);
    await this.boss?.stop({ graceful: true, timeout: 10_000 });
    this.boss = null;
  }

  private async attach(boss: PgBoss, handler: JobHandler): Promise<void> {
    if (handler.everySeconds) {
      const run = (): void => void this.track(this.run(handler, {}));
      this.timers.push(setInterval(run, handler.everySeconds * 1000).unref());
      return;
    }
    await boss.work(handler.name, { pollingIntervalSeconds: 5, batchSize: 1 }, async ([job]) => {
      await this.run(handler, (job?.data ?? {}) as Record<string, unknown>);
    });
    if (handler.cron) await boss.schedule(handler.name, handler.cron, {}, { tz: 'Europe/Rome' });
  }

  private async run(handler: JobHandler, data: Record<string, unknown>): Promise<void> {
    try {
      await this.db.asWorker(() => handler.run(data));
      this.metrics.jobs.inc({ job: handler.name, outcome: 'done' });
    } catch (error) {
      this.metrics.jobs.inc({ job: handler.name, outcome: 'failed' });
      this.log.error({ err: error, job: handler.name }, 'job failed');
      if (!handler.everySeconds) throw error;
    }
  }

  private async track(work: Promise<void>): Promise<void> {
    this.running.add(work);
    await work.finally(() => this.running.delete(work));
  }

  /** A web process sends through its own units of work and neither migrates nor watches the queue. */
  private async sender(): Promise<PgBoss> {
    if (this.boss) return this.boss;
    const boss = this.connect(this.config.databaseWebUrl, false);
    await boss.start();
    this.boss = boss;
    return boss;
  }

  private connect(url: string, works: boolean): PgBoss {
    const boss = new PgBoss({
      connectionString: url,
      schema: 'pgboss',
      max: works ? 3 : 1,
      application_name: 'myinps jobs',
      migrate: false,
      createSchema: false,
      supervise: works,
      schedule: works,
      connectionTimeoutMillis: poolOptions(1).connectionTimeoutMillis as number,
    });
    boss.on('error', (error) => this.log.warn({ err: error }, 'job queue'));
    return boss;
  }
}
