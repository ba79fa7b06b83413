import { readFileSync } from 'node:fs';
import { parse } from 'csv-parse/sync';
import { ComuneIndex, foldName, type Comune } from '#src/places/places.rules.js';
import { median, type Line } from './report.ts';

const TYPED = ['san giovanni rotndo', 'mialno', 'regio emilia', 'Forlì cesena', 'monteforte irpno'];
const ROUNDS = 10;

/** A misspelt comune, looked for in all of them, against one pass over their names. */
export function measureSearch(): Line {
  const comuni = parse<Comune & { province: string }>(
    readFileSync(new URL('../../src/places/data/comuni.csv', import.meta.url)),
    { columns: true, cast: (value, { column }) => castOf(value, String(column)) },
  ).map((row) => ({ ...row, provinceName: row.province, otherNames: [] }));
  const index = new ComuneIndex(comuni);
  const names = comuni.map(({ name }) => foldName(name));
  const program = each((typed) => index.search(typed, 8));
  const floor = each((typed) => names.filter((name) => name.includes(foldName(typed))));
  return {
    what: 'a misspelt comune',
    program: `${program.toFixed(2)} ms`,
    floor: `${floor.toFixed(2)} ms`,
    ratio: program / floor,
    target: 'a few ms',
    met: program < 5,
  };
}

/** Median milliseconds of one search, over rounds that take every name in turn. */
function each(search: (typed: string) => unknown): number {
  return median(
    Array.from({ length: ROUNDS }, () => {
      const start = performance.now();
      for (const typed of TYPED) search(typed);
      return (performance.now() - start) / TYPED.length;
    }),
  );
}

function castOf(value: string, column: string): string | number {
  return ['lat', 'lon', 'population'].includes(column) ? Number(value) : value;
}
