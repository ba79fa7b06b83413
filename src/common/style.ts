import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The one style sheet, inlined in each page (nothing blocks the first paint) and allowed by its hash in the policy. */
export interface Style {
  bytes: Buffer;
  /** 'sha256-…', for style-src of the Content-Security-Policy. */
  hash: string;
}

/** Joins public/css/*.css in the order of their names and takes out comments and idle white space. */
export function readStyle(publicDir: string): Style {
  const folder = join(publicDir, 'css');
  const files = readdirSync(folder)
    .filter((name) => name.endsWith('.css'))
    .toSorted();
  const css = minified(files.map((name) => readFileSync(join(folder, name), 'utf8')).join('\n'));
  return { bytes: Buffer.from(css), hash: `sha256-${createHash('sha256').update(css).digest('base64')}` };
}

/** Safe for our own sheets: no strings with comment marks or runs of blanks in them. */
export function minified(css: string): string {
  return css
    .replace(/\/\*[\s\S]*?\*\//g, '')
    .replace(/\s+/g, ' ')
    .replace(/ ?([{};,]) ?/g, '$1')
    .replace(/([{;][a-z-]+): /g, '$1:')
    .replaceAll(';}', '}')
    .trim();
}
