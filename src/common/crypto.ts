import {
  createCipheriv,
  createDecipheriv,
  createHash,
  createHmac,
  hkdfSync,
  randomBytes,
  timingSafeEqual,
} from 'node:crypto';

/** Keys for one purpose each, derived from the master secret (HKDF-SHA256, RFC 5869), so that none serves twice. */
export class Keys {
  private readonly derived = new Map<string, Buffer>();

  constructor(private readonly secret: string) {}

  /** @returns 32 bytes that belong to `purpose` alone. */
  key(purpose: string): Buffer {
    const known = this.derived.get(purpose);
    if (known) return known;
    const made = Buffer.from(hkdfSync('sha256', this.secret, 'myinps', purpose, 32));
    this.derived.set(purpose, made);
    return made;
  }

  /** A pseudonym that cannot be reversed by trying every value (a plain hash of a fiscal code can). */
  pseudonym(purpose: string, value: string): string {
    return createHmac('sha256', this.key(purpose)).update(value).digest('base64url');
  }

  /** Encrypts with AES-256-GCM; `context` (for example the owner's id) must be the same to open. */
  seal(purpose: string, plain: Buffer, context: string): Buffer {
    const nonce = randomBytes(12);
    const cipher = createCipheriv('aes-256-gcm', this.key(purpose), nonce);
    cipher.setAAD(Buffer.from(context));
    const body = Buffer.concat([cipher.update(plain), cipher.final()]);
    return Buffer.concat([nonce, cipher.getAuthTag(), body]);
  }

  /** @returns the plain bytes, or null when the box was altered or belongs to another context. */
  open(purpose: string, box: Buffer, context: string): Buffer | null {
    if (box.length < 28) return null;
    const decipher = createDecipheriv('aes-256-gcm', this.key(purpose), box.subarray(0, 12));
    decipher.setAAD(Buffer.from(context));
    decipher.setAuthTag(box.subarray(12, 28));
    try {
      return Buffer.concat([decipher.update(box.subarray(28)), decipher.final()]);
    } catch {
      return null;
    }
  }
}

/** @returns `bytes` random bytes as base64url text. */
export function randomToken(bytes = 32): string {
  return randomBytes(bytes).toString('base64url');
}

export function sha256(value: string | Buffer): Buffer {
  return createHash('sha256').update(value).digest();
}

/** Compares in a time that does not tell where two values differ. */
export function sameBytes(a: Buffer, b: Buffer): boolean {
  return a.length === b.length && timingSafeEqual(a, b);
}
