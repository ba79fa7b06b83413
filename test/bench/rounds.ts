import type { Book, Get, Measured } from './load.ts';
import type { Running } from './processes.ts';
import { median, type Line } from './report.ts';
import type { Ground } from './run.ts';

/** What both are asked for. */
export interface Contest {
  name: string;
  what(turn: number): Get | Book;
}

export interface Hooks {
  before?: () => Promise<void>;
  after?: () => Promise<void>;
}

export interface Results {
  program: Measured[];
  floor: Measured[];
}

/** Program and floor in turns, the first of each round changing, after a round that warms both up and is not counted. */
export async function rounds(
  { program, floor, visitors, options, progress }: Ground,
  contest: Contest,
  hooks: Hooks,
): Promise<Results> {
  const { connections, seconds } = options;
  const results: Results = { program: [], floor: [] };
  let turn = 0;
  const measure = async ({ port }: Running) => {
    await hooks.before?.();
    const measured = await visitors.measure({ port, seconds, connections, what: contest.what(turn++) });
    await hooks.after?.();
    return measured;
  };
  for (let round = 0; round <= options.rounds; round++) {
    const order = round % 2 === 0 ? (['program', 'floor'] as const) : (['floor', 'program'] as const);
    for (const name of order) {
      const measured = await measure(name === 'program' ? program : floor);
      if (round > 0) results[name].push(measured);
    }
    const [ours, theirs] = [results.program.at(-1), results.floor.at(-1)];
    if (ours && theirs) progress(`${contest.name} ${round}/${options.rounds}: ${told(ours)} against ${told(theirs)}`);
  }
  return results;
}

function told({ perSecond, p99, others }: Measured): string {
  const rest = Object.keys(others).length > 0 ? ` ${JSON.stringify(others)}` : '';
  return `${perSecond.toFixed(0)}/s p99 ${p99.toFixed(0)} ms${rest}`;
}

/** Requests per second at least half of the floor's, the slowest hundredth at most three times as slow. */
export function pagesLines(name: string, results: Results): Line[] {
  return [rateLine(name, results), slowestLine(name, results)];
}

export function rateLine(name: string, { program, floor }: Results): Line {
  const [ours, theirs] = [median(program.map((one) => one.perSecond)), median(floor.map((one) => one.perSecond))];
  return {
    what: `${name}, per second`,
    program: ours.toFixed(0),
    floor: theirs.toFixed(0),
    ratio: ours / theirs,
    target: '≥ 0.50',
    met: ours / theirs >= 0.5,
  };
}

function slowestLine(name: string, { program, floor }: Results): Line {
  const [ours, theirs] = [median(program.map((one) => one.p99)), median(floor.map((one) => one.p99))];
  return {
    what: `${name}, p99`,
    program: `${ours.toFixed(0)} ms`,
    floor: `${theirs.toFixed(0)} ms`,
    ratio: ours / theirs,
    target: '≤ 3.00',
    met: ours / theirs <= 3,
  };
}
