// What a form did is said on the next page: never lost to a request of another tab, and said once.
import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, it } from 'node:test';
import pg from 'pg';
import { testApp, type TestApp } from '../../support/app.ts';
import { citizenOf } from '../../support/people.ts';
import { signedInAs, type SignedIn } from '../../support/sign-in.ts';
import { visit } from '../../support/visit.ts';

let portal: TestApp;
let maria: SignedIn;
before(async () => (portal = await testApp()));
after(async () => portal.close());
beforeEach(async () => {
  await portal.db.query('DELETE FROM session');
  maria = await signedInAs(portal, await citizenOf(portal.db, 'maria', portal.clock.now()));
});

const RESIDENCE = /comune/i;
const RESTRICTION = /limitazione/i;

const send = (path: string, fields: Record<string, string> = {}) =>
  visit(portal.url, path, { cookie: maria.cookie, form: { _csrf: maria.csrf(), ...fields } });
const saveResidence = () => send('/dati/residenza', { comune: 'Milano' });
const liftRestriction = () => send('/dati/diritti/segni/limitazione/fine');
/** The messages of a page. */
const said = async (path = '/dati') => {
  const { $ } = await visit(portal.url, path, { cookie: maria.cookie });
  const texts = $('#esito p').toArray();
  return texts.map((one) => $(one).text());
};

/** Until so many wait for a lock that another holds in this database. */
async function waiting(count: number): Promise<void> {
  const all = `SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`;
  while ((await portal.db.query(all)).length < count) await visit(portal.url, '/salute/viva');
}

describe('a message for the next page', () => {
  it('stays for it when another tab, which did not know of it, saves the session later', async () => {
    await liftRestriction();
    const holder = new pg.Client({ connectionString: portal.db.owner });
    await holder.connect();
    await holder.query('BEGIN; SELECT FROM session FOR UPDATE');
    const saved = saveResidence();
    await waiting(1);
    const other = said();
    await waiting(2);
    await holder.query('COMMIT');
    await holder.end();
    await saved;
    const [first, ...more] = await other;
    assert.ok(RESTRICTION.test(first ?? '') && more.length === 0, `the other tab's own: ${first}`);
    const [next, ...rest] = await said();
    assert.ok(RESIDENCE.test(next ?? '') && rest.length === 0, `the message that came between: ${next}`);
    assert.deepEqual(await said(), []);
  });

  it('is said with the others when several forms were sent before a page was seen, each text once', async () => {
    await liftRestriction();
    await saveResidence();
    await saveResidence();
    const texts = await said();
    assert.equal(texts.length, 2, texts.join(' '));
    assert.match(texts[0]!, RESTRICTION);
    assert.match(texts[1]!, RESIDENCE);
    assert.deepEqual(await said(), []);
  });

  it('waits for a page: an answer that shows none does not use it up', async () => {
    await saveResidence();
    assert.deepEqual(await said('/accedi'), []);
    assert.equal((await said()).length, 1);
  });

  it('costs a page without one no write', async () => {
    const written = () => portal.db.query('SELECT xmin::text FROM session');
    const earlier = await written();
    assert.deepEqual(await said('/bacheca'), []);
    assert.deepEqual(await written(), earlier);
  });
});
