import { randomBytes } from 'node:crypto';
import { decrypted, encrypted, type Keys } from './crypto.js';

/**
 * Documents in envelopes: each has a data key of its own, which is kept sealed beside it. A rotation of the secret
 * seals the data key anew and never touches the document (a few bytes instead of megabytes); erasing the sealed data
 * key makes every copy of the document unreadable, those in backups too, once the backups of the key are over.
 */
export interface SealedDocument {
  /** The data key, sealed: a box of Keys with the purpose DOCUMENT_KEY, for the list in sealed-columns.ts. */
  key: Buffer;
  body: Buffer;
}

/** What a document is bound to: moved to another row or another person it does not open. */
export interface DocumentOf {
  /** The id of the document. */
  document: string;
  /** The id of the citizen whose it is. */
  owner: string;
}

/** Purpose of the key that seals data keys (the key-encryption key). */
export const DOCUMENT_KEY = 'document-key';

/** The context under which a data key is sealed; the registry of sealed columns says it the same way. */
export function documentContext({ document, owner }: DocumentOf): string {
  return `${document}:${owner}`;
}

export function sealDocument(keys: Keys, plain: Buffer, of: DocumentOf): SealedDocument {
  const dataKey = randomBytes(32);
  return {
    key: keys.seal(DOCUMENT_KEY, dataKey, documentContext(of)),
    body: encrypted(dataKey, plain, bodyData(of)),
  };
}

/** @returns the document, or null when it, its key or its owner is another, or when the key was erased. */
export function openDocument(keys: Keys, { key, body }: { key: Buffer | null; body: Buffer }, of: DocumentOf) {
  const dataKey = key && keys.open(DOCUMENT_KEY, key, documentContext(of));
  return dataKey && decrypted(dataKey, body, bodyData(of));
}

function bodyData(of: DocumentOf): Buffer {
  return Buffer.from(`document\0${documentContext(of)}`);
}
