import { randomUUID } from 'node:crypto';
import { Keys } from '#src/common/crypto.js';
import { EXPORT_KEY } from '#src/profile/export/export-maker.service.js';
import { CHUNK_BYTES, chunkContext } from '#src/profile/export/export.rules.js';
import type { TestApp } from './app.ts';
import type { Citizen } from './people.ts';
import { signedInAs, type SignedIn } from './sign-in.ts';

/** People whose last copy of all their data is at each stage; whoever has none yet is Luca. */
export const COPY_STATES = ['asked', 'making', 'ready', 'failed', 'expired', 'deleted'] as const;
export type CopyState = (typeof COPY_STATES)[number];
export type CopyOwner = `copy-${CopyState}`;

export interface Copies {
  people: Record<CopyOwner, SignedIn>;
  /** Ids of the copies. */
  ids: Record<CopyState, string>;
}

/** One person for each stage, the file itself left out. */
export async function arrangeCopies(portal: TestApp, like: Citizen): Promise<Copies> {
  const made = await Promise.all(
    COPY_STATES.map(async (state) => [state, await arrange(portal, like, state)] as const),
  );
  return {
    people: Object.fromEntries(made.map(([state, { owner }]) => [`copy-${state}`, owner])) as Copies['people'],
    ids: Object.fromEntries(made.map(([state, { id }]) => [state, id])) as Copies['ids'],
  };
}

async function arrange(portal: TestApp, like: Citizen, state: CopyState): Promise<{ owner: SignedIn; id: string }> {
  const { db, clock } = portal;
  const [person, id, now] = [randomUUID(), randomUUID(), clock.now()];
  await db.query(
    `INSERT INTO citizen (id, identity_key, name, family_name, said_at, created_at, updated_at) VALUES ($1, $2, 'Ada', 'Neri', $3, $3, $3)`,
    [person, `eidas:XX/IT/copia-${state}`, now],
  );
  const made = state === 'ready' || state === 'deleted' || state === 'expired';
  const ready = made ? now.subtract({ hours: state === 'expired' ? 200 : 30 }) : null;
  const over = ready?.add({ hours: 168 }) ?? null;
  const ended = { asked: null, making: null, ready: null, failed: now, expired: over, deleted: now }[state];
  await db.query(
    `INSERT INTO data_export (id, citizen_id, language, state, asked_at, due_at, parts_done, parts_total, bytes, ready_at, expires_at, downloaded_at, ended_at)
     VALUES ($1, $2, 'it', $3, $4, $4, $5, 9, ${SIZE}, $6, $7, $8, $9)`,
    [
      id,
      person,
      state,
      (ready ?? now).subtract({ minutes: 4 }),
      state === 'making' ? 3 : 0,
      ready,
      over,
      state === 'ready' ? now.subtract({ hours: 2 }) : null,
      ended,
    ],
  );
  if (state === 'ready') await addFile(portal, id, person);
  return { owner: await signedInAs(portal, { ...like, id: person, name: 'Ada', familyName: 'Neri' }), id };
}

const SIZE = 1_234_567;

/** A file of the size that the page says, in pieces as the worker seals them. */
async function addFile({ app, db }: TestApp, id: string, person: string): Promise<void> {
  const pieces = Math.ceil(SIZE / CHUNK_BYTES);
  for (let number = 0; number < pieces; number++) {
    const piece = Buffer.alloc(Math.min(CHUNK_BYTES, SIZE - number * CHUNK_BYTES));
    const sealed = app.get(Keys).seal(EXPORT_KEY, piece, chunkContext(id, number));
    await db.query('INSERT INTO export_chunk (export_id, number, citizen_id, sealed) VALUES ($1, $2, $3, $4)', [
      id,
      number,
      person,
      sealed,
    ]);
  }
  await db.query('UPDATE data_export SET chunks = $2 WHERE id = $1', [id, pieces]);
}
