import type { TlsOptions } from 'node:tls';
import type { Pool, PoolConfig } from 'pg';
import { DataSource, type DataSourceOptions } from 'typeorm';
import { parse } from 'pg-connection-string';
import { Connection, DATABASE_PATIENCE, POOL_LIMITS, type DatabasePatience } from './common/connection.js';

export interface SourceOptions {
  url: string;
  pool: number;
  name: string;
  patience?: Partial<DatabasePatience>;
  entities?: DataSourceOptions['entities'];
  migrations?: DataSourceOptions['migrations'];
}

/** TypeORM over one PostgreSQL login. Times travel in UTC, and no statement runs for more than 10 s. */
export function dataSource({ url, pool, name, patience, entities, migrations }: SourceOptions): DataSource {
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
    extra: poolOptions(pool, patience),
  });
}

/** The connections behind a source that is open. */
export function poolOf(source: DataSource): Pool {
  return (source.driver as unknown as { master: Pool }).master;
}

/** What every pool of this program shares: TypeORM's, the sessions' own, the job queue's. */
export function poolOptions(pool: number, { waitMs, silenceMs }: Partial<DatabasePatience> = {}) {
  return {
    Client: Connection as unknown as NonNullable<PoolConfig['Client']>,
    max: pool,
    connectionTimeoutMillis: waitMs ?? DATABASE_PATIENCE.waitMs,
    idleTimeoutMillis: 30_000,
    opening: POOL_LIMITS,
    silenceMs: silenceMs ?? DATABASE_PATIENCE.silenceMs,
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
