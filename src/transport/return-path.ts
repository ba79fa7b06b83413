import { createHmac } from 'node:crypto';
import { sameBytes, type Keys } from '../common/crypto.js';

const PURPOSE = 'mail-return-path';
const TOKENS = /\+([0-9a-f]{32})([0-9a-f]{16})@/gi;
/** Each is reckoned with: a list of thousands is no mail server's. */
const MOST_TOKENS = 10;

/**
 * Where a mail that fails returns to: `rimbalzi+<message><mac>@host` (variable envelope return path), so that a
 * returned mail names its message, and nobody who does not hold one can make up the name of another.
 */
export class ReturnPath {
  constructor(
    private readonly keys: Keys,
    private readonly address: string,
  ) {}

  of(id: string): string {
    const [local = '', host = ''] = this.address.split('@');
    return `${local}+${id.replaceAll('-', '')}${macOf(this.keys.key(PURPOSE), id)}@${host}`;
  }

  /** @returns the message that an address, or the first of those in a text, names; null when they name none of ours. */
  messageIn(text: string): string | null {
    for (const [, hex = '', mac = ''] of text.matchAll(TOKENS).take(MOST_TOKENS)) {
      const id = hex.toLowerCase().replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
      const shown = Buffer.from(mac.toLowerCase());
      if (this.keys.keysOf(PURPOSE).some((key) => sameBytes(shown, Buffer.from(macOf(key, id))))) return id;
    }
    return null;
  }
}

function macOf(key: Buffer, id: string): string {
  return createHmac('sha256', key).update(id).digest('hex').slice(0, 16);
}
