// `npm run dev:cns-card [maria|giovanni|anna|luca|paolo]`: a sample card of a demonstration person, as a file that
// browsers import. Development only: production does not know the authority that issues it.
import { build, ready } from './lib/setup.mjs';

if (process.env.NODE_ENV === 'production') {
  console.error('Le carte di prova esistono solo in sviluppo.');
  process.exit(1);
}
if (ready()) await main();

async function main() {
  build('dist', 'nest', ['build']);
  const { makeCard } = await import('./dev-cns-card.ts');
  process.exit(await makeCard(process.argv[2] ?? 'maria', (text) => console.log(text)));
}
