import 'reflect-metadata';
import { randomUUID, webcrypto } from 'node:crypto';
import { existsSync, linkSync, mkdirSync, readFileSync, unlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  BasicConstraintsExtension,
  CertificatePolicyExtension,
  Extension,
  KeyUsageFlags,
  KeyUsagesExtension,
  PemConverter,
  X509Certificate,
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

/**
 * The policies of a public body (AgID Avviso 29): agIDcert 1.3.76.16.6 and spid-publicsector-SP 1.3.76.16.4.2.1, each as
 * its object identifier in DER, with the notice that says its name.
 */
const POLICIES = [
  { id: '1.3.76.16.6', der: '06042b4c1006', notice: 'agIDcert' },
  { id: '1.3.76.16.4.2.1', der: '06062b4c10040201', notice: 'cert_SP_Pub' },
] as const;
/** id-qt-unotice, 1.3.6.1.5.5.7.2.2 (RFC 5280 4.2.1.4). */
const USER_NOTICE = '06082b06010505070202';
const SEQUENCE = 0x30;
const UTF8_STRING = 0x0c;
const CERTIFICATE_POLICIES = '2.5.29.32';
/** What the subject must say; 2.5.4.83 is uri, 2.5.4.97 organizationIdentifier. */
const SUBJECT = ['CN', 'O', '2.5.4.83', '2.5.4.97', 'C', 'L'] as const;
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
        new BasicConstraintsExtension(false),
        new KeyUsagesExtension(SIGNING, true),
        new Extension(CERTIFICATE_POLICIES, false, Uint8Array.from(policies())),
      ],
    },
    webcrypto as unknown as Crypto,
  );
  const key = PemConverter.encode(await webcrypto.subtle.exportKey('pkcs8', keys.privateKey), 'PRIVATE KEY');
  return { key, certificate: certificate.toString('pem') };
}

const SIGNING = KeyUsageFlags.digitalSignature | KeyUsageFlags.nonRepudiation;

/** @peculiar/x509 writes policies without their notices. */
function policies(): Buffer {
  const all = POLICIES.map(({ der: oid, notice }) => {
    const said = der(SEQUENCE, der(UTF8_STRING, Buffer.from(notice)));
    const qualifier = der(SEQUENCE, Buffer.from(USER_NOTICE, 'hex'), said);
    return der(SEQUENCE, Buffer.from(oid, 'hex'), der(SEQUENCE, qualifier));
  });
  return der(SEQUENCE, ...all);
}

/** One value in DER; all of ours are shorter than 128 bytes. */
function der(tag: number, ...parts: Buffer[]): Buffer {
  const body = Buffer.concat(parts);
  return Buffer.concat([Buffer.from([tag, body.length]), body]);
}

/**
 * What AgID's checks would say of our certificate (Avviso 29; metadata.rst, "Certificati"), for whoever runs the portal.
 * @param uri our entity id @returns nothing when all is well
 */
export function faultsOf(pem: string, uri: string, now: Temporal.Instant): string[] {
  const certificate = new X509Certificate(pem);
  const { publicKey, subjectName, signatureAlgorithm, notAfter, notBefore } = certificate;
  const { name, modulusLength = 0 } = publicKey.algorithm as { name: string; modulusLength?: number };
  const constraints = certificate.getExtension(BasicConstraintsExtension);
  const usages = certificate.getExtension(KeyUsagesExtension);
  const said = certificate.getExtension(CertificatePolicyExtension)?.policies ?? [];
  const field = (id: string) => subjectName.getField(id)[0] ?? '';
  const at = now.epochMilliseconds;
  const checks: [boolean, string][] = [
    [name.startsWith('RSA') && modulusLength >= 2048, 'its key must be RSA of 2048 bits or more'],
    [/^SHA-(256|384|512)$/.test(signatureAlgorithm.hash.name), 'it must be signed with SHA-256 or better'],
    ...SUBJECT.map((id): [boolean, string] => [field(id) !== '', `the subject must say ${id}`]),
    [field('2.5.4.83') === uri, `the subject's uri (2.5.4.83) must be ${uri}`],
    [/^PA:IT-\S{1,11}$/.test(field('2.5.4.97')), 'organizationIdentifier (2.5.4.97) must be PA:IT- and the IPA code'],
    [
      constraints !== null && !constraints.ca && !constraints.critical,
      'basicConstraints must be CA:FALSE, not critical',
    ],
    [usages?.usages === SIGNING && usages.critical, 'keyUsage must be digitalSignature and nonRepudiation, critical'],
    ...POLICIES.map(({ id }): [boolean, string] => [said.includes(id), `certificatePolicies must name ${id}`]),
    [
      notBefore.getTime() <= at && at < notAfter.getTime(),
      `it is good from ${notBefore.toISOString()} to ${notAfter.toISOString()}`,
    ],
  ];
  return checks.filter(([good]) => !good).map(([, fault]) => fault);
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
