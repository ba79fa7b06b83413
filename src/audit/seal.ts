import { createHmac } from 'node:crypto';

/** Purpose of the key in Keys (common/crypto.ts): kept outside the database, so that its owner cannot seal anew. */
export const SEAL_KEY = 'audit-seal';

/** An entry with everything that is sealed of it; details as PostgreSQL writes them as text. */
export interface Sealable {
  id: number;
  at: Temporal.Instant;
  action: string;
  kind: string;
  subject: string | null;
  actor_kind: string;
  actor: string;
  office: string | null;
  object_id: string | null;
  purpose: string;
  details: string;
}

/** What a link says, but for its code. */
export interface Link {
  position: number;
  entryId: number;
  entryAt: Temporal.Instant;
  digest: Buffer;
  sealedAt: Temporal.Instant;
}

/** What the first link follows. */
export const BEFORE_THE_FIRST = Buffer.alloc(32);

/**
 * The keyed digest of an entry. It stays in the link when the month of the entry goes, so that the chain can still be
 * followed; without the key nothing can be guessed from it.
 */
export function digestOf(key: Buffer, entry: Sealable): Buffer {
  const { id, at, action, kind, subject, actor_kind, actor, office, object_id, purpose, details } = entry;
  const form = [
    id,
    at.epochMilliseconds,
    action,
    kind,
    subject,
    actor_kind,
    actor,
    office,
    object_id,
    purpose,
    details,
  ];
  return createHmac('sha256', key)
    .update(`entry ${JSON.stringify(form)}`)
    .digest();
}

/** What a link says of an entry that was gone before its seal: the chain goes on, and tells of it for good. */
export function digestOfLost(key: Buffer, { id, at }: Pick<Sealable, 'id' | 'at'>): Buffer {
  return createHmac('sha256', key)
    .update(`lost ${JSON.stringify([id, at.epochMilliseconds])}`)
    .digest();
}

/** The code of a link: over the one before it, its position and what it says, so that none can be taken out or moved. */
export function macOf(key: Buffer, before: Buffer, { position, entryId, entryAt, digest, sealedAt }: Link): Buffer {
  const form = [position, entryId, entryAt.epochMilliseconds, sealedAt.epochMilliseconds];
  return createHmac('sha256', key).update('link ').update(before).update(digest).update(JSON.stringify(form)).digest();
}
