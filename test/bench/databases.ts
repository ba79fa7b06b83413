// The databases of the benchmark: one of the sizes asked for, and a copy of it with more citizens and notices.
import path from 'node:path';
import { asOwner, ensureRoles, migrate, type Progress, type Urls } from '../../scripts/lib/database.ts';
import { openDatabase, withLogin } from '../../scripts/lib/open-database.ts';
import { derived, embeddedPostgres } from '../../scripts/lib/postgres.mjs';
import type { BenchOptions } from './options.ts';
import { seedBench } from './seed.ts';

export interface BenchDatabase {
  name: string;
  urls: Urls;
}

/** Opens the embedded database with the durable settings of production, and fills what is missing. */
export async function openBench(options: BenchOptions, progress: Progress): Promise<BenchDatabase[]> {
  const { urls } = await openDatabase(progress);
  await migrate(urls.owner, progress);
  await seedBench(urls.owner, options, progress);
  const databases = [{ name: 'plain', urls }];
  if (options.grow > 1 && !process.env.DATABASE_URL) databases.push(await grown(urls, options, progress));
  return databases;
}

/** A copy with `grow` times the citizens and notices, and the same offices, slots and appointments. */
async function grown(urls: Urls, options: BenchOptions, progress: Progress): Promise<BenchDatabase> {
  const name = `myinps_x${options.grow}`;
  const server = await embeddedPostgres({ dataDir: path.resolve(process.env.DATA_DIR ?? '.data'), progress });
  await asOwner(server.superuserUrl('postgres'), async (client) => {
    const known = await client.query('SELECT 1 FROM pg_database WHERE datname = $1', [name]);
    if (known.rowCount === 0) await client.query(`CREATE DATABASE ${name} TEMPLATE myinps OWNER myinps_owner`);
  });
  const logins = await ensureRoles(server.superuserUrl('postgres'), server.secret);
  const as = (user: string, password: string) => withLogin(urls.owner, user, password, name);
  const copy = {
    owner: as('myinps_owner', derived(server.secret, 'myinps_owner')),
    web: as(logins.web.user, logins.web.password),
    worker: as(logins.worker.user, logins.worker.password),
  };
  await migrate(copy.owner, progress);
  const more = { ...options, citizens: options.citizens * options.grow, notices: options.notices * options.grow };
  await seedBench(copy.owner, more, (text) => progress(`×${options.grow}: ${text}`));
  return { name: `×${options.grow}`, urls: copy };
}
