// `npm run bench`: everything in one run on one machine, in rounds that take turns, so that ratios can be compared.
import os from 'node:os';
import path from 'node:path';
import pg from 'pg';
import type { Progress } from '../../scripts/lib/database.ts';
import { measureReads, measureRecord } from './audit.ts';
import { bookers, clear, measureBookings } from './bookings.ts';
import { buffersOf } from './buffers.ts';
import { openBench, type BenchDatabase } from './databases.ts';
import type { BenchOptions } from './options.ts';
import { people, signIn, type Person } from './people.ts';
import {
  memory,
  PAGE_POOL,
  SESSION_POOL,
  startFloor,
  startProgram,
  startVisitors,
  type Running,
  type Visitors,
} from './processes.ts';
import { BOARD, record, TIMES, timesPath } from './recording.ts';
import { printTable, writeResult, type Line } from './report.ts';
import { pagesLines, rounds, type Contest } from './rounds.ts';
import { measureSearch } from './search.ts';
import type { Script } from './statements.ts';

const SECRET = 'secret-of-the-benchmark-and-of-nothing-else';
const PERSONS = 4000;
/** Parts that need the statements of the program. */
const LOADED = ['pages', 'booking', 'buffers'];
const SAMPLED = 40;

export interface Ground {
  client: pg.Client;
  program: Running;
  floor: Running;
  visitors: Visitors;
  persons: Person[];
  options: BenchOptions;
  progress: Progress;
}

export async function bench(options: BenchOptions, progress: Progress): Promise<void> {
  const databases = await openBench(options, progress);
  const client = new pg.Client({ connectionString: databases[0]!.urls.owner, options: '-c timezone=UTC' });
  await client.connect();
  try {
    const lines: Line[] = [];
    if (options.only.includes('start')) lines.push(await readyTime(databases[0]!, progress));
    if (options.only.includes('search')) lines.push(measureSearch());
    const numbers = firstPersons(options.citizens);
    const persons = await people(client, numbers, SECRET);
    await signIn(client, numbers);
    if (options.only.includes('audit')) {
      lines.push(...(await measureRecord(databases[0]!.urls, client, progress)));
      lines.push(...(await measureReads(databases[0]!.urls, client, persons, SECRET, options, progress)));
    }
    if (!options.only.some((part) => LOADED.includes(part))) return finish(lines, options);
    await clear(client, bookers(persons));
    progress('recording the statements of the program');
    const scripts = await record(databases[0]!.urls, client, SECRET, persons[0]!);
    for (const { name, statements } of scripts) progress(`${name}: ${statements.length} round trips`);
    if (options.only.includes('buffers')) lines.push(...(await compareBuffers(databases, scripts, options)));
    lines.push(...(await underLoad(databases[0]!, client, persons, scripts, options, progress)));
    finish(lines, options);
  } finally {
    await client.end();
  }
}

function firstPersons(citizens: number): number[] {
  return Array.from({ length: Math.min(PERSONS, citizens) }, (_, index) => index + 1);
}

async function readyTime({ urls }: BenchDatabase, progress: Progress): Promise<Line> {
  progress('from start to ready, five times');
  const times: number[] = [];
  for (let turn = 0; turn < 5; turn++) {
    const program = await startProgram(urls, SECRET);
    times.push(program.readyMs);
    await program.stop();
  }
  const ms = times.toSorted((a, b) => a - b)[2]!;
  return {
    what: 'from start to ready',
    program: `${(ms / 1000).toFixed(2)} s`,
    floor: '',
    ratio: null,
    target: 'about 2 s',
    met: ms <= 2000,
  };
}

async function underLoad(
  { urls }: BenchDatabase,
  client: pg.Client,
  persons: Person[],
  scripts: Script[],
  options: BenchOptions,
  progress: Progress,
): Promise<Line[]> {
  if (!options.only.includes('pages') && !options.only.includes('booking')) return [];
  const [program, floor, visitors] = [
    await startProgram(urls, SECRET),
    await startFloor(urls, scripts),
    startVisitors(),
  ];
  const ground: Ground = { client, program, floor, visitors, persons, options, progress };
  try {
    const lines: Line[] = [];
    if (options.only.includes('pages')) lines.push(...(await measurePages(ground)));
    if (options.only.includes('booking')) lines.push(...(await measureBookings(ground)));
    const used = memory(program.child);
    if (used) lines.push(memoryLine(used.highest));
    return lines;
  } finally {
    await Promise.all([program.stop(), floor.stop(), visitors.stop()]);
  }
}

async function measurePages(ground: Ground): Promise<Line[]> {
  const { persons } = ground;
  const contests: Contest[] = [
    { name: BOARD, what: () => ({ kind: 'get', requests: persons.map(({ cookie }) => ({ path: BOARD, cookie })) }) },
    {
      name: TIMES,
      what: () => ({
        kind: 'get',
        requests: persons.map((person) => ({ path: timesPath(person), cookie: person.cookie })),
      }),
    },
  ];
  const numbers = persons.map(({ n }) => n);
  const lines: Line[] = [];
  for (const contest of contests)
    lines.push(
      ...pagesLines(contest.name, await rounds(ground, contest, { before: () => signIn(ground.client, numbers) })),
    );
  return lines;
}

function memoryLine(bytes: number): Line {
  const megabytes = bytes / 1_000_000;
  return {
    what: 'memory at its highest',
    program: `${megabytes.toFixed(0)} MB`,
    floor: '',
    ratio: null,
    target: '< 250 MB',
    met: megabytes < 250,
  };
}

/** The same pages of the same kind of persons, in the plain database and in the larger one. */
async function compareBuffers(
  databases: readonly BenchDatabase[],
  scripts: readonly Script[],
  options: BenchOptions,
): Promise<Line[]> {
  const [plain, large] = databases;
  if (!plain || !large) return [];
  const pages = scripts.filter(({ html }) => html !== '');
  const before = await readIn(plain, pages, options.citizens);
  const after = await readIn(large, pages, options.citizens * options.grow);
  return pages.flatMap(({ name }) => {
    const [few, many] = [before.get(name) ?? [], after.get(name) ?? []];
    const each = few.map(({ statement, buffers }, index) =>
      buffersLine(statement, buffers, many[index]?.buffers ?? 0, options),
    );
    const sum = (reads: typeof few) => reads.reduce((total, { buffers }) => total + buffers, 0);
    return [...each, buffersLine(`${name}: all`, sum(few), sum(many), options)];
  });
}

async function readIn({ urls }: BenchDatabase, pages: readonly Script[], citizens: number) {
  // Far apart, and with the same homes in both databases: person n lives at office n modulo their number.
  const step = Math.floor(citizens / SAMPLED);
  const numbers = Array.from({ length: SAMPLED }, (_, index) => 1 + ((index * (step + 7)) % citizens));
  const client = new pg.Client({ connectionString: urls.owner, options: '-c timezone=UTC' });
  await client.connect();
  try {
    const persons = await people(client, numbers, SECRET);
    // As many sessions in both: a table of a few rows would be read in another way.
    await signIn(client, [...new Set([...numbers, ...firstPersons(citizens)])]);
    // Dead rows of earlier bookings belong to the measurements, not to the size.
    await client.query('VACUUM (ANALYZE) session, slot, appointment, notice');
    const reads = new Map<string, Awaited<ReturnType<typeof buffersOf>>>();
    for (const page of pages) reads.set(page.name, await buffersOf(urls.web, page, persons));
    return reads;
  } finally {
    await client.end();
  }
}

function buffersLine(what: string, few: number, many: number, { grow }: BenchOptions): Line {
  const ratio = few === 0 ? 1 : many / few;
  const label = `buffers, ${grow} times as much: ${what.length > 60 ? `${what.slice(0, 59)}…` : what}`;
  return {
    what: label,
    program: many.toFixed(1),
    floor: `${few.toFixed(1)} plain`,
    ratio,
    target: '≤ 1.10',
    met: ratio <= 1.1,
  };
}

function finish(lines: Line[], options: BenchOptions): void {
  printTable(lines);
  const file = path.join(path.resolve(process.env.DATA_DIR ?? '.data'), 'result.json');
  const machine = {
    cores: os.availableParallelism(),
    model: os.cpus()[0]?.model ?? '',
    node: process.version,
    pools: { page: PAGE_POOL, session: SESSION_POOL },
  };
  writeResult(file, { options, machine, lines });
  console.log(
    `Peers of the floor: it sends the program's own statements, and parses no form, checks no token, fills in no page.\nFigures: ${path.relative(process.cwd(), file)}`,
  );
}
