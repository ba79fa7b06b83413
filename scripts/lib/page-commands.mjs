// What docs/operations.md tells an operator to run, taken from the page itself, so that the trial runs what is written.
import fs from 'node:fs';
import path from 'node:path';
import { root } from './setup.mjs';

const page = fs.readFileSync(path.join(root, 'docs', 'operations.md'), 'utf8');
const INDENTED = /^ {4}(?=\S)/;

/** @returns {{ command: string, paragraph: string }[]} each once, as written, with the paragraph that speaks of it */
export function commandsOfPage() {
  const found = new Map();
  for (const paragraph of paragraphs()) {
    const indented = paragraph.split('\n').filter((line) => INDENTED.test(line));
    const spans = [...paragraph.matchAll(/`([^`]+)`/g)].map(([, text]) => text.replace(/\s+/g, ' '));
    for (const text of [...indented.map((line) => line.trim()), ...spans])
      if (/^(npm run|node|openssl|curl) /.test(text) && !found.has(text)) found.set(text, paragraph);
  }
  return [...found].map(([command, paragraph]) => ({ command, paragraph }));
}

/** @returns {{ sql: string, setting: string | null }[]} the statements for a superuser, with the setting that a login is for */
export function statementsOfPage() {
  return page
    .split('\n')
    .filter((line) => INDENTED.test(line) && /^ +(CREATE|ALTER) /.test(line))
    .map((line) => ({ sql: line.trim(), setting: /-- (\w+)$/.exec(line)?.[1] ?? null }));
}

/** A paragraph with the example below it. */
function paragraphs() {
  return page.split(/\n\n(?! {4}\S)/);
}

/** @returns {Record<string, string[]>} for each file of deploy/ that runs one of our commands, what it runs */
export function commandsOfDeploy() {
  const folder = path.join(root, 'deploy');
  const files = fs.readdirSync(folder).filter((name) => name.endsWith('.yaml'));
  const found = files.map((name) => [name, commandOf(fs.readFileSync(path.join(folder, name), 'utf8'))]);
  return Object.fromEntries(found.filter(([, command]) => command));
}

/** `[a, b]` in a line, or a list with one folded text. */
function commandOf(yaml) {
  const [, line] = /^ +command: \[(.+)\]$/m.exec(yaml) ?? [];
  if (line) return line.split(', ');
  const [, script, name] = /^ +command:\n +- sh\n +- -c\n +- >-\n((?: +(?![ -]).+\n)+) +- (.+)$/m.exec(yaml) ?? [];
  return script ? ['sh', '-c', script.trim().replace(/\s*\n\s*/g, ' '), name] : null;
}
