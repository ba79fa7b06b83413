import 'reflect-metadata';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { webcrypto } from 'node:crypto';
import { X509Crl } from '@peculiar/x509';
import type { Certificate } from './certificate.js';
import { must, type CnsReason } from './refusal.js';

const DISTRIBUTION_POINTS = '2.5.29.31';
const ISSUING_POINT = '2.5.29.28';
const DELTA = '2.5.29.27';
/** Extensions of a list that change nothing, or that are taken into account, when they are critical. */
const UNDERSTOOD: ReadonlySet<string> = new Set(['2.5.29.20', '2.5.29.35', ISSUING_POINT]);
const STRONG: ReadonlySet<string> = new Set(['SHA-256', 'SHA-384', 'SHA-512']);

interface KeptList {
  readonly list: X509Crl;
  readonly issuer: string;
  /** Whether the certificate with this fingerprint signed it; asked once. */
  readonly signedBy: Map<string, Promise<boolean>>;
}

/** The revocation lists of a folder that operators keep fresh (CNS_CRL_DIR); a changed file is read again. */
export class RevocationLists {
  private readonly files = new Map<string, { stamp: string; kept: KeptList | null }>();

  constructor(private readonly folder: string | null) {}

  /** Refuses a path of which a certificate is revoked, or of which that cannot be told. Without a folder asks nothing. */
  async check(path: readonly Certificate[], now: Temporal.Instant): Promise<void> {
    if (this.folder === null) return;
    const lists = this.lists();
    for (const [index, certificate] of path.slice(0, -1).entries()) {
      await this.checkOne(certificate, path[index + 1]!, lists, now);
    }
  }

  private async checkOne(
    certificate: Certificate,
    issuer: Certificate,
    lists: readonly KeptList[],
    now: Temporal.Instant,
  ): Promise<void> {
    const named = lists.filter((kept) => kept.issuer === issuer.subject && !has(kept.list, DELTA));
    let obstacle: CnsReason = 'revocation-missing';
    let answered = false;
    for (const kept of named) {
      if (!coversItAll(kept.list, certificate) || !(await isSigned(kept, issuer))) {
        if (obstacle === 'revocation-missing') obstacle = 'revocation-unusable';
        continue;
      }
      // A list that is too old still tells who was revoked then: nobody comes back from there.
      must(!kept.list.findRevoked(certificate.parsed.serialNumber), 'revoked');
      if (isFresh(kept.list, now)) answered = true;
      else obstacle = 'revocation-stale';
    }
    must(answered, obstacle);
  }

  private lists(): KeptList[] {
    const names = readdirSync(this.folder!).filter((name) => /\.(crl|pem|der)$/i.test(name));
    for (const known of this.files.keys()) if (!names.includes(known)) this.files.delete(known);
    return names.map((name) => this.file(name)).filter((kept) => kept !== null);
  }

  private file(name: string): KeptList | null {
    const path = join(this.folder!, name);
    const { mtimeMs, size, ino } = statSync(path);
    const stamp = `${mtimeMs} ${size} ${ino}`;
    const known = this.files.get(name);
    if (known?.stamp === stamp) return known.kept;
    const kept = readList(readFileSync(path));
    this.files.set(name, { stamp, kept });
    return kept;
  }
}

function readList(bytes: Buffer): KeptList | null {
  try {
    const list = new X509Crl(bytes[0] === 0x30 ? Uint8Array.from(bytes) : bytes.toString('latin1'));
    return { list, issuer: Buffer.from(list.issuerName.toArrayBuffer()).toString('base64'), signedBy: new Map() };
  } catch {
    // A broken file is as good as none: its authority's cards are refused, with a reason of their own.
    return null;
  }
}

function isSigned({ list, signedBy }: KeptList, issuer: Certificate): Promise<boolean> {
  let signed = signedBy.get(issuer.fingerprint);
  if (!signed) {
    const hash = (list.signatureAlgorithm as { hash?: { name?: string } }).hash?.name ?? '';
    const publicKey = issuer.parsed.publicKey;
    const worthAsking = issuer.signsLists && STRONG.has(hash);
    signed = worthAsking
      ? list.verify({ publicKey }, webcrypto as unknown as Crypto).catch(() => false)
      : Promise.resolve(false);
    signedBy.set(issuer.fingerprint, signed);
  }
  return signed;
}

function isFresh(list: X509Crl, now: Temporal.Instant): boolean {
  const { thisUpdate, nextUpdate } = list;
  if (!nextUpdate) return false;
  return thisUpdate.getTime() <= now.epochMilliseconds && now.epochMilliseconds < nextUpdate.getTime();
}

/**
 * Whether the list answers for this certificate, for every reason (RFC 5280, 5.2.5): lists in parts name the address
 * that their certificates name too; indirect ones, and those for some reasons or kinds only, do not answer.
 */
function coversItAll(list: X509Crl, certificate: Certificate): boolean {
  if (list.extensions.some(({ critical, type }) => critical && !UNDERSTOOD.has(type))) return false;
  const scope = list.extensions.find(({ type }) => type === ISSUING_POINT);
  if (!scope) return true;
  const parts = sequence(Buffer.from(scope.value));
  if (!parts || parts.some(({ tag }) => tag !== 0xa0 && !(tag === 0x81 && !certificate.isAuthority))) return false;
  const point = parts.find(({ tag }) => tag === 0xa0);
  if (!point) return true;
  const named = certificate.parsed.extensions.find(({ type }) => type === DISTRIBUTION_POINTS);
  const names = sequence(point.bytes);
  const addresses = names?.[0]?.tag === 0xa0 ? elements(names[0].content) : [];
  const own = named ? Buffer.from(named.value) : Buffer.alloc(0);
  return addresses.some(({ tag, bytes }) => tag === 0x86 && own.includes(bytes));
}

function has(list: X509Crl, type: string): boolean {
  return list.extensions.some((extension) => extension.type === type);
}

interface Element {
  readonly tag: number;
  readonly content: Buffer;
  /** Tag and length included. */
  readonly bytes: Buffer;
}

/** The elements inside a constructed one, or null when the bytes are not just that. */
function sequence(bytes: Buffer): Element[] | null {
  const [outer, ...more] = elements(bytes);
  return outer && more.length === 0 ? elements(outer.content) : null;
}

/** DER, the little of it that is needed here: short tags, lengths up to 65,535. */
function elements(bytes: Buffer): Element[] {
  const found: Element[] = [];
  for (let at = 0; at + 2 <= bytes.length;) {
    const first = bytes[at + 1]!;
    const extra = first < 0x80 ? 0 : first & 0x7f;
    const length = extra === 0 ? first : bytes.readUIntBE(at + 2, Math.min(extra, 2));
    const start = at + 2 + extra;
    found.push({
      tag: bytes[at]!,
      content: bytes.subarray(start, start + length),
      bytes: bytes.subarray(at, start + length),
    });
    at = start + length;
  }
  return found;
}
