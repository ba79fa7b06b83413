import { parseArgs } from 'node:util';

export interface BenchOptions {
  citizens: number;
  offices: number;
  slots: number;
  notices: number;
  /** How many times the citizens and notices of the larger copy, for the buffers read; 0 for no copy. */
  grow: number;
  rounds: number;
  /** Length of one measurement. */
  seconds: number;
  connections: number;
  /** Parts to run, of `PARTS`. */
  only: string[];
}

export const PARTS = ['start', 'search', 'pages', 'booking', 'buffers', 'audit'] as const;

const FULL = { rounds: 10, seconds: 5 };
const QUICK = { rounds: 3, seconds: 2 };

/** Sizes and durations as the owner's target names them, unless said otherwise. */
export function readOptions(args: string[]): BenchOptions {
  const names = [
    'citizens',
    'offices',
    'slots',
    'notices',
    'grow',
    'rounds',
    'seconds',
    'connections',
    'only',
  ] as const;
  const options = Object.fromEntries(names.map((name) => [name, { type: 'string' as const }]));
  const { values } = parseArgs({ args, options: { ...options, quick: { type: 'boolean', default: false } } });
  const said = values as Partial<Record<(typeof names)[number], string>>;
  const run = values.quick ? QUICK : FULL;
  const whole = (name: (typeof names)[number], fallback: number): number => {
    const value = Number(said[name] ?? fallback);
    if (!Number.isInteger(value) || value < 0) throw new Error(`--${name} must be a whole number`);
    return value;
  };
  return {
    citizens: whole('citizens', 100_000),
    offices: whole('offices', 500),
    slots: whole('slots', 700_000),
    notices: whole('notices', 1_000_000),
    grow: whole('grow', 10),
    rounds: whole('rounds', run.rounds),
    seconds: whole('seconds', run.seconds),
    connections: whole('connections', 64),
    only: said.only ? said.only.split(',') : [...PARTS],
  };
}
