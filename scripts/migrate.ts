// `npm run migrate`: brings the schema and the reference data of DATABASE_URL to the present, before a release is served.
import { migrate } from './lib/database.ts';
import { openDatabase } from './lib/open-database.ts';
import { seedReference } from './lib/seed-reference.ts';
import { progress } from './lib/setup.mjs';

const database = await openDatabase(progress);
await migrate(database.urls.owner, progress);
await seedReference(database.urls.owner, progress);
await database.close();
progress('the database is up to date');
