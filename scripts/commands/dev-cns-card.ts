// A sample card of a demonstration person: DATA_DIR/cards/<person>.p12 for browsers, .pem for everything else. Development
// only: production does not know the authority that issues it.
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { SystemClock } from '#src/common/clock.js';
import { devAuthority, pkcs12 } from '#src/dev/cns/index.js';
import { PEOPLE } from '#src/dev/people.js';
import { readArguments } from '../lib/arguments.ts';
import { ToMend } from '../lib/plain.mjs';

const PASSWORD = 'prova';

export async function run(args: string[]): Promise<number> {
  if (process.env.NODE_ENV === 'production') throw new ToMend('Le carte di prova esistono solo in sviluppo.');
  const usage = `dev:cns-card [${PEOPLE.map((one) => one.key).join('|')}]`;
  const { positionals } = readArguments(args, usage, {}, { most: 1 });
  return makeCard(positionals[0] ?? 'maria', console.log);
}

/** @returns the exit code */
export async function makeCard(key: string, say: (text: string) => void): Promise<number> {
  const person = PEOPLE.find((one) => one.key === key);
  if (!person) {
    say(`Nessuna persona di prova si chiama “${key}”: ${PEOPLE.map((one) => one.key).join(', ')}.`);
    return 2;
  }
  const dataDir = path.resolve(process.env.DATA_DIR ?? '.data');
  const folder = path.join(dataDir, 'cards');
  const now = new SystemClock().now();
  const authority = await devAuthority(dataDir, now);
  const card = await authority.issueCard(person, now);
  const name = `${person.name} ${person.familyName}`;
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const [p12, pem] = ['p12', 'pem'].map((ending) => path.join(folder, `${key}.${ending}`)) as [string, string];
  writeFileSync(p12, pkcs12(card, authority.certificate, `CNS di prova: ${name}`, PASSWORD), { mode: 0o600 });
  writeFileSync(pem, `${card.certificate}\n${card.key}\n`, { mode: 0o600 });
  say(instructions(name, p12, pem));
  return 0;
}

function instructions(name: string, p12: string, pem: string): string {
  return `Carta di prova di ${name}:
  ${p12}  (password: ${PASSWORD})
  ${pem}

Nel browser: impostazioni, privacy e sicurezza, certificati, "I tuoi certificati", importa il file .p12.
Poi, con il portale acceso (npm start): Accedi, "Entra con CNS", "Continua con la carta", scegli il certificato.
Il browser avvisa che il sito della carta non è fidato: anche il suo certificato è di prova.
`;
}
