import { parseArgs, type ParseArgsConfig } from 'node:util';
import { ToMend } from './plain.mjs';

/** The path of a file as it was named where the command was given. */
export type FileNamed = (given: string) => string;

/** What was given to a command; anything else than it takes is refused with how it is used. */
export function readArguments<T extends NonNullable<ParseArgsConfig['options']>>(
  args: string[],
  usage: string,
  options: T,
  { least = 0, most = least }: { least?: number; most?: number } = {},
) {
  let why = '';
  try {
    const { values, positionals } = parseArgs({ args, options, allowPositionals: most > 0 });
    if (positionals.length >= least && positionals.length <= most) return { values, positionals };
  } catch (error) {
    why = `${(error as Error).message}\n`;
  }
  throw new ToMend(`${why}Usage: npm run ${usage}`);
}

/** `--dry-run`, also when the "--" before it was forgotten: npm then keeps it for itself. */
export function isDryRun(args: string[], usage: string): boolean {
  const { values } = readArguments(args, `${usage} [-- --dry-run]`, { 'dry-run': { type: 'boolean' } });
  return values['dry-run'] === true || process.env.npm_config_dry_run === 'true';
}
