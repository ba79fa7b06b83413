// `npm run offices:import -- FILE.csv`: takes the institute's own list of offices in (docs/data.md says the columns).
// Every row is checked; when one is wrong nothing is changed, and every error is said with its line.
import path from 'node:path';
import { build, progress, ready } from './lib/setup.mjs';

const file = process.argv[2];
if (!file) {
  console.error('Uso: npm run offices:import -- FILE.csv');
  process.exit(2);
}
// ready() goes to the folder of the repository: the file is meant from where the command was given.
process.argv[2] = path.resolve(process.env.INIT_CWD ?? process.cwd(), file);
if (ready()) await main();

async function main() {
  if (process.env.NODE_ENV !== 'production') build('dist', 'nest', ['build']);
  const { importOfficesFile } = await import('./lib/import-offices.ts');
  process.exit(await importOfficesFile(process.argv[2], progress));
}
