// `npm run cns:trust-list -- FILE [--signer CERT.pem] [--out FILE.pem]`: takes the authorities of cards from AgID's list
// of trusted services (docs/operations.md). The signature of the list is checked; when anything is wrong nothing changes.
import path from 'node:path';
import { parseArgs } from 'node:util';
import { build, ready } from './lib/setup.mjs';

const { values, positionals } = options();
// ready() goes to the folder of the repository: files are meant from where the command was given.
const from = process.env.INIT_CWD ?? process.cwd();
const absolute = (file) => (file ? path.resolve(from, file) : undefined);
const wanted = { file: absolute(positionals[0]), signer: absolute(values.signer), out: absolute(values.out) };
if (ready()) await main();

async function main() {
  if (process.env.NODE_ENV !== 'production') build('dist', 'nest', ['build']);
  const { takeTrustList } = await import('./cns-trust-list.ts');
  process.exit(await takeTrustList(wanted, (text) => console.log(text)));
}

function options() {
  try {
    const given = parseArgs({
      allowPositionals: true,
      options: { signer: { type: 'string' }, out: { type: 'string' } },
    });
    if (given.positionals.length === 1) return given;
  } catch {
    // An option nobody knows: say which there are.
  }
  console.error('Uso: npm run cns:trust-list -- ELENCO.xml --signer CERTIFICATO.pem [--out FILE.pem]');
  process.exit(2);
}
