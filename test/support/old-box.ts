import { createCipheriv, hkdfSync, randomBytes } from 'node:crypto';

/** A box as the first releases made it, written down here so that they stay readable whatever crypto.ts becomes. */
export function oldBox(secret: string, purpose: string, plain: Buffer, context: string): Buffer {
  const nonce = randomBytes(12);
  const key = Buffer.from(hkdfSync('sha256', secret, 'myinps', purpose, 32));
  const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(Buffer.from(context));
  const body = Buffer.concat([cipher.update(plain), cipher.final()]);
  return Buffer.concat([nonce, cipher.getAuthTag(), body]);
}
