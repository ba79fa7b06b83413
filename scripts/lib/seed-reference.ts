import { seedPlaces } from '#src/places/index.js';
import { locked, type Progress } from './database.ts';
import { queryOf } from './query.ts';

/** Reference data, which production has too: the comuni of Italy. */
export async function seedReference(ownerUrl: string, progress: Progress): Promise<void> {
  await locked(ownerUrl, async (client) => seedPlaces(queryOf(client), progress));
}
