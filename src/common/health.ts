import { setTimeout as sleep } from 'node:timers/promises';
import { Inject, Injectable, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import type { Pool } from 'pg';
import { poolOf } from '../data-source.js';
import { Sources } from './database.js';
import { Jobs } from './jobs.js';
import { LOG } from './log-token.js';
import type { Log } from './log.js';

/** However many ask, the database is asked once a second. */
const FRESH_MS = 1_000;
const ANSWER_MS = 2_000;
/** Whoever comes to a pool of the pages that stands still for so long goes without a connection. */
const PAGES_STILL_MS = 2_000;
/** Jobs may take their time: longer than a statement may run, or a silent connection lives. */
const JOBS_STILL_MS = 60_000;
const JOB_STILL_MS = 5 * 60_000;
/** Whatever waits for the database is over by then, and the database itself may be away for as long as it likes. */
const HOPELESS_MS = 10 * 60_000;

/** Whether this process should be sent requests, and whether it should go on at all. */
@Injectable()
export class Health implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly pools: WatchedPool[] = [];
  private stopping = false;
  private answer = Promise.resolve(false);
  private answeredAt = -Infinity;
  private complaint: string | null = null;

  constructor(
    private readonly sources: Sources,
    private readonly jobs: Jobs,
    @Inject(LOG) private readonly log: Log,
  ) {}

  onApplicationBootstrap(): void {
    const { web, worker } = this.sources;
    if (web) this.watch('pages', poolOf(web), PAGES_STILL_MS);
    if (worker) this.watch('jobs', poolOf(worker), JOBS_STILL_MS);
  }

  /** Counts in a pool of connections. @param stillMs for how long all may be taken without one coming or going */
  watch(name: string, pool: Pool, stillMs: number = PAGES_STILL_MS): void {
    this.pools.push(new WatchedPool(name, pool, stillMs));
  }

  /** From now on balancers send no new requests here; those under way are finished. */
  stop(): void {
    this.stopping = true;
  }

  beforeApplicationShutdown(): void {
    this.stop();
  }

  /** Whether requests may come: as of a second ago at most, so that a flood of questions costs nothing. */
  async ready(): Promise<boolean> {
    if (this.stopping) return false;
    if (performance.now() - this.answeredAt >= FRESH_MS) {
      this.answeredAt = Infinity;
      this.answer = this.looked().finally(() => (this.answeredAt = performance.now()));
    }
    return this.answer;
  }

  /**
   * Whether a new start would not help. It would when something stands still that every time-out should have freed;
   * never because the database is away, which a new start does not bring back.
   */
  alive(): boolean {
    return this.jobs.still(HOPELESS_MS) === null && this.pools.every((pool) => !pool.stillFor(HOPELESS_MS));
  }

  private async looked(): Promise<boolean> {
    const complaint = await this.trouble();
    if (complaint !== this.complaint)
      this.log.warn({ event: 'health', complaint }, complaint ? 'not ready' : 'ready again');
    this.complaint = complaint;
    return complaint === null;
  }

  private async trouble(): Promise<string | null> {
    const job = this.jobs.still(JOB_STILL_MS);
    if (job) return `the job ${job} stands still`;
    const troubles = await Promise.all(this.pools.map((pool) => pool.trouble()));
    return troubles.find((trouble) => trouble !== null) ?? null;
  }
}

/**
 * A pool, and when a connection of it was last taken or given back. One that is empty because many people are here is no
 * dead one: connections come and go, and the others' requests would only fall upon the next process.
 */
class WatchedPool {
  private readonly taken = new Set<unknown>();
  private movedAt = performance.now();

  constructor(
    private readonly name: string,
    private readonly pool: Pool,
    private readonly stillMs: number,
  ) {
    pool.on('acquire', (client) => this.moved(this.taken.add(client)));
    pool.on('release', (_error, client) => this.moved(this.taken.delete(client)));
  }

  stillFor(ms: number): boolean {
    return this.isEmpty && performance.now() - this.movedAt >= ms;
  }

  /** Asks on a connection that nobody needs at this moment; one that keeps silent is thrown away. */
  async trouble(): Promise<string | null> {
    if (this.isEmpty) return this.stillFor(this.stillMs) ? `the connections of the ${this.name} stand still` : null;
    try {
      await answers(this.pool);
      return null;
    } catch {
      return `the database does not answer the ${this.name}`;
    }
  }

  private get isEmpty(): boolean {
    return this.taken.size >= this.pool.options.max;
  }

  private moved(_change: unknown): void {
    this.movedAt = performance.now();
  }
}

async function answers(pool: Pool): Promise<void> {
  const client = await pool.connect();
  const silent = sleep(ANSWER_MS, undefined, { ref: false }).then(() => {
    throw new Error('no answer');
  });
  try {
    await Promise.race([client.query('SELECT 1'), silent]);
    client.release();
  } catch (error) {
    client.release(error as Error);
    throw error;
  }
}
