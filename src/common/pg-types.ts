import { types as known, type CustomTypesConfig } from 'pg';

const { builtins, getTypeParser } = known;

const parsers: Readonly<Record<number, (text: string) => unknown>> = {
  [builtins.TIMESTAMPTZ]: instant,
  [builtins.DATE]: (text) => Temporal.PlainDate.from(text),
  [builtins.TIME]: (text) => Temporal.PlainTime.from(text),
  [builtins.INT8]: Number,
};

/** How the program reads PostgreSQL's types: times as Temporal, bigint as number (ids are uuid, counts are small). */
export const types = {
  getTypeParser(oid: number, format?: 'text' | 'binary') {
    return (format !== 'binary' && parsers[oid]) || getTypeParser(oid, format);
  },
} as CustomTypesConfig;

/** '2026-04-01 08:00:00.123+00' (connections run in UTC) as an instant. */
function instant(text: string): Temporal.Instant {
  return Temporal.Instant.from(`${text.slice(0, 10)}T${text.slice(11)}:00`);
}

/** Temporal values become their ISO text; everything else is left to the driver. */
export function parameter(value: unknown): unknown {
  if (value instanceof Temporal.Instant || value instanceof Temporal.PlainDate || value instanceof Temporal.PlainTime)
    return value.toString();
  return Array.isArray(value) ? value.map(parameter) : value;
}
