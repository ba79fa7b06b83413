import { readFileSync } from 'node:fs';

let codes: ReadonlySet<string> | null = null;

/**
 * Whether a list knows this Belfiore code of a comune or a country, of today or of the past (docs/data.md). New ones
 * appear every year: one that no list knows is a reason to ask, never to refuse.
 */
export function isBirthplace(code: string): boolean {
  codes ??= new Set(
    readFileSync(new URL('./data/birthplaces.csv', import.meta.url), 'utf8')
      .trim()
      .split('\n')
      .slice(1),
  );
  return codes.has(code);
}
