import { createHmac } from 'node:crypto';
import { sameBytes, type Keys } from '../common/crypto.js';

const PURPOSE = 'mail-return-path';
const TOKEN = /\+([0-9a-f]{32})([0-9a-f]{16})@/i;

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

  /** @returns the message that an address, or the text around one, names; null when it names none of ours. */
  messageIn(text: string): string | null {
    const [, hex = '', mac = ''] = TOKEN.exec(text) ?? [];
    const id = hex.toLowerCase().replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
    const shown = Buffer.from(mac.toLowerCase());
    const ours = hex !== '' && this.keys.keysOf(PURPOSE).some((key) => sameBytes(shown, Buffer.from(macOf(key, id))));
    return ours ? id : null;
  }
}

function macOf(key: Buffer, id: string): string {
  return createHmac('sha256', key).update(id).digest('hex').slice(0, 16);
}
