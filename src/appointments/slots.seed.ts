import { romeDate } from '../common/clock.js';
import { romeInstant } from '../common/calendar.js';
import { isHolidayAt } from './holidays.js';
import { HORIZON_DAYS, slotRuns } from './slot-generation.rules.js';
import { SlotReleaseRepository, type PlannedOffice, type Release } from './slot-release.repository.js';

/** One statement on the owner's connection. */
type Query = (sql: string, parameters?: unknown[]) => Promise<{ rows: Record<string, unknown>[] }>;

const OFFICES_PER_BATCH = 40;

/** The first slots of a new portal, from today to the horizon. Does nothing where the last days are released already. */
export async function seedSlots(query: Query, now: Temporal.Instant, progress: (text: string) => void): Promise<void> {
  const slots = new SlotReleaseRepository({
    query: async <R>(sql: string, parameters?: unknown[]) => (await query(sql, parameters)).rows as R[],
  });
  // Three days back from the horizon there is a working day, whatever the weekend.
  if (await slots.hasSlotsFrom(romeInstant(romeDate(now).add({ days: HORIZON_DAYS - 3 })))) return;
  const batches = releases(await slots.plans(romeDate(now).toString()), now);
  let written = 0;
  for (const [done, release] of batches.entries()) {
    written += await slots.write(release);
    progress(`${done + 1}/${batches.length}: ${written} orari prenotabili`);
  }
}

/** What must be there from today to the horizon, a few offices at a time. */
export function releases(offices: readonly PlannedOffice[], now: Temporal.Instant): Release[] {
  const today = romeDate(now);
  const days = Array.from({ length: HORIZON_DAYS + 1 }, (_, ahead) => today.add({ days: ahead }));
  const batches: Release[] = [];
  for (let first = 0; first < offices.length; first += OFFICES_PER_BATCH) {
    const batch = offices.slice(first, first + OFFICES_PER_BATCH);
    batches.push({
      offices: batch.map(({ id }) => id),
      from: romeInstant(today),
      to: romeInstant(today.add({ days: HORIZON_DAYS + 1 })),
      runs: batch.flatMap((office) =>
        days.flatMap((day) => slotRuns(office, day, isHolidayAt(office.comune, office.province, day))),
      ),
    });
  }
  return batches;
}
