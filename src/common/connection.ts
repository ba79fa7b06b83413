import type { Socket } from 'node:net';
import { Client, type ClientConfig } from 'pg';

/** How long PostgreSQL lets a statement run. */
export const STATEMENT_MS = 10_000;

/**
 * What PostgreSQL is to keep to, said by statements: PgBouncer refuses such words in the start-up packet, and where it
 * gives each transaction another server, only what a transaction says itself holds.
 */
const LIMITS: Readonly<Record<string, string>> = {
  statement_timeout: String(STATEMENT_MS),
  idle_in_transaction_session_timeout: '15000',
  timezone: 'UTC',
  jit: 'off',
};

/** For the opening words of a unit of work. */
export const UNIT_LIMITS = statements('SET LOCAL', LIMITS);

/** For a connection of a pool. Also ends one that only PostgreSQL still knows; the pool itself closes idle ones sooner. */
export const POOL_LIMITS = statements('SET', { ...LIMITS, idle_session_timeout: '300000' });

export interface DatabasePatience {
  /** For a connection: whoever gets none is told to come back (503). */
  waitMs: number;
  /** For a word of the database while an answer is waited for. */
  silenceMs: number;
}

export const DATABASE_PATIENCE: DatabasePatience = { waitMs: 2_000, silenceMs: 12_000 };

export interface ConnectionConfig extends ClientConfig {
  /** Statements for each new connection, before anybody has it. */
  opening?: string;
  /** For how long nothing may come while an answer is waited for; without it, for as long as the network holds. */
  silenceMs?: number;
}

/**
 * A connection that notices when nobody is at the other end any more. A cut network, or a balancer that has forgotten a
 * connection, resets nothing: whoever waits for an answer would wait for ever, and the pool would give the connection
 * out again. It is cut here, as by a reset, so that every pool throws it away.
 */
export class Connection extends Client {
  private readonly opening: string | undefined;

  constructor({ opening, silenceMs = 0, password, ...config }: ConnectionConfig) {
    // A pool hides the password among its settings, where `...` does not find it.
    super({
      connectionTimeoutMillis: 10_000,
      keepAlive: true,
      keepAliveInitialDelayMillis: 10_000,
      ...config,
      password,
    });
    this.opening = opening;
    // Whoever waits is told by the statement; unheard, the event would end the process.
    this.on('error', () => {});
    this.query = ((...said: unknown[]) => {
      this.socket.setTimeout(silenceMs);
      return (super.query as (...all: unknown[]) => unknown)(...said);
    }) as Client['query'];
    this.on('drain', () => this.socket.setTimeout(0));
  }

  override connect(): Promise<this>;
  override connect(done: (error: Error | null, connection?: this) => void): void;
  override connect(done?: (error: Error | null, connection?: this) => void): Promise<this> | void {
    const opened = this.open();
    if (!done) return opened;
    opened.then(
      () => done(null, this),
      (error: Error) => done(error),
    );
  }

  private async open(): Promise<this> {
    await super.connect();
    const { socket } = this;
    socket.on('timeout', () => socket.destroy(new Silent()));
    if (this.opening) await this.query(this.opening);
    return this;
  }

  /** Another one once TLS has begun. */
  private get socket(): Socket {
    return this.connection.stream as Socket;
  }
}

class Silent extends Error {
  readonly code = 'ETIMEDOUT';

  constructor() {
    super('the database keeps silent');
  }
}

function statements(verb: string, settings: Readonly<Record<string, string>>): string {
  return Object.entries(settings)
    .map(([name, value]) => `${verb} ${name} = '${value}'`)
    .join('; ');
}
