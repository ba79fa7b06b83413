// `npm run spid:certificate -- FOLDER`: makes the key and the certificate that sign our SPID and CIE messages, as the rules
// for public bodies want them (AgID metadata.rst, Avviso 29), from the settings of the environment. Never overwrites.
import path from 'node:path';
import { build, ready } from './lib/setup.mjs';

// ready() goes to the folder of the repository: the folder is meant from where the command was given.
process.argv[2] = path.resolve(process.env.INIT_CWD ?? process.cwd(), process.argv[2] ?? '.');
if (ready()) await main();

async function main() {
  if (process.env.NODE_ENV !== 'production') build('dist', 'nest', ['build']);
  const { makeSpidCertificate } = await import('./lib/spid-certificate.ts');
  process.exit(await makeSpidCertificate(process.argv[2], process.env, console.log));
}
