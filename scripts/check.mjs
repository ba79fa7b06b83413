// `npm run check`: types, lint, format, and what the lock file promises. Installs what is missing first.
import fs from 'node:fs';
import { progress, ready, step } from './lib/setup.mjs';

/** Known holes below these versions (advisories of the packages themselves). */
const LEAST = {
  handlebars: '4.7.9',
  'xml-crypto': '6.0.1',
  '@node-saml/node-saml': '5.1.0',
  express: '5.1.0',
  'pg-boss': '12.35.0',
};

if (ready()) check();

function check() {
  progress('lock file');
  checkLock();
  progress('types');
  step('tsc', ['-p', '.']);
  progress('lint');
  step('oxlint', ['--quiet']);
  progress('format');
  step('prettier', ['--check', '--log-level', 'warn', 'src', 'test', 'migrations', 'scripts']);
  progress('checked');
}

/** Every package has its integrity, none names a download address, none is older than its least safe version. */
function checkLock() {
  const { packages } = JSON.parse(fs.readFileSync('package-lock.json', 'utf8'));
  const problems = [];
  for (const [place, entry] of Object.entries(packages)) {
    const name = place.replace(/^.*node_modules\//, '');
    if (place === '') continue;
    if (entry.resolved) problems.push(`${name} carries a download address`);
    if (!entry.integrity && !entry.inBundle) problems.push(`${name} has no integrity`);
    if (LEAST[name] && isOlder(entry.version, LEAST[name]))
      problems.push(`${name} ${entry.version} is older than ${LEAST[name]}`);
  }
  if (problems.length === 0) return;
  console.error(problems.join('\n'));
  process.exit(1);
}

function isOlder(version, least) {
  const [a, b] = [version, least].map((text) => text.split('-')[0].split('.').map(Number));
  for (let index = 0; index < 3; index++) if (a[index] !== b[index]) return a[index] < b[index];
  return false;
}
