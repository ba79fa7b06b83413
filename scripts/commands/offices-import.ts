// Takes the institute's own list of offices in (docs/data.md says the columns), as the owner. Every row is checked; when
// one is wrong nothing is changed, and every error is said with its line.
import { readFile } from 'node:fs/promises';
import { importOffices } from '#src/appointments/office-import.js';
import { SlotReleaseRepository } from '#src/appointments/slot-release.repository.js';
import { HORIZON_DAYS } from '#src/appointments/slot-generation.rules.js';
import { releases } from '#src/appointments/slots.seed.js';
import { romeInstant } from '#src/common/calendar.js';
import { romeDate, SystemClock } from '#src/common/clock.js';
import { readArguments, type FileNamed } from '../lib/arguments.ts';
import { asOwner, migrate } from '../lib/database.ts';
import { openOwner } from '../lib/open-database.ts';
import { queryOf } from '../lib/query.ts';
import { seedReference } from '../lib/seed-reference.ts';
import { progress } from '../lib/setup.mjs';

type Query = ReturnType<typeof queryOf>;

/** @returns the exit code: 0 taken in, 1 something is wrong and nothing was changed */
export async function run(args: string[], file: FileNamed): Promise<number> {
  const { positionals } = readArguments(args, 'offices:import FILE.csv', {}, { least: 1 });
  const bytes = await readFile(file(positionals[0]!));
  const { owner } = await openOwner(progress);
  await migrate(owner, progress);
  await seedReference(owner, progress);
  return asOwner(owner, (client) => importBytes(queryOf(client), bytes, new SystemClock().now()));
}

async function importBytes(query: Query, bytes: Buffer, now: Temporal.Instant): Promise<number> {
  const result = await importOffices(query, bytes, { today: romeDate(now), progress });
  if (!result.ok) {
    for (const { line, message } of result.problems) console.error(`riga ${line}: ${message}`);
    console.error(`\n${result.problems.length} errori: non è stato cambiato niente.`);
    return 1;
  }
  await renewSlots(query, result.closed, now);
  const toMove = await bookedAt(query, result.closed, now);
  progress(`${result.offices} sedi importate, ${result.closed.length} chiuse`);
  if (toMove > 0) progress(`attenzione: ${toMove} appuntamenti in sedi chiuse, da spostare`);
  return 0;
}

/** The agendas follow the new hours and channels at once; seats taken stay, and closed offices give no more. */
async function renewSlots(query: Query, closed: string[], now: Temporal.Instant): Promise<void> {
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
