import { Injectable } from '@nestjs/common';
import { Keys } from '../common/crypto.js';
import type { Contents } from './message.js';

const PURPOSE = 'outgoing-message';

/** Address and text of a message as they rest in the database: sealed, and bound to the message's id. */
@Injectable()
export class SealedContents {
  constructor(private readonly keys: Keys) {}

  seal(id: string, contents: Contents): Buffer {
    return this.keys.seal(PURPOSE, Buffer.from(JSON.stringify(contents)), id);
  }

  /** @returns null when the box was altered or moved to another message. */
  open(id: string, sealed: Buffer): Contents | null {
    const plain = this.keys.open(PURPOSE, sealed, id);
    return plain ? (JSON.parse(plain.toString()) as Contents) : null;
  }
}
