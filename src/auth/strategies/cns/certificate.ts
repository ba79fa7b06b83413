import 'reflect-metadata';
import { createHash, X509Certificate as Verifiable, type KeyObject } from 'node:crypto';
import {
  BasicConstraintsExtension,
  CertificatePolicyExtension,
  ExtendedKeyUsageExtension,
  KeyUsageFlags,
  KeyUsagesExtension,
  X509Certificate,
} from '@peculiar/x509';
import { CnsRefusal } from './refusal.js';

/** RSA (PKCS #1) and ECDSA with SHA-256, 384 or 512, and Ed25519: an allow-list, so that nothing weaker slips in. */
const SIGNATURES: ReadonlySet<string> = new Set([
  '1.2.840.113549.1.1.11',
  '1.2.840.113549.1.1.12',
  '1.2.840.113549.1.1.13',
  '1.2.840.10045.4.3.2',
  '1.2.840.10045.4.3.3',
  '1.2.840.10045.4.3.4',
  '1.3.101.112',
]);
const CURVES: ReadonlySet<string> = new Set([
  'prime256v1',
  'secp384r1',
  'secp521r1',
  'brainpoolP256r1',
  'brainpoolP384r1',
  'brainpoolP512r1',
]);
/** Critical extensions whose meaning is taken into account (RFC 5280, 4.2: any other must be refused). */
const UNDERSTOOD: ReadonlySet<string> = new Set(['2.5.29.15', '2.5.29.17', '2.5.29.19', '2.5.29.32', '2.5.29.37']);
/** A card's certificate is about 2 kB; this much leaves no room for mischief. */
const MOST_BYTES = 16_384;

/** One certificate, read twice: its fields by @peculiar/x509, its signature by OpenSSL. */
export class Certificate {
  readonly fingerprint: string;
  readonly subject: string;
  readonly issuer: string;
  readonly parsed: X509Certificate;
  private readonly verifiable: Verifiable;

  constructor(readonly der: Buffer) {
    if (der.length > MOST_BYTES) throw new CnsRefusal('unreadable');
    this.parsed = new X509Certificate(Uint8Array.from(der));
    this.verifiable = new Verifiable(der);
    this.fingerprint = createHash('sha256').update(der).digest('base64');
    this.subject = Buffer.from(this.parsed.subjectName.toArrayBuffer()).toString('base64');
    this.issuer = Buffer.from(this.parsed.issuerName.toArrayBuffer()).toString('base64');
    const types = this.parsed.extensions.map(({ type }) => type);
    if (new Set(types).size !== types.length) throw new CnsRefusal('unreadable');
  }

  get isSelfIssued(): boolean {
    return this.subject === this.issuer;
  }

  get isAuthority(): boolean {
    const usages = this.parsed.getExtension(KeyUsagesExtension)?.usages;
    const ca = this.parsed.getExtension(BasicConstraintsExtension)?.ca === true;
    return ca && (usages === undefined || (usages & KeyUsageFlags.keyCertSign) !== 0);
  }

  /** How many authorities may stand below this one. */
  get pathLength(): number {
    return this.parsed.getExtension(BasicConstraintsExtension)?.pathLength ?? Infinity;
  }

  /** Whether an authority may sign revocation lists. */
  get signsLists(): boolean {
    const usages = this.parsed.getExtension(KeyUsagesExtension)?.usages;
    return usages === undefined || (usages & KeyUsageFlags.cRLSign) !== 0;
  }

  /** Whether the key may sign what a TLS client signs. */
  get signsClientMessages(): boolean {
    const usages = this.parsed.getExtension(KeyUsagesExtension)?.usages;
    return usages === undefined || (usages & KeyUsageFlags.digitalSignature) !== 0;
  }

  /** Null when the certificate says nothing about policies. */
  get policies(): readonly string[] | null {
    return this.parsed.getExtension(CertificatePolicyExtension)?.policies ?? null;
  }

  get extendedUsages(): readonly string[] {
    return (this.parsed.getExtension(ExtendedKeyUsageExtension)?.usages ?? []).map(String);
  }

  get understood(): boolean {
    return this.parsed.extensions.every(({ critical, type }) => !critical || UNDERSTOOD.has(type));
  }

  get hasStrongSignature(): boolean {
    return SIGNATURES.has(this.verifiable.signatureAlgorithmOid ?? '');
  }

  /** NIST SP 800-131A: RSA from 2048 bits, elliptic curves from 256. */
  get hasStrongKey(): boolean {
    const { asymmetricKeyType, asymmetricKeyDetails } = this.publicKey;
    if (asymmetricKeyType === 'rsa') return (asymmetricKeyDetails?.modulusLength ?? 0) >= 2048;
    if (asymmetricKeyType === 'ec') return CURVES.has(asymmetricKeyDetails?.namedCurve ?? '');
    return asymmetricKeyType === 'ed25519';
  }

  get publicKey(): KeyObject {
    return this.verifiable.publicKey;
  }

  isValidAt(now: Temporal.Instant): boolean {
    return !this.isBefore(now) && !this.isAfter(now);
  }

  /** Whether its time has not begun. */
  isBefore(now: Temporal.Instant): boolean {
    return now.epochMilliseconds < this.parsed.notBefore.getTime();
  }

  /** Whether its time is over. */
  isAfter(now: Temporal.Instant): boolean {
    return now.epochMilliseconds > this.parsed.notAfter.getTime();
  }

  isSignedBy(issuer: Certificate): boolean {
    try {
      return this.verifiable.verify(issuer.publicKey);
    } catch {
      return false;
    }
  }
}

/** @returns the certificate, or null when the bytes are none */
export function readCertificate(der: Buffer): Certificate | null {
  try {
    return new Certificate(der);
  } catch {
    return null;
  }
}

/** Every certificate of a PEM text, in its order; a block that is none is null. */
export function readPem(text: string): (Certificate | null)[] {
  const blocks = text.matchAll(/-----BEGIN CERTIFICATE-----([A-Za-z0-9+/=\s]+)-----END CERTIFICATE-----/g);
  return [...blocks].map(([, base64 = '']) => readCertificate(Buffer.from(base64, 'base64')));
}
