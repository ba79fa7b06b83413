import type { TlsOptions } from 'node:tls';
import { DataSource, type DataSourceOptions } from 'typeorm';
import { parse } from 'pg-connection-string';

export interface Connection {
  url: string;
  pool: number;
  name: string;
  entities?: DataSourceOptions['entities'];
  migrations?: DataSourceOptions['migrations'];
}

/**
 * TypeORM over one PostgreSQL login. Times travel in UTC; a connection that cannot be had in 2 s is an error
 * (answered 503), and no statement runs for more than 10 s.
 */
export function dataSource({ url, pool, name, entities, migrations }: Connection): DataSource {
  return new DataSource({
    type: 'postgres',
    ...connectionOf(url),
    applicationName: name,
    entities: entities ?? [],
    migrations: migrations ?? [],
    migrationsTableName: 'migration',
    synchronize: false,
    logging: false,
    poolSize: pool,
    installExtensions: false,
    poolErrorHandler: () => {},
    extra: poolOptions(pool),
  });
}

/** What every pool of this program shares, TypeORM's and the sessions' own. */
export function poolOptions(pool: number): Record<string, unknown> {
  return {
    max: pool,
    connectionTimeoutMillis: 2000,
    idleTimeoutMillis: 30_000,
    statement_timeout: 10_000,
    idle_in_transaction_session_timeout: 15_000,
    options: '-c timezone=UTC -c jit=off',
    keepAlive: true,
  };
}

interface ConnectionParts {
  host: string;
  port: number;
  username?: string;
  password?: string;
  database?: string;
  ssl?: boolean | TlsOptions;
}

/** Splits a postgres:// address; `?host=/folder` is a Unix socket, as in libpq. */
export function connectionOf(url: string): ConnectionParts {
  const { host, port, user, password, database, ssl } = parse(url);
  return {
    host: host ?? 'localhost',
    port: port ? Number(port) : 5432,
    ...(user ? { username: user } : {}),
    ...(password ? { password } : {}),
    ...(database ? { database } : {}),
    ...(ssl ? { ssl: ssl as ConnectionParts['ssl'] } : {}),
  };
}
