// The access record: what a page of it costs with many entries, and what recording each read costs a page.
import pg from 'pg';
import { poolOptions } from '#src/data-source.js';
import type { AccessQuery } from '#src/profile/accesses.repository.js';
import type { Progress, Urls } from '../../scripts/lib/database.ts';
import { costOf, fillRecord, type Cost } from '../audit/page-cost.ts';
import type { Measured } from './load.ts';
import type { BenchOptions } from './options.ts';
import { signIn, type Person } from './people.ts';
import { startProgram, startVisitors, type Running } from './processes.ts';
import { BOARD } from './recording.ts';
import { median, type Line } from './report.ts';

const FEW = { id: '11111111-1111-4111-8111-111111111111', entries: 100 };
const MANY = { id: '22222222-2222-4222-8222-222222222222', entries: 100_000 };
const TURNS = 10;

/** The queries of /dati/accessi for a person with 100,000 entries, against one with 100: in turns, medians of ten. */
export async function measureRecord(urls: Urls, owner: pg.Client, progress: Progress): Promise<Line[]> {
  const until = await filled(owner, progress);
  const web = new pg.Client({ connectionString: urls.web, ...poolOptions(1) });
  await web.connect();
  try {
    const base = {
      since: until.subtract({ hours: 24 * 760 }),
      until: until.add({ hours: 24 }),
      before: null,
      size: 20,
    };
    const lines: Line[] = [];
    for (const [name, asked] of [
      ['all', { who: null, what: null }],
      ['by the staff', { who: 'staff', what: null }],
      ['changes', { who: null, what: 'change' }],
    ] as const) {
      const query = { ...base, ...asked };
      const [few, many] = await inTurns(web, query);
      lines.push(
        recordLine(`/dati/accessi, ${name}, 100,000 entries: buffers`, few, many, ({ buffers }) => buffers, ''),
      );
      lines.push(recordLine(`/dati/accessi, ${name}, 100,000 entries: time`, few, many, ({ ms }) => ms, ' ms'));
    }
    return lines;
  } finally {
    await web.end();
  }
}

/** @returns the time of the newest entry */
async function filled(owner: pg.Client, progress: Progress): Promise<Temporal.Instant> {
  const newest = async () => {
    const { rows } = await owner.query<{ at: string | null }>(
      `SELECT to_char(max(at) AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') AS at FROM audit_entry WHERE subject = $1`,
      [MANY.id],
    );
    return rows[0]?.at ? Temporal.Instant.from(rows[0].at) : null;
  };
  const known = await newest();
  if (known) return known;
  progress('100,000 entries of one person');
  const { rows } = await owner.query<{ now: string }>(
    `SELECT to_char(clock_timestamp(), 'YYYY-MM-DD"T"HH24:MI:SS"Z"') AS now`,
  );
  await fillRecord(owner, [FEW, MANY], rows[0]!.now);
  return (await newest())!;
}

async function inTurns(web: pg.Client, query: Omit<AccessQuery, 'subject'>): Promise<[Cost[], Cost[]]> {
  const costs: [Cost[], Cost[]] = [[], []];
  for (let turn = -3; turn < TURNS; turn++) {
    for (const [index, { id }] of [FEW, MANY].entries()) {
      const cost = await costOf(web, { ...query, subject: id });
      // The first turns fill caches and set hints.
      if (turn >= 0) costs[index]!.push(cost);
    }
  }
  return costs;
}

function recordLine(what: string, few: Cost[], many: Cost[], figure: (cost: Cost) => number, unit: string): Line {
  const [little, much] = [median(few.map(figure)), median(many.map(figure))];
  const shown = (value: number) => `${unit === '' ? value.toFixed(0) : value.toFixed(3)}${unit}`;
  const ratio = much / little;
  return { what, program: shown(much), floor: `${shown(little)} of 100`, ratio, target: '≤ 1.20', met: ratio <= 1.2 };
}

/** /bacheca with the record of each read and without (test/bench/without-reads.mjs), in rounds that take turns. */
export async function measureReads(
  urls: Urls,
  owner: pg.Client,
  persons: readonly Person[],
  secret: string,
  options: BenchOptions,
  progress: Progress,
): Promise<Line[]> {
  await owner.query('SELECT audit_partitions(clock_timestamp(), 1)');
  const [withReads, without] = [
    await startProgram(urls, secret),
    await startProgram(urls, secret, ['--import', './test/bench/without-reads.mjs']),
  ];
  const visitors = startVisitors();
  const numbers = persons.map(({ n }) => n);
  const requests = persons.map(({ cookie }) => ({ path: BOARD, cookie }));
  const recorded = async () =>
    Number((await owner.query<{ n: string }>('SELECT count(*) AS n FROM audit_entry')).rows[0]?.n);
  const measure = async ({ port }: Running): Promise<Measured> => {
    await signIn(owner, numbers);
    const what = { kind: 'get' as const, requests };
    return visitors.measure({ port, seconds: options.seconds, connections: options.connections, what });
  };
  try {
    const results: Record<'with' | 'without', Measured[]> = { with: [], without: [] };
    const before = await recorded();
    for (let round = 0; round <= options.rounds; round++) {
      const order = round % 2 === 0 ? (['with', 'without'] as const) : (['without', 'with'] as const);
      for (const name of order) {
        const measured = await measure(name === 'with' ? withReads : without);
        if (round > 0) results[name].push(measured);
      }
      const [a, b] = [results.with.at(-1), results.without.at(-1)];
      if (a && b)
        progress(
          `${BOARD} ${round}/${options.rounds}: ${a.perSecond.toFixed(0)}/s with, ${b.perSecond.toFixed(0)}/s without`,
        );
    }
    progress(`${(await recorded()) - before} reads recorded`);
    return [
      readsLine('per second', results, ({ perSecond }) => perSecond),
      readsLine('p50', results, ({ p50 }) => p50),
    ];
  } finally {
    await Promise.all([withReads.stop(), without.stop(), visitors.stop()]);
  }
}

/** The ratio is the cost: how many times as long the work takes. */
function readsLine(
  name: string,
  results: Record<'with' | 'without', Measured[]>,
  figure: (one: Measured) => number,
): Line {
  const [ours, theirs] = [median(results.with.map(figure)), median(results.without.map(figure))];
  const ratio = name === 'per second' ? theirs / ours : ours / theirs;
  return {
    what: `${BOARD} with each read recorded, ${name}`,
    program: ours.toFixed(1),
    floor: `${theirs.toFixed(1)} without`,
    ratio,
    target: '≤ 1.15',
    met: ratio <= 1.15,
  };
}
