import { seedPlaces } from '#src/places/index.js';
import { seedConsentTexts } from '#src/profile/consents/consent-texts.seed.js';
import { locked, type Progress } from './database.ts';
import { queryOf } from './query.ts';

/** Reference data, which production has too: the comuni of Italy, the words of the consents. */
export async function seedReference(ownerUrl: string, progress: Progress): Promise<void> {
  await locked(ownerUrl, async (client) => {
    const query = queryOf(client);
    await seedPlaces(query, progress);
    await seedConsentTexts(query);
  });
}
