import { createHash, generateKeyPairSync, randomBytes, sign, timingSafeEqual, type KeyObject } from 'node:crypto';

/** A key of the provider's own, made when it starts: whoever trusts it reads it from its JWKS. */
export interface SigningKey {
  id: string;
  privateKey: KeyObject;
  /** As published (RFC 7517). */
  jwk: object;
}

export function newKey(): SigningKey {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const id = randomBytes(8).toString('base64url');
  return { id, privateKey, jwk: { ...publicKey.export({ format: 'jwk' }), kid: id, use: 'sig', alg: 'RS256' } };
}

/** A JSON Web Token signed with RS256 (RFC 7515). */
export function signedToken(claims: object, key: SigningKey): string {
  const head = encoded({ alg: 'RS256', kid: key.id, typ: 'JWT' });
  const body = `${head}.${encoded(claims)}`;
  return `${body}.${sign('sha256', Buffer.from(body), key.privateKey).toString('base64url')}`;
}

/** Whether a verifier is the one whose SHA-256 was the challenge (RFC 7636, 4.6). */
export function provesChallenge(verifier: string, challenge: string): boolean {
  if (!/^[A-Za-z0-9._~-]{43,128}$/.test(verifier)) return false;
  return sameText(createHash('sha256').update(verifier).digest('base64url'), challenge);
}

export function sameText(a: string, b: string): boolean {
  const [one, other] = [Buffer.from(a), Buffer.from(b)];
  return one.length === other.length && timingSafeEqual(one, other);
}

function encoded(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}
