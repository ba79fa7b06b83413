import {
  createCipheriv,
  createDecipheriv,
  createHash,
  createHmac,
  hkdfSync,
  randomBytes,
  timingSafeEqual,
} from 'node:crypto';

/** Begins every box; one of the old form, whose first bytes are random, begins so once in 16 million times. */
const MARK = Buffer.from('MK\u0001', 'latin1');
const ID_BYTES = 4;
/** Mark and key id. */
export const BOX_HEADER_BYTES = MARK.length + ID_BYTES;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** What a box says of itself and what it turns out to be (see Keys.examine). */
export type Examined =
  /** `id` is null in the old form, which named no key. */
  { plain: Buffer; id: string | null } | { plain: null; id: string | null };

/**
 * Keys for one purpose each, derived from the master secret (HKDF-SHA256, RFC 5869), so that none serves twice. During
 * a rotation (docs/decisions/0010) the former secrets are known too: what was sealed, signed or named with them is
 * still read, and everything new is made with the current one.
 */
export class Keys {
  /** Names the current secret without telling anything of it: 8 hexadecimal digits. */
  readonly id: string;
  private readonly rings: readonly Ring[];

  /** @param previous other secrets that may have been used, newest first; or the next one, before it comes into use */
  constructor(secret: string, previous: readonly string[] = []) {
    this.rings = [secret, ...previous].map((one) => new Ring(one));
    this.id = this.rings[0]!.id;
  }

  /** Every secret that is known, the current one first. */
  get ids(): string[] {
    return this.rings.map((ring) => ring.id);
  }

  /** @returns 32 bytes that belong to `purpose` alone. */
  key(purpose: string): Buffer {
    return this.rings[0]!.key(purpose);
  }

  /** @returns the key of `purpose` under the secret with this id; null when that secret is not known here. */
  keyOf(purpose: string, id: string): Buffer | null {
    return this.rings.find((ring) => ring.id === id)?.key(purpose) ?? null;
  }

  /** The keys of `purpose` under every known secret, the current one first: for what checks signatures. */
  keysOf(purpose: string): Buffer[] {
    return this.rings.map((ring) => ring.key(purpose));
  }

  /** A pseudonym that cannot be reversed by trying every value (a plain hash of a fiscal code can). */
  pseudonym(purpose: string, value: string): string {
    return pseudonym(this.key(purpose), value);
  }

  /**
   * The pseudonyms of a value under every known secret, the current one first: what is looked up by pseudonym
   * (`= ANY`) or compared with one is so found through a rotation too.
   */
  pseudonyms(purpose: string, value: string): string[] {
    return this.keysOf(purpose).map((key) => pseudonym(key, value));
  }

  /** Encrypts with AES-256-GCM; `context` (for example the owner's id) must be the same to open. */
  seal(purpose: string, plain: Buffer, context: string): Buffer {
    const header = this.header;
    return Buffer.concat([header, encrypted(this.key(purpose), plain, associated(header, purpose, context))]);
  }

  /** @returns the plain bytes, or null when the box was altered or belongs to another context. */
  open(purpose: string, box: Buffer, context: string): Buffer | null {
    return this.examine(purpose, box, context).plain;
  }

  /** As open, and says which secret the box is of. */
  examine(purpose: string, box: Buffer, context: string): Examined {
    const id = this.idOf(box);
    const key = id === null ? null : this.keyOf(purpose, id);
    if (key) {
      const header = box.subarray(0, BOX_HEADER_BYTES);
      const plain = decrypted(key, box.subarray(BOX_HEADER_BYTES), associated(header, purpose, context));
      if (plain) return { plain, id };
    }
    return { plain: this.openedOld(purpose, box, context), id };
  }

  /** @returns the id of the secret a box says it is of; null in the old form. */
  idOf(box: Buffer): string | null {
    if (box.length < BOX_HEADER_BYTES || !box.subarray(0, MARK.length).equals(MARK)) return null;
    return box.subarray(MARK.length, BOX_HEADER_BYTES).toString('hex');
  }

  /** How boxes of the current secret begin. */
  get header(): Buffer {
    return Buffer.concat([MARK, Buffer.from(this.id, 'hex')]);
  }

  /** Boxes of the first releases: nonce, tag, body; the context alone as associated data. */
  private openedOld(purpose: string, box: Buffer, context: string): Buffer | null {
    for (const key of this.keysOf(purpose)) {
      const plain = decrypted(key, box, Buffer.from(context));
      if (plain) return plain;
    }
    return null;
  }
}

/** One master secret and the keys made of it. */
class Ring {
  readonly id: string;
  private readonly derived = new Map<string, Buffer>();

  constructor(private readonly secret: string) {
    this.id = Buffer.from(hkdfSync('sha256', secret, 'myinps', 'id-of-this-secret', ID_BYTES)).toString('hex');
  }

  key(purpose: string): Buffer {
    const known = this.derived.get(purpose);
    if (known) return known;
    const made = Buffer.from(hkdfSync('sha256', this.secret, 'myinps', purpose, 32));
    this.derived.set(purpose, made);
    return made;
  }
}

/** AES-256-GCM (NIST SP 800-38D) with a random nonce. @returns nonce, tag, body */
export function encrypted(key: Buffer, plain: Buffer, associatedData: Buffer): Buffer {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv('aes-256-gcm', key, nonce);
  cipher.setAAD(associatedData);
  const body = Buffer.concat([cipher.update(plain), cipher.final()]);
  return Buffer.concat([nonce, cipher.getAuthTag(), body]);
}

/** @returns what `encrypted` was given; null when anything of it, or of the associated data, is different. */
export function decrypted(key: Buffer, box: Buffer, associatedData: Buffer): Buffer | null {
  if (box.length < NONCE_BYTES + TAG_BYTES) return null;
  const decipher = createDecipheriv('aes-256-gcm', key, box.subarray(0, NONCE_BYTES));
  decipher.setAAD(associatedData);
  decipher.setAuthTag(box.subarray(NONCE_BYTES, NONCE_BYTES + TAG_BYTES));
  try {
    return Buffer.concat([decipher.update(box.subarray(NONCE_BYTES + TAG_BYTES)), decipher.final()]);
  } catch {
    return null;
  }
}

/** A box opens under its own mark, key, purpose and context alone; no two of them can be written the same way. */
function associated(header: Buffer, purpose: string, context: string): Buffer {
  return Buffer.concat([header, Buffer.from(`${purpose}\0${context}`)]);
}

function pseudonym(key: Buffer, value: string): string {
  return createHmac('sha256', key).update(value).digest('base64url');
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
