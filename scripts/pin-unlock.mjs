// `npm run pin:unlock -- FISCALCODE`: lets somebody try their PIN again at once, after too many wrong ones. For the
// Contact Center's second line, after it has made sure who is calling; each use is in the audit record.
import { build, progress, ready } from './lib/setup.mjs';

const code = process.argv[2];
if (!code) {
  console.error('Uso: npm run pin:unlock -- CODICEFISCALE');
  process.exit(2);
}
if (ready()) await main();

async function main() {
  if (process.env.NODE_ENV !== 'production') build('dist', 'nest', ['build']);
  const { unlockPin } = await import('./lib/unlock-pin.ts');
  process.exit(await unlockPin(code, progress));
}
