// Brings the schema and the reference data of DATABASE_URL to the present, before a release is served.
import { readArguments } from '../lib/arguments.ts';
import { migrate } from '../lib/database.ts';
import { openOwner } from '../lib/open-database.ts';
import { seedReference } from '../lib/seed-reference.ts';
import { progress } from '../lib/setup.mjs';

export async function run(args: string[]): Promise<number> {
  readArguments(args, 'migrate', {});
  const { owner } = await openOwner(progress);
  await migrate(owner, progress);
  await seedReference(owner, progress);
  progress('the database is up to date');
  return 0;
}
