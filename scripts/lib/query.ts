import type pg from 'pg';
import { parameter, types } from '#src/common/pg-types.js';

/** One statement on a connection of the owner's. */
export type Query = (sql: string, parameters?: unknown[]) => Promise<{ rows: Record<string, unknown>[] }>;

/** Statements on the owner's connection, with the program's own reading of types. */
export function queryOf(client: pg.Client): Query {
  return async (text, values = []) => client.query({ text, values: values.map(parameter), types });
}
