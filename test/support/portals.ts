import { SpidProviders } from '#src/auth/index.js';
import { testApp, type TestApp } from './app.ts';
import { arrangeWorld, personOf, visitOf, type InventoryPage, type World } from './inventory.ts';
import { forgetfulTo } from './forgetful.ts';
import { formProvider, silentProvider } from './sign-in.ts';
import { visit, type Answer } from './visit.ts';

/** The program, as it is and in trouble, on one database full of records. */
export interface Portals {
  world: World;
  /** Visits a page of the inventory as its person, with its sources up or down. */
  open(page: InventoryPage, language?: string): Promise<Answer>;
  close(): Promise<void>;
}

export async function openPortals(): Promise<Portals> {
  const whole = await testApp();
  const world = await arrangeWorld(whole);
  const { db } = whole;
  const balancer = await forgetfulTo(db.web);
  balancer.forgetAtCommit('before');
  const others = {
    'without-providers': await testApp({ db, env: { NO_DEVELOPMENT_DOUBLES: '1', CNS_PORT: '0' } }),
    crowded: await testApp({ db, env: { MAX_CONCURRENT: '0' } }),
    'other-providers': await testApp({ db, env: UNREACHABLE_ISSUER }),
    'silent-at-commit': await testApp({
      db,
      env: { DATABASE_WEB_URL: balancer.through(db.web), DATABASE_SILENCE: '1' },
    }),
  };
  for (const provider of [formProvider, silentProvider])
    others['other-providers'].app.get(SpidProviders).add(await provider.metadata());
  return {
    world,
    open: (page, language = 'it') => open(page, language, world, page.portal ? others[page.portal] : whole),
    close: async () => {
      for (const other of Object.values(others)) await other.close();
      await balancer.close();
      await whole.close();
    },
  };
}

/** Nobody listens on port 9: the sign-in of the staff cannot begin. */
const UNREACHABLE_ISSUER = {
  OIDC_ISSUER: 'http://127.0.0.1:9',
  OIDC_CLIENT_ID: 'portale',
  OIDC_CLIENT_SECRET: 'segreto-di-prova',
};

/** Pages are visited one after the other: what is down is down for this one only. */
async function open(page: InventoryPage, language: string, world: World, portal: TestApp): Promise<Answer> {
  const { path, visit: how } = visitOf(page, world, await personOf(page, world));
  // Each try with a PIN counts: those of the pages before must not lock this one. LOCKED stays so.
  if (['at-pin', 'john-beside-luca'].includes(page.who))
    await world.portal.db.query(`DELETE FROM pin_attempt WHERE address <> repeat('x', 43)`);
  const tables = (page.down ?? []).join(', ');
  if (tables) await world.portal.db.query(`REVOKE SELECT ON ${tables} FROM myinps_web`);
  try {
    return await visit(portal.url, path, { ...how, language });
  } finally {
    if (tables) await world.portal.db.query(`GRANT SELECT ON ${tables} TO myinps_web`);
  }
}
