import { setTimeout as sleep } from 'node:timers/promises';
import {
  Inject,
  Injectable,
  type BeforeApplicationShutdown,
  type OnApplicationBootstrap,
  type OnApplicationShutdown,
} from '@nestjs/common';
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

/** How long a stopping process waits for its jobs. */
const JOBS_END_MS = 4_000;

/**
 * The job queue, inside the same database: a job sent in a unit of work exists only if the unit commits. Jobs carry
 * ids, never personal data, and only wake workers: rows decide what is to be done.
 */
@Injectable()
export class Jobs implements OnApplicationBootstrap, BeforeApplicationShutdown, OnApplicationShutdown {
  private readonly handlers: JobHandler[] = [];
  private readonly timers: NodeJS.Timeout[] = [];
  private readonly running = new Set<Promise<unknown>>();
  /** Repeated jobs under way, and when each last went on. */
  private readonly goingOn = new Map<string, number>();
  private worker: PgBoss | null = null;
  private sending: Promise<PgBoss> | null = null;

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

  /** A repeated job whose run has ended no unit of work for so long: it would never be run again. */
  still(ms: number): string | null {
    for (const [name, at] of this.goingOn) if (performance.now() - at >= ms) return name;
    return null;
  }

  /** Sends a job with the unit of work under way. @param data ids only */
  async send(name: string, data: Record<string, string | number>): Promise<void> {
    const boss = await this.sender();
    await boss.send(name, data, {
      db: { executeSql: async (sql, values) => ({ rows: await this.db.query(sql, values) }) },
    });
  }

  async onApplicationBootstrap(): Promise<void> {
    if (this.config.role === 'web' || this.config.databaseWorkerUrl === '') return;
    const boss = this.connect(this.config.databaseWorkerUrl, true);
    await boss.start();
    this.worker = boss;
    for (const handler of this.handlers) await this.attach(boss, handler);
  }

  /** Finishes what is under way while the database is still open, or gives it back to the queue after some seconds. */
  async beforeApplicationShutdown(): Promise<void> {
    this.timers.forEach((timer) => clearInterval(timer));
    // A repeated job that takes longer is cut, so rolled back, and due again at the next start.
    const ended = Promise.race([Promise.allSettled(this.running), sleep(JOBS_END_MS, undefined, { ref: false })]);
    await Promise.all([ended, this.worker?.stop({ graceful: true, timeout: JOBS_END_MS })]);
    this.worker = null;
  }

  async onApplicationShutdown(): Promise<void> {
    const boss = await this.sending?.catch(() => null);
    await boss?.stop({ graceful: false });
    this.sending = null;
  }

  private async attach(boss: PgBoss, handler: JobHandler): Promise<void> {
    if (handler.everySeconds) {
      const run = this.oneAtATime(handler);
      this.timers.push(setInterval(run, handler.everySeconds * 1000).unref());
      // At once too: after an outage there is most to do.
      run();
      return;
    }
    await boss.work(handler.name, { pollingIntervalSeconds: 5, batchSize: 1 }, async ([job]) => {
      const done = await this.run(handler, (job?.data ?? {}) as Record<string, unknown>);
      // The queue keeps with the job what is thrown: the words of an error may hold somebody's data, and the log scrubs them.
      if (!done) throw new Error(`${handler.name} failed: see the log`);
    });
    if (handler.cron) await boss.schedule(handler.name, handler.cron, {}, { tz: 'Europe/Rome' });
  }

  /** What a repeated job does at each tick: nothing while its last run is not over, so that slow ones do not pile up. */
  private oneAtATime(handler: JobHandler): () => void {
    const { name } = handler;
    const mark = (): void => void this.goingOn.set(name, performance.now());
    return () => {
      if (this.goingOn.has(name)) return;
      mark();
      // What a run leaves behind must not make it look as if it went on.
      const goesOn = (): void => (this.goingOn.has(name) ? mark() : undefined);
      void this.track(this.run(handler, {}, goesOn).finally(() => this.goingOn.delete(name)));
    };
  }

  /** @returns whether it was done; what failed is told in the log */
  private async run(handler: JobHandler, data: Record<string, unknown>, goesOn?: () => void): Promise<boolean> {
    try {
      await this.db.asWorker(() => handler.run(data), goesOn);
      this.metrics.jobs.inc({ job: handler.name, outcome: 'done' });
      return true;
    } catch (error) {
      this.metrics.jobs.inc({ job: handler.name, outcome: 'failed' });
      this.log.error({ err: error, job: handler.name }, 'job failed');
      return false;
    }
  }

  private async track(work: Promise<unknown>): Promise<void> {
    this.running.add(work);
    await work.finally(() => this.running.delete(work));
  }

  /** Sending goes through the units of work of the pages, and neither migrates nor watches the queue. */
  private async sender(): Promise<PgBoss> {
    this.sending ??= this.startSender().catch((error: unknown) => {
      this.sending = null;
      throw error;
    });
    return this.sending;
  }

  private async startSender(): Promise<PgBoss> {
    return this.connect(this.config.databaseWebUrl || this.config.databaseWorkerUrl, false).start();
  }

  private connect(url: string, works: boolean): PgBoss {
    const boss = new PgBoss({
      connectionString: url,
      schema: 'pgboss',
      application_name: 'myinps jobs',
      migrate: false,
      createSchema: false,
      supervise: works,
      schedule: works,
      ...poolOptions(works ? 3 : 1, this.config.databasePatience),
    });
    // The queue reports plain objects, not errors.
    boss.on('error', ({ message }) => this.log.warn({ reason: message }, 'job queue'));
    return boss;
  }
}
