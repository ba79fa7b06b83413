import { AsyncLocalStorage } from 'node:async_hooks';
import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { Injectable, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import type { PoolClient } from 'pg';
import { DataSource, type EntityManager, type QueryRunner } from 'typeorm';
import { actorStatements, type Actor } from './actor.js';
import { taken, type Carried } from './carried.js';
import { STATEMENT_MS, UNIT_LIMITS } from './connection.js';
import { Unavailable, Uncertain } from './errors.js';
import { parameter, types } from './pg-types.js';

interface Unit {
  runner: QueryRunner & { isTransactionActive: boolean };
  client: PoolClient;
  actor: Actor;
  depth: number;
  afterCommit: (() => void)[];
}

const CLOSE_MS = 1000;
const units = new AsyncLocalStorage<Unit>();
/** What each unit of a job tells when it ends, well or not. */
const workers = new AsyncLocalStorage<() => void>();

/** The logins of this process: pages use `web`, jobs use `worker`; a process of one role has only its own. */
export class Sources {
  constructor(
    readonly web: DataSource | null,
    readonly worker: DataSource | null,
  ) {}

  get all(): DataSource[] {
    return [this.web, this.worker].filter((source) => source !== null);
  }
}

/**
 * Units of work. One unit is one transaction on one connection, opened together with the words that say on whose
 * behalf it runs; PostgreSQL's row-level security reads them and refuses whoever says nothing.
 */
@Injectable()
export class Database implements OnModuleInit, OnApplicationShutdown {
  constructor(private readonly sources: Sources) {}

  async onModuleInit(): Promise<void> {
    for (const source of this.sources.all) if (!source.isInitialized) await source.initialize();
  }

  /** Waits a little for units under way (everybody was asked to finish before); PostgreSQL rolls back what is cut. */
  async onApplicationShutdown(): Promise<void> {
    const closed = this.sources.all.map(async (source) => (source.isInitialized ? source.destroy() : undefined));
    await Promise.race([Promise.all(closed), sleep(CLOSE_MS, undefined, { ref: false })]);
  }

  /**
   * Runs `work` with the worker's own login, which may do other things than the pages may.
   * @param goesOn called at the end of each unit of work in it, well or not
   */
  asWorker<T>(work: () => Promise<T>, goesOn: () => void = () => {}): Promise<T> {
    return workers.run(goesOn, work);
  }

  /**
   * Runs `work` as one transaction on behalf of `actor`: commits what it returns, rolls back what it throws.
   * Inside another unit it is a savepoint of the same transaction, and the outer actor is restored after it.
   */
  async actingAs<T>(actor: Actor, work: () => Promise<T>): Promise<T> {
    const outer = units.getStore();
    return outer ? this.nested(outer, actor, work) : this.unit(actor, work);
  }

  /**
   * One statement of the unit under way. @param sql with $1 parameters
   * @returns rows as plain objects; timestamptz as Temporal.Instant, date as Temporal.PlainDate, bigint as number
   */
  async query<R>(sql: string, parameters: unknown[] = []): Promise<R[]> {
    const { client } = this.current();
    const text = { name: statementName(sql), text: sql, values: parameters.map(parameter), types };
    const result = await client.query(text);
    return result.rows as R[];
  }

  /** As query, but tells how many rows the statement touched. */
  async execute(sql: string, parameters: unknown[] = []): Promise<number> {
    const { client } = this.current();
    const result = await client.query({
      name: statementName(sql),
      text: sql,
      values: parameters.map(parameter),
      types,
    });
    return result.rowCount ?? 0;
  }

  /** The TypeORM manager of the unit under way. */
  get manager(): EntityManager {
    return this.current().runner.manager;
  }

  /** Whether a unit of work is under way here. */
  get inUnit(): boolean {
    return units.getStore() !== undefined;
  }

  /** Runs `task` after the unit under way has been committed (never when it is rolled back). */
  afterCommit(task: () => void): void {
    this.current().afterCommit.push(task);
  }

  /**
   * Runs `work` in a savepoint whose statements may take `timeoutMs` each. When it fails the savepoint is rolled
   * back, so that the unit goes on unharmed, and the error is thrown to the caller.
   */
  async savepoint<T>(work: () => Promise<T>, { timeoutMs }: { timeoutMs: number }): Promise<T> {
    const unit = this.current();
    const name = `s${++unit.depth}`;
    await unit.client.query(`SAVEPOINT ${name}; SET LOCAL statement_timeout = ${Math.trunc(timeoutMs)}`);
    try {
      const result = await work();
      // Rolling back to the savepoint would lose writes; releasing keeps the setting, so it is set back by hand.
      await unit.client.query(`RELEASE SAVEPOINT ${name}; SET LOCAL statement_timeout = ${STATEMENT_MS}`);
      return result;
    } catch (error) {
      await unit.client.query(`ROLLBACK TO SAVEPOINT ${name}`);
      throw error;
    } finally {
      unit.depth--;
    }
  }

  private async unit<T>(actor: Actor, work: () => Promise<T>): Promise<T> {
    const words = actorStatements(actor);
    const carried = taken(actor);
    try {
      const result = await this.opened(actor, carried ? `${words}; ${carried.statement}` : words, work);
      settle(carried, 'committed');
      return result;
    } catch (error) {
      settle(carried, 'waiting');
      throw error;
    } finally {
      workers.getStore()?.();
    }
  }

  private async opened<T>(actor: Actor, words: string, work: () => Promise<T>): Promise<T> {
    const runner = this.source().createQueryRunner() as Unit['runner'];
    try {
      const client = (await connected(runner)) as PoolClient;
      await begin(client, words);
      // TypeORM must know: a save() that believed itself alone would open and commit a transaction of its own.
      runner.isTransactionActive = true;
      const unit: Unit = { runner, client, actor, depth: 0, afterCommit: [] };
      const result = await this.finished(unit, () => units.run(unit, work));
      for (const task of unit.afterCommit) task();
      return result;
    } finally {
      runner.isTransactionActive = false;
      await runner.release();
    }
  }

  private source(): DataSource {
    const { web, worker } = this.sources;
    const source = workers.getStore() ? worker : (web ?? worker);
    if (!source) throw new Error('this process has no database login for this work: see ROLE');
    return source;
  }

  private async finished<T>({ client }: Unit, work: () => Promise<T>): Promise<T> {
    try {
      const result = await work();
      const command = await committed(client);
      // PostgreSQL answers ROLLBACK, and no error, when a statement had failed and somebody swallowed that.
      if (command !== 'COMMIT') throw new Error('the unit of work was rolled back: a statement of it had failed');
      return result;
    } catch (error) {
      // A lost connection cannot be rolled back, and the first error is the one that matters.
      await client.query('ROLLBACK').catch(() => {});
      throw error;
    }
  }

  private async nested<T>(outer: Unit, actor: Actor, work: () => Promise<T>): Promise<T> {
    const name = `s${++outer.depth}`;
    const before = outer.actor;
    await outer.client.query(`SAVEPOINT ${name}; ${actorStatements(actor)}`);
    outer.actor = actor;
    try {
      const result = await work();
      await outer.client.query(`RELEASE SAVEPOINT ${name}; ${actorStatements(before)}`);
      return result;
    } catch (error) {
      await outer.client.query(`ROLLBACK TO SAVEPOINT ${name}; RELEASE SAVEPOINT ${name}`).catch(() => {});
      throw error;
    } finally {
      outer.actor = before;
      outer.depth--;
    }
  }

  private current(): Unit {
    const unit = units.getStore();
    if (!unit) throw new Error('a query outside a unit of work: say on whose behalf with actingAs');
    return unit;
  }
}

/** Whether a commit that nobody answered was made cannot be known: only PostgreSQL's own refusal says that it was not. */
async function committed(client: PoolClient): Promise<string> {
  try {
    return (await client.query('COMMIT')).command;
  } catch (error) {
    if ((error as { severity?: unknown }).severity === 'ERROR') throw error;
    throw new Uncertain('no answer to a commit', { cause: error });
  }
}

/** A statement that fails here (a carried one may) leaves a transaction open, and the connection goes back to the pool. */
async function begin(client: PoolClient, words: string): Promise<void> {
  try {
    await client.query(`BEGIN; ${UNIT_LIMITS}; ${words}`);
  } catch (error) {
    await client.query('ROLLBACK').catch(() => {});
    throw error;
  }
}

function settle(carried: Carried | null, state: Carried['state']): void {
  if (carried) carried.state = state;
}

async function connected(runner: QueryRunner): Promise<unknown> {
  try {
    return await runner.connect();
  } catch (error) {
    await runner.release();
    throw new Unavailable('no database connection', { cause: error });
  }
}

const names = new Map<string, string>();

/** Statements are prepared once per connection under a name of their own; the text of each is fixed in the code. */
function statementName(sql: string): string {
  let name = names.get(sql);
  if (!name) {
    name = createHash('sha256').update(sql).digest('base64url').slice(0, 24);
    names.set(sql, name);
  }
  return name;
}
