import 'reflect-metadata';
import { randomUUID, webcrypto } from 'node:crypto';
import { existsSync, linkSync, mkdirSync, readFileSync, unlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  CertificatePolicyExtension,
  KeyUsageFlags,
  KeyUsagesExtension,
  PemConverter,
  X509CertificateGenerator,
} from '@peculiar/x509';
import type { SigningKeys } from './request.js';

/** Who a certificate speaks for (metadata.rst, "Certificati"). */
export interface CertificateSubject {
  readonly commonName: string;
  readonly organization: string;
  readonly uri: string;
  readonly organizationIdentifier: string;
  readonly locality: string;
}

/** Policy "spid-publicsector-SP" (metadata.rst). */
const PUBLIC_SECTOR = '1.3.76.16.4.2.1';
const YEARS = 3;

/** A new RSA key with its self-signed certificate, as public bodies may use (AgID Avviso 28/2020 and 29). */
export async function selfSigned(
  subject: CertificateSubject,
  now: Temporal.Instant,
  bits = 3072,
): Promise<SigningKeys> {
  const algorithm = {
    name: 'RSASSA-PKCS1-v1_5',
    hash: 'SHA-256',
    modulusLength: bits,
    publicExponent: new Uint8Array([1, 0, 1]),
  };
  const keys = await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
  const from = now.subtract({ hours: 24 });
  const certificate = await X509CertificateGenerator.createSelfSigned(
    {
      serialNumber: Buffer.from(webcrypto.getRandomValues(new Uint8Array(15)))
        .toString('hex')
        .replace(/^[089a-f]/, '1'),
      name: [
        { CN: [subject.commonName] },
        { O: [subject.organization] },
        { '2.5.4.83': [subject.uri] },
        { '2.5.4.97': [subject.organizationIdentifier] },
        { C: ['IT'] },
        { L: [subject.locality] },
      ],
      notBefore: new Date(from.epochMilliseconds),
      notAfter: new Date(from.add({ hours: 24 * 365 * YEARS }).epochMilliseconds),
      signingAlgorithm: algorithm,
      keys: keys as CryptoKeyPair,
      extensions: [
        new KeyUsagesExtension(KeyUsageFlags.digitalSignature | KeyUsageFlags.nonRepudiation, true),
        new CertificatePolicyExtension([PUBLIC_SECTOR]),
      ],
    },
    webcrypto as unknown as Crypto,
  );
  const key = PemConverter.encode(await webcrypto.subtle.exportKey('pkcs8', keys.privateKey), 'PRIVATE KEY');
  return { key, certificate: certificate.toString('pem') };
}

/** Keys kept in a folder, made at first use: for development. Processes that start together end with the same pair. */
export async function keptKeys(folder: string, name: string, make: () => Promise<SigningKeys>): Promise<SigningKeys> {
  const file = join(folder, `${name}.json`);
  if (!existsSync(file)) {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const fresh = `${file}.${randomUUID()}`;
    writeFileSync(fresh, JSON.stringify(await make()), { mode: 0o600 });
    try {
      // A link appears whole or not at all, and fails when another process was first.
      linkSync(fresh, file);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    } finally {
      unlinkSync(fresh);
    }
  }
  return JSON.parse(readFileSync(file, 'utf8')) as SigningKeys;
}
