// Certification authorities and cards, good and bad, made without anything of src/: what the portal takes for granted
// about a card must not be taken for granted by what tests it.
import 'reflect-metadata';
import { randomBytes, webcrypto } from 'node:crypto';
import * as x509 from '@peculiar/x509';

const crypto = webcrypto as unknown as Crypto;
const EC = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;

export const CNS = '1.3.76.16.2.1';
export const CIE_CHIP = '1.3.76.47.4';
export const CLIENT = '1.3.6.1.5.5.7.3.2';
export const SERVER = '1.3.6.1.5.5.7.3.1';

export interface Holder {
  fiscalCode: string;
  name: string;
  familyName: string;
}

export const MARIA: Holder = { fiscalCode: 'RSSMRA80E55H501U', name: 'Maria', familyName: 'Rossi' };

export interface Keys {
  key: string;
  certificate: string;
}

export interface Authority extends Keys {
  cert: x509.X509Certificate;
  signingKey: CryptoKey;
  algorithm: Algorithm;
}

export interface AuthorityOptions {
  name?: string;
  /** Another authority; itself when there is none. */
  by?: Authority;
  from?: string;
  to?: string;
  ca?: boolean;
  pathLength?: number;
  usages?: number | null;
  policies?: string[] | null;
  extensions?: x509.Extension[];
  algorithm?: 'ec' | 'rsa' | 'rsa-sha1' | 'rsa-1024';
}

export async function authority(options: AuthorityOptions = {}): Promise<Authority> {
  const { name = 'CNS di prova', by, ca = true, usages, policies = null } = options;
  const all = x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign;
  const extensions = [
    new x509.BasicConstraintsExtension(ca, options.pathLength, true),
    ...(usages === null ? [] : [new x509.KeyUsagesExtension(usages ?? all, true)]),
    ...(policies ? [new x509.CertificatePolicyExtension(policies)] : []),
    ...(options.extensions ?? []),
  ];
  const subject: x509.JsonName = [{ C: ['IT'] }, { O: ['Ente di prova'] }, { CN: [name] }];
  return made(subject, extensions, options, by);
}

export interface CardOptions extends AuthorityOptions {
  holder?: Holder;
  commonName?: string;
  subject?: x509.JsonName;
  policy?: string | string[] | null;
  /** Extended key usage; null for none. */
  purposes?: string[] | null;
  serial?: string;
  distributionPoint?: string;
}

/** A card as a real one is, but for what the options say. */
export async function card(by: Authority | undefined, options: CardOptions = {}): Promise<Authority> {
  const { holder = MARIA, policy = CNS, purposes = [CLIENT], usages = x509.KeyUsageFlags.digitalSignature } = options;
  const commonName =
    options.commonName ?? `${holder.fiscalCode}/7430000012345678.${randomBytes(20).toString('base64')}`;
  const subject = options.subject ?? [
    { C: ['IT'] },
    { O: ['Regione di prova'] },
    { '2.5.4.4': [holder.familyName] },
    { '2.5.4.42': [holder.name] },
    { CN: [commonName] },
  ];
  const extensions = [
    new x509.BasicConstraintsExtension(options.ca ?? false, undefined, true),
    ...(usages === null ? [] : [new x509.KeyUsagesExtension(usages, true)]),
    ...(purposes ? [new x509.ExtendedKeyUsageExtension(purposes)] : []),
    ...(policy ? [new x509.CertificatePolicyExtension([policy].flat())] : []),
    ...(options.distributionPoint ? [new x509.CRLDistributionPointsExtension([options.distributionPoint])] : []),
    ...(options.extensions ?? []),
  ];
  return made(subject, extensions, options, by);
}

async function made(
  subject: x509.JsonName,
  extensions: x509.Extension[],
  options: CardOptions,
  by: Authority | undefined,
): Promise<Authority> {
  const { from = '2025-01-01', to = '2030-01-01', serial = `01${randomBytes(15).toString('hex')}` } = options;
  const algorithm = algorithmOf(options.algorithm);
  const keys = (await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify'])) as CryptoKeyPair;
  const cert = await x509.X509CertificateGenerator.create(
    {
      serialNumber: serial,
      notBefore: new Date(from),
      notAfter: new Date(to),
      subject,
      issuer: by ? by.cert.subjectName : subject,
      publicKey: keys.publicKey,
      signingKey: by ? by.signingKey : keys.privateKey,
      signingAlgorithm: by ? by.algorithm : algorithm,
      extensions,
    },
    crypto,
  );
  const pkcs8 = await webcrypto.subtle.exportKey('pkcs8', keys.privateKey as webcrypto.CryptoKey);
  const key = x509.PemConverter.encode(pkcs8, 'PRIVATE KEY');
  return { key, certificate: cert.toString('pem'), cert, signingKey: keys.privateKey, algorithm };
}

function algorithmOf(which: CardOptions['algorithm'] = 'ec') {
  if (which === 'ec') return EC;
  return {
    name: 'RSASSA-PKCS1-v1_5',
    hash: which === 'rsa-sha1' ? 'SHA-1' : 'SHA-256',
    modulusLength: which === 'rsa-1024' ? 1024 : 2048,
    publicExponent: new Uint8Array([1, 0, 1]),
  };
}

export interface ListOptions {
  revoked?: Authority[];
  from?: string;
  to?: string | null;
  /** Who signs, when it is not the authority itself. */
  signer?: Authority;
  extensions?: x509.Extension[];
}

/** A revocation list of an authority, in DER. */
export async function revocationList(of: Authority, options: ListOptions = {}): Promise<Buffer> {
  const { revoked = [], from = '2026-03-31T00:00:00Z', to = '2026-04-08T00:00:00Z', signer = of } = options;
  const list = await x509.X509CrlGenerator.create(
    {
      issuer: of.cert.subjectName,
      thisUpdate: new Date(from),
      ...(to === null ? {} : { nextUpdate: new Date(to) }),
      entries: revoked.map(({ cert }) => ({ serialNumber: cert.serialNumber, revocationDate: new Date(from) })),
      signingKey: signer.signingKey,
      signingAlgorithm: signer.algorithm,
      extensions: options.extensions ?? [],
    },
    crypto,
  );
  return Buffer.from(list.rawData);
}

/** Several certificates one after the other, as a TLS client sends them. */
export function chain(...certificates: Keys[]): string {
  return certificates.map(({ certificate }) => certificate).join('\n');
}
