import { writeFileSync } from 'node:fs';

/** One line of the result: a figure, what it is held against, and the target. */
export interface Line {
  what: string;
  program: string;
  floor: string;
  ratio: number | null;
  target: string;
  met: boolean | null;
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1 ? sorted[middle]! : ((sorted[middle - 1] ?? 0) + (sorted[middle] ?? 0)) / 2;
}

export function printTable(lines: readonly Line[]): void {
  const rows = lines.map(({ what, program, floor, ratio, target, met }) => [
    what,
    program,
    floor,
    ratio === null ? '' : ratio.toFixed(2),
    target,
    met === null ? '' : met ? 'met' : 'MISSED',
  ]);
  const all = [['', 'program', 'floor', 'ratio', 'target', ''], ...rows];
  const widths = all[0]!.map((_, column) => Math.max(...all.map((row) => row[column]!.length)));
  const shown = all.map((row) =>
    row.map((cell, column) => (column === 0 ? cell.padEnd(widths[0]!) : cell.padStart(widths[column]!))).join('  '),
  );
  console.log(`\n${shown.join('\n')}\n`);
}

export function writeResult(file: string, result: object): void {
  writeFileSync(file, `${JSON.stringify(result, null, 2)}\n`);
}
