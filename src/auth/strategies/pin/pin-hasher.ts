import { argon2, randomBytes, type Argon2Parameters } from 'node:crypto';
import { promisify } from 'node:util';
import { Injectable } from '@nestjs/common';
import { sameBytes } from '../../../common/crypto.js';
import { Turns } from '../../../common/turns.js';

const derive = promisify(argon2);

/** OWASP Password Storage Cheat Sheet, argon2id: 19 MiB, 2 passes, 1 lane. pin_credential takes no other. */
const COST = { memory: 19_456, passes: 2, parallelism: 1, tagLength: 32 } as const;
const PREFIX = '$argon2id$v=19$m=19456,t=2,p=1$';
/** A hash takes about 0.1 s and one of the four threads of the pool, which files and compression need, too. */
const AT_ONCE = 2;
const MAY_WAIT = 20;

/** Hash of a PIN as text (PHC string format). */
export async function pinHash(pin: string): Promise<string> {
  const nonce = randomBytes(16);
  return `${PREFIX}${base64(nonce)}$${base64(await derive('argon2id', parameters(pin, nonce)))}`;
}

/** Checks PINs, a few at a time; more wait, and more than that are told to come back. */
@Injectable()
export class PinHasher {
  /** For people who have no PIN: checking against it takes as long, and never succeeds. */
  readonly nobody = `${PREFIX}${base64(randomBytes(16))}$${base64(randomBytes(COST.tagLength))}`;
  private readonly turns = new Turns(AT_ONCE, MAY_WAIT);

  /** @throws Unavailable when too many are waiting already */
  async matches(pin: string, hash: string): Promise<boolean> {
    return this.turns.run(async () => {
      const [nonce, tag] = hash
        .slice(PREFIX.length)
        .split('$')
        .map((part) => Buffer.from(part, 'base64'));
      if (!hash.startsWith(PREFIX) || !nonce || !tag) throw new Error('a PIN hash of another kind');
      return sameBytes(await derive('argon2id', parameters(pin, nonce)), tag);
    });
  }
}

function parameters(message: string, nonce: Buffer): Argon2Parameters {
  return { message, nonce, ...COST };
}

/** The PHC string format has no padding. */
function base64(bytes: Buffer): string {
  return bytes.toString('base64').replace(/=+$/, '');
}
