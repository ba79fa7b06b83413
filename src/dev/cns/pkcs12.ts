import { createHash, createHmac, createPrivateKey, randomBytes, X509Certificate } from 'node:crypto';
import type { ListenerKeys } from '../../auth/index.js';

const DATA = '1.2.840.113549.1.7.1';
const KEY_BAG = '1.2.840.113549.1.12.10.1.2';
const CERTIFICATE_BAG = '1.2.840.113549.1.12.10.1.3';
const X509 = '1.2.840.113549.1.9.22.1';
const FRIENDLY_NAME = '1.2.840.113549.1.9.20';
const LOCAL_KEY = '1.2.840.113549.1.9.21';
const SHA256 = '2.16.840.1.101.3.4.2.1';
const ROUNDS = 10_000;

/**
 * A card as the file that browsers import (PKCS #12, RFC 7292): Node reads these files and cannot write them. The key
 * is encrypted by Node (PBES2); the whole is sealed with the password.
 */
export function pkcs12({ key, certificate }: ListenerKeys, authority: string, name: string, password: string): Buffer {
  const card = new X509Certificate(certificate).raw;
  const secretKey = createPrivateKey(key).export({
    type: 'pkcs8',
    format: 'der',
    cipher: 'aes-256-cbc',
    passphrase: password,
  });
  const local = attribute(LOCAL_KEY, octets(createHash('sha1').update(card).digest()));
  const called = attribute(FRIENDLY_NAME, tlv(0x1e, utf16(name)));
  const attributes = set(called, local);
  const bags = sequence(
    sequence(oid(KEY_BAG), explicit(secretKey), attributes),
    sequence(oid(CERTIFICATE_BAG), explicit(certificateBag(card)), attributes),
    sequence(oid(CERTIFICATE_BAG), explicit(certificateBag(new X509Certificate(authority).raw))),
  );
  const contents = sequence(content(bags));
  return sequence(integer(3), content(contents), mac(contents, password));
}

function certificateBag(der: Buffer): Buffer {
  return sequence(oid(X509), explicit(octets(der)));
}

function content(der: Buffer): Buffer {
  return sequence(oid(DATA), explicit(octets(der)));
}

function mac(contents: Buffer, password: string): Buffer {
  const salt = randomBytes(16);
  const digest = createHmac('sha256', derivedKey(password, salt)).update(contents).digest();
  const algorithm = sequence(oid(SHA256), tlv(0x05, Buffer.alloc(0)));
  return sequence(sequence(algorithm, octets(digest)), octets(salt), integer(ROUNDS));
}

/** RFC 7292, appendix B.2, for a key of one hash in length, purpose 3 (integrity). */
function derivedKey(password: string, salt: Buffer): Buffer {
  const block = 64;
  const purpose = Buffer.alloc(block, 3);
  let key = Buffer.concat([
    purpose,
    filled(salt, block),
    filled(Buffer.concat([utf16(password), Buffer.alloc(2)]), block),
  ]);
  for (let round = 0; round < ROUNDS; round++) key = createHash('sha256').update(key).digest();
  return key;
}

/** Repeated up to the next multiple of the block. */
function filled(bytes: Buffer, block: number): Buffer {
  return Buffer.alloc(Math.ceil(bytes.length / block) * block, bytes);
}

function utf16(text: string): Buffer {
  return Buffer.from(text, 'utf16le').swap16();
}

function attribute(type: string, value: Buffer): Buffer {
  return sequence(oid(type), set(value));
}

function sequence(...parts: Buffer[]): Buffer {
  return tlv(0x30, Buffer.concat(parts));
}

/** DER orders the elements of a set. */
function set(...parts: Buffer[]): Buffer {
  return tlv(0x31, Buffer.concat(parts.toSorted(Buffer.compare)));
}

function explicit(der: Buffer): Buffer {
  return tlv(0xa0, der);
}

function octets(bytes: Buffer): Buffer {
  return tlv(0x04, bytes);
}

function integer(value: number): Buffer {
  const hex = value.toString(16);
  const bytes = Buffer.from(hex.length % 2 ? `0${hex}` : hex, 'hex');
  return tlv(0x02, bytes[0]! >= 0x80 ? Buffer.concat([Buffer.alloc(1), bytes]) : bytes);
}

function oid(text: string): Buffer {
  const [first = 0, second = 0, ...rest] = text.split('.').map(Number);
  const bytes = [40 * first + second, ...rest].flatMap((number) => {
    const groups = [number & 0x7f];
    for (let left = number >>> 7; left > 0; left >>>= 7) groups.unshift(0x80 | (left & 0x7f));
    return groups;
  });
  return tlv(0x06, Buffer.from(bytes));
}

function tlv(tag: number, bytes: Buffer): Buffer {
  if (bytes.length < 0x80) return Buffer.concat([Buffer.from([tag, bytes.length]), bytes]);
  const hex = bytes.length.toString(16);
  const length = Buffer.from(hex.length % 2 ? `0${hex}` : hex, 'hex');
  return Buffer.concat([Buffer.from([tag, 0x80 | length.length]), length, bytes]);
}
