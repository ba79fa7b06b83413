import 'reflect-metadata';
import { randomBytes, webcrypto } from 'node:crypto';
import { join } from 'node:path';
import {
  BasicConstraintsExtension,
  CertificatePolicyExtension,
  ExtendedKeyUsageExtension,
  KeyUsageFlags,
  KeyUsagesExtension,
  PemConverter,
  SubjectAlternativeNameExtension,
  X509Certificate,
  X509CertificateGenerator,
  type Extension,
  type JsonName,
} from '@peculiar/x509';
import { DEVELOPMENT_ORGANIZATION, keptKeys, type ListenerKeys } from '../../auth/index.js';
import type { DemonstrationPerson } from '../people.js';

const CURVE = { name: 'ECDSA', namedCurve: 'P-256' } as const;
const SIGNING = { ...CURVE, hash: 'SHA-256' } as const;
const CNS_POLICY = '1.3.76.16.2.1';
const crypto = webcrypto as unknown as Crypto;

/** The development certification authority: issues sample cards and the certificate of the listener. */
export class DevAuthority {
  constructor(private readonly keys: ListenerKeys) {}

  get certificate(): string {
    return this.keys.certificate;
  }

  /** A card of a demonstration person, as a real one is: named by the fiscal code, with the policy of CNS. */
  issueCard(person: DemonstrationPerson, now: Temporal.Instant): Promise<ListenerKeys> {
    const cardId = randomBytes(8).toString('hex');
    const hash = randomBytes(20).toString('base64');
    const subject: JsonName = [
      { C: ['IT'] },
      { '2.5.4.10': [DEVELOPMENT_ORGANIZATION] },
      { '2.5.4.4': [person.familyName] },
      { '2.5.4.42': [person.name] },
      { '2.5.4.3': [`${person.fiscalCode}/${cardId}.${hash}`] },
    ];
    return this.issue(subject, now, 365 * 2, [
      new KeyUsagesExtension(KeyUsageFlags.digitalSignature, true),
      new ExtendedKeyUsageExtension(['1.3.6.1.5.5.7.3.2']),
      new CertificatePolicyExtension([CNS_POLICY]),
    ]);
  }

  /** The certificate of the listener, for this machine's own names. */
  issueListener(host: string, now: Temporal.Instant): Promise<ListenerKeys> {
    const names = [...new Set([host, 'localhost'])].map((value) => ({ type: 'dns' as const, value }));
    return this.issue([{ '2.5.4.10': [DEVELOPMENT_ORGANIZATION] }, { '2.5.4.3': [host] }], now, 365, [
      new KeyUsagesExtension(KeyUsageFlags.digitalSignature, true),
      new ExtendedKeyUsageExtension(['1.3.6.1.5.5.7.3.1']),
      new SubjectAlternativeNameExtension([...names, { type: 'ip', value: '127.0.0.1' }]),
    ]);
  }

  private async issue(
    subject: JsonName,
    now: Temporal.Instant,
    days: number,
    extensions: Extension[],
  ): Promise<ListenerKeys> {
    const keys = await webcrypto.subtle.generateKey(CURVE, true, ['sign', 'verify']);
    const certificate = await X509CertificateGenerator.create(
      {
        ...lifetime(now, days),
        subject,
        issuer: new X509Certificate(this.keys.certificate).subjectName,
        publicKey: keys.publicKey as CryptoKey,
        signingKey: await signingKey(this.keys.key),
        signingAlgorithm: SIGNING,
        extensions: [new BasicConstraintsExtension(false, undefined, true), ...extensions],
      },
      crypto,
    );
    return { key: await pemOf(keys.privateKey), certificate: certificate.toString('pem') };
  }
}

/** The authority of this machine, made at first use. @param dataDir null keeps it in memory (tests) */
export async function devAuthority(dataDir: string | null, now: Temporal.Instant): Promise<DevAuthority> {
  const keys =
    dataDir === null ? await made(now) : await keptKeys(join(dataDir, 'keys'), 'carte-di-prova', () => made(now));
  return new DevAuthority(keys);
}

async function made(now: Temporal.Instant): Promise<ListenerKeys> {
  const keys = await webcrypto.subtle.generateKey(CURVE, true, ['sign', 'verify']);
  const certificate = await X509CertificateGenerator.createSelfSigned(
    {
      ...lifetime(now, 365 * 10),
      name: [{ C: ['IT'] }, { '2.5.4.10': [DEVELOPMENT_ORGANIZATION] }, { '2.5.4.3': ['Carte di prova'] }],
      keys: keys as CryptoKeyPair,
      signingAlgorithm: SIGNING,
      extensions: [
        new BasicConstraintsExtension(true, 0, true),
        new KeyUsagesExtension(KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign, true),
      ],
    },
    crypto,
  );
  return { key: await pemOf(keys.privateKey), certificate: certificate.toString('pem') };
}

function lifetime(now: Temporal.Instant, days: number) {
  const from = now.subtract({ hours: 24 });
  return {
    serialNumber: `01${randomBytes(15).toString('hex')}`,
    notBefore: new Date(from.epochMilliseconds),
    notAfter: new Date(from.add({ hours: 24 * days }).epochMilliseconds),
  };
}

async function pemOf(key: webcrypto.CryptoKey): Promise<string> {
  return PemConverter.encode(await webcrypto.subtle.exportKey('pkcs8', key), 'PRIVATE KEY');
}

async function signingKey(pem: string): Promise<CryptoKey> {
  const bytes = PemConverter.decodeFirst(pem);
  return (await webcrypto.subtle.importKey('pkcs8', bytes, CURVE, false, ['sign'])) as CryptoKey;
}
