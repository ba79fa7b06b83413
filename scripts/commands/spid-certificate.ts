// Makes the key and the certificate that sign our SPID and CIE messages, as the rules for public bodies want them (AgID
// metadata.rst, Avviso 29), from the settings of the environment. Never overwrites.
import { existsSync, mkdirSync, unlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { selfSigned } from '#src/auth/saml/certificate.js';
import { SystemClock } from '#src/common/clock.js';
import { readArguments, type FileNamed } from '../lib/arguments.ts';

const KEY = 'spid-key.pem';
const CERTIFICATE = 'spid-certificate.pem';

export async function run(args: string[], file: FileNamed): Promise<number> {
  const { positionals } = readArguments(args, 'spid:certificate [-- FOLDER]', {}, { most: 1 });
  return makeSpidCertificate(file(positionals[0] ?? '.'), process.env, console.log);
}

/**
 * Writes a new RSA 3072 key and its self-signed certificate into `folder`.
 * @returns the exit code: 0 done, 1 refused (a file is there already), 2 settings are missing
 */
export async function makeSpidCertificate(
  folder: string,
  env: Readonly<Record<string, string | undefined>>,
  say: (text: string) => void,
): Promise<number> {
  const url = URL.parse(env.BASE_URL ?? '');
  if (url?.protocol !== 'https:') {
    say('BASE_URL must be the public https address of the portal: the certificate names it (uri = entityID).');
    return 2;
  }
  const files = [join(folder, KEY), join(folder, CERTIFICATE)];
  const there = files.filter((file) => existsSync(file));
  if (there.length > 0) {
    say(`${there.join(', ')} is there already. Nothing was written: move it away first, providers know it.`);
    return 1;
  }
  const subject = {
    commonName: env.INSTITUTE_SHORT_NAME ?? 'INPS',
    organization: env.INSTITUTE_NAME ?? 'Istituto Nazionale della Previdenza Sociale',
    uri: url.origin,
    organizationIdentifier: `PA:IT-${env.INSTITUTE_IPA_CODE ?? 'INPS'}`,
    locality: env.INSTITUTE_LOCALITY ?? 'Roma',
  };
  const { key, certificate } = await selfSigned(subject, new SystemClock().now());
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  return write(files as [string, string], key, certificate, say);
}

/** Both files or none; `wx` refuses a file that came meanwhile. */
function write(
  [keyFile, certificateFile]: [string, string],
  key: string,
  certificate: string,
  say: (text: string) => void,
): number {
  try {
    writeFileSync(keyFile, key, { mode: 0o600, flag: 'wx' });
  } catch (error) {
    say(`${keyFile} was not written: ${(error as Error).message}`);
    return 1;
  }
  try {
    writeFileSync(certificateFile, certificate, { mode: 0o644, flag: 'wx' });
  } catch (error) {
    unlinkSync(keyFile);
    say(`${certificateFile} was not written: ${(error as Error).message}`);
    return 1;
  }
  say(`SPID_KEY_FILE=${keyFile}\nSPID_CERTIFICATE_FILE=${certificateFile}`);
  return 0;
}
