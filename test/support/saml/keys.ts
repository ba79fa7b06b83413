import 'reflect-metadata';
import { webcrypto } from 'node:crypto';
import { PemConverter, X509CertificateGenerator } from '@peculiar/x509';

/** Keys of the parties in the tests, made once per process. Nothing here comes from src/. */
export interface TestKeys {
  key: string;
  certificate: string;
}

const made = new Map<string, Promise<TestKeys>>();

/** @returns the same pair for the same name during one process. */
export function testKeys(name: string): Promise<TestKeys> {
  const known = made.get(name);
  if (known) return known;
  const fresh = generate(name);
  made.set(name, fresh);
  return fresh;
}

async function generate(name: string): Promise<TestKeys> {
  const algorithm = {
    name: 'RSASSA-PKCS1-v1_5',
    hash: 'SHA-256',
    modulusLength: 2048,
    publicExponent: new Uint8Array([1, 0, 1]),
  };
  const keys = await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
  const certificate = await X509CertificateGenerator.createSelfSigned(
    {
      serialNumber: '01',
      name: `CN=${name}`,
      notBefore: new Date('2025-01-01'),
      notAfter: new Date('2046-01-01'),
      signingAlgorithm: algorithm,
      keys: keys as CryptoKeyPair,
    },
    webcrypto as unknown as Crypto,
  );
  const key = PemConverter.encode(await webcrypto.subtle.exportKey('pkcs8', keys.privateKey), 'PRIVATE KEY');
  return { key, certificate: certificate.toString('pem') };
}
