// Takes a list of offices in, on the database of this machine or the one that DATABASE_URL names, as its owner.
import { readFile } from 'node:fs/promises';
import { importOffices } from '#src/appointments/office-import.js';
import { SlotReleaseRepository } from '#src/appointments/slot-release.repository.js';
import { HORIZON_DAYS } from '#src/appointments/slot-generation.rules.js';
import { releases } from '#src/appointments/slots.seed.js';
import { romeInstant } from '#src/common/calendar.js';
import { romeDate, SystemClock } from '#src/common/clock.js';
import { asOwner, migrate, type Progress } from './database.ts';
import { openDatabase } from './open-database.ts';
import { queryOf } from './query.ts';
import { seedReference } from './seed-reference.ts';

type Query = ReturnType<typeof queryOf>;

/** @returns the exit code: 0 taken in, 1 something is wrong and nothing was changed */
export async function importOfficesFile(file: string, progress: Progress): Promise<number> {
  let bytes: Buffer;
  try {
    bytes = await readFile(file);
  } catch {
    console.error(`Il file ${file} non si può leggere.`);
    return 1;
  }
  const database = await openDatabase(progress);
  try {
    await migrate(database.urls.owner, progress);
    await seedReference(database.urls.owner, progress);
    return await asOwner(database.urls.owner, (client) =>
      importBytes(queryOf(client), bytes, new SystemClock().now(), progress),
    );
  } finally {
    await database.close();
  }
}

async function importBytes(query: Query, bytes: Buffer, now: Temporal.Instant, progress: Progress): Promise<number> {
  const result = await importOffices(query, bytes, { today: romeDate(now), progress });
  if (!result.ok) {
    for (const { line, message } of result.problems) console.error(`riga ${line}: ${message}`);
    console.error(`\n${result.problems.length} errori: non è stato cambiato niente.`);
    return 1;
  }
  await renewSlots(query, result.closed, now, progress);
  const toMove = await bookedAt(query, result.closed, now);
  progress(`${result.offices} sedi importate, ${result.closed.length} chiuse`);
  if (toMove > 0) progress(`attenzione: ${toMove} appuntamenti in sedi chiuse, da spostare`);
  return 0;
}

/** The agendas follow the new hours and channels at once; seats taken stay, and closed offices give no more. */
async function renewSlots(query: Query, closed: string[], now: Temporal.Instant, progress: Progress): Promise<void> {
  const slots = new SlotReleaseRepository({
    query: async <R>(sql: string, parameters?: unknown[]) => (await query(sql, parameters)).rows as R[],
  });
  const batches = releases(await slots.plans(romeDate(now).toString()), now);
  for (const [done, batch] of batches.entries()) {
    await slots.write(batch);
    await slots.withdraw(batch);
    if (done % 10 === 9 || done + 1 === batches.length)
      progress(`agende: ${done + 1} gruppi di sedi su ${batches.length}`);
  }
  const to = romeInstant(romeDate(now).add({ days: HORIZON_DAYS + 1 }));
  await slots.withdraw({ offices: closed, from: now, to, runs: [] });
}

async function bookedAt(query: Query, offices: string[], now: Temporal.Instant): Promise<number> {
  const { rows } = await query(
    'SELECT coalesce(sum(booked), 0)::int AS booked FROM slot WHERE office_id = ANY ($1::text[]) AND start_at > $2',
    [offices, now],
  );
  return Number(rows[0]?.booked ?? 0);
}
