// Takes the authorities of cards from AgID's list of trusted services into the bundle that the portal reads (docs/operations.md,
// "Cards"). The signature of the list is checked; when anything is wrong nothing changes.
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { readTrustList, trustListBundle, TrustListProblem } from '#src/auth/strategies/cns/trust-list.js';
import { SystemClock } from '#src/common/clock.js';
import { readArguments, type FileNamed } from '../lib/arguments.ts';

export interface Wanted {
  file: string | undefined;
  /** Certificates (PEM) that may sign the list; else CNS_TRUST_LIST_SIGNER_FILE. */
  signer?: string | undefined;
  /** The bundle; else CNS_TRUST_LIST_FILE, else in DATA_DIR. */
  out?: string | undefined;
  now?: Temporal.Instant;
}

export async function run(args: string[], file: FileNamed): Promise<number> {
  const usage = 'cns:trust-list -- ELENCO.xml --signer CERTIFICATO.pem [--out FILE.pem]';
  const options = { signer: { type: 'string' }, out: { type: 'string' } } as const;
  const { values, positionals } = readArguments(args, usage, options, { least: 1 });
  const named = (given: string | undefined) => (given ? file(given) : undefined);
  return takeTrustList(
    { file: named(positionals[0]), signer: named(values.signer), out: named(values.out) },
    console.log,
  );
}

/** @returns the exit code: 0 written, 1 something is wrong and nothing was changed */
export async function takeTrustList(wanted: Wanted, say: (text: string) => void): Promise<number> {
  const { CNS_TRUST_LIST_SIGNER_FILE, CNS_TRUST_LIST_FILE, DATA_DIR = '.data' } = process.env;
  const signer = wanted.signer ?? CNS_TRUST_LIST_SIGNER_FILE;
  const out = path.resolve(wanted.out ?? (CNS_TRUST_LIST_FILE || path.join(DATA_DIR, 'cns-trust-list.pem')));
  if (!signer) {
    say('Serve il certificato di chi firma l’elenco: --signer CERTIFICATO.pem, o CNS_TRUST_LIST_SIGNER_FILE.');
    say('Si trova nell’elenco degli elenchi della Commissione europea (LOTL), alla voce Italia.');
    return 1;
  }
  try {
    const list = readTrustList(readFileSync(wanted.file ?? ''), pems(signer), wanted.now ?? new SystemClock().now());
    write(out, trustListBundle(list));
    say(
      `Elenco ${list.territory} numero ${list.sequence} del ${list.issuedAt}, da sostituire entro il ${list.nextUpdate}.`,
    );
    for (const { name, certificate } of list.authorities) {
      say(`  presa     ${name} (fino al ${certificate.parsed.notAfter.toISOString().slice(0, 10)})`);
    }
    for (const { name, why } of list.left) say(`  lasciata  ${name}: ${why}`);
    say(`${list.authorities.length} autorità scritte in ${out}. Il portale le rilegge da solo.`);
    return 0;
  } catch (error) {
    say(explained(error));
    return 1;
  }
}

function pems(file: string): string[] {
  const blocks = readFileSync(file, 'utf8').match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];
  if (blocks.length === 0) throw new TrustListProblem('signer', `Il file ${file} non contiene un certificato PEM.`);
  return blocks;
}

/** A reader sees the file before or the file after, never a part. */
function write(file: string, text: string): void {
  mkdirSync(path.dirname(file), { recursive: true });
  const fresh = `${file}.${process.pid}`;
  writeFileSync(fresh, text, { mode: 0o644, flush: true });
  renameSync(fresh, file);
}

function explained(error: unknown): string {
  if (error instanceof TrustListProblem) return error.message;
  const { code, path: file } = error as NodeJS.ErrnoException;
  if (code && file) return `Il file ${file} non si può leggere o scrivere (${code}).`;
  return `L’elenco non si può leggere: ${(error as Error).message}`;
}
