// "Segna come lette" marks what its page could show: the order of commits is not the order in which notices are written.
import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, it } from 'node:test';
import pg from 'pg';
import type { TestDatabase } from '../support/database.ts';
import { NOW, testApp, type TestApp } from '../support/app.ts';
import { addNotice, citizenOf, type Citizen } from '../support/people.ts';
import { signedInAs, type SignedIn } from '../support/sign-in.ts';
import { visit, type Answer } from '../support/visit.ts';

let portal: TestApp;
let maria: Citizen;
let luca: Citizen;
let me: SignedIn;
before(async () => {
  portal = await testApp();
  maria = await citizenOf(portal.db, 'maria', portal.clock.now());
  luca = await citizenOf(portal.db, 'luca', portal.clock.now());
  me = await signedInAs(portal, maria);
});
beforeEach(async () => {
  portal.clock.set(NOW);
  await portal.db.query('DELETE FROM notice');
});
after(() => portal.close());

const ago = (minutes: number) => ({ createdAt: portal.clock.now().subtract({ minutes }) });
const list = (query = '') => visit(portal.url, `/notifiche${query}`, { cookie: me.cookie });

/** Presses the button of a page that was shown. */
function press({ $ }: Answer): Promise<Answer> {
  const form = Object.fromEntries(
    $('form[action="/notifiche/lette"]')
      .serializeArray()
      .map(({ name, value }) => [name, value]),
  );
  return visit(portal.url, '/notifiche/lette', { cookie: me.cookie, form });
}

async function unread(): Promise<string[]> {
  const rows = await portal.db.query<{ id: string }>('SELECT id FROM notice WHERE read_at IS NULL ORDER BY id');
  return rows.map(({ id }) => id);
}

/** A notice written in a transaction of another connection, which is open until it is told to commit. */
async function meanwhile(minutes: number): Promise<{ id: string; commit: () => Promise<void> }> {
  const other = new pg.Client({ connectionString: portal.db.owner, options: '-c timezone=UTC' });
  await other.connect();
  await other.query('BEGIN');
  const query = async (sql: string, values: unknown[] = []) =>
    (
      await other.query(
        sql,
        values.map((value) => (value instanceof Temporal.Instant ? value.toString() : value)),
      )
    ).rows;
  const id = await addNotice({ query } as unknown as TestDatabase, maria, ago(minutes));
  const commit = async () => {
    await other.query('COMMIT');
    await other.end();
  };
  return { id, commit };
}

describe('marking notices as read', () => {
  for (const query of ['', '?stato=non-lette'])
    for (const minutes of [0, 5, 60])
      it(`leaves one that was written ${minutes} minutes before the page${query} and committed after it`, async () => {
        for (const earlier of [1, 10]) await addNotice(portal.db, maria, ago(earlier));
        const late = await meanwhile(minutes);
        const page = await list(query);
        await late.commit();
        assert.match((await press(page)).headers.location ?? '', /stato=(tutte|non-lette)#esito$/);
        assert.deepEqual(await unread(), [late.id]);
        assert.equal((await list()).$('main .unread').length, 1);
        await press(await list());
        assert.deepEqual(await unread(), [], 'seen since');
      });

  it('takes the pages after this one too, and nobody else’s', async () => {
    const foreign = await addNotice(portal.db, luca, ago(3));
    for (let minutes = 1; minutes <= 50; minutes++) await addNotice(portal.db, maria, ago(minutes));
    const page = await list();
    assert.equal(page.$('main .unread').length, 20);
    await press(page);
    assert.deepEqual(await unread(), [foreign]);
    const form = { _csrf: me.csrf(), stato: 'tutte', mostrate: foreign };
    await visit(portal.url, '/notifiche/lette', { cookie: me.cookie, form });
    assert.deepEqual(await unread(), [foreign]);
  });

  it('takes what an older page shows, also behind a hundred others', async () => {
    const ids: string[] = [];
    for (let minutes = 1; minutes <= 125; minutes++) ids.push(await addNotice(portal.db, maria, ago(minutes)));
    const key = encodeURIComponent(`${ago(120).createdAt.toString()}_${ids[119]}`);
    const page = await list(`?prima=${key}`);
    assert.equal(page.$('main .unread').length, 5);
    await press(page);
    assert.deepEqual(await unread(), ids.slice(100, 120).toSorted());
  });

  it('marks nothing by names that are none', async () => {
    const id = await addNotice(portal.db, maria, ago(1));
    for (const mostrate of ['', 'boh', '2026-04-01T07:00:00Z', `${id.toUpperCase()}`, `${id},${id}`, '%00']) {
      const form = { _csrf: me.csrf(), stato: 'tutte', mostrate };
      const { status } = await visit(portal.url, '/notifiche/lette', { cookie: me.cookie, form });
      assert.equal(status, 303, mostrate);
    }
    assert.deepEqual(await unread(), [id]);
  });
});
