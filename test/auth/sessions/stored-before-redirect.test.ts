// A browser follows a redirect as soon as it has its head: what the next page says must be stored by then.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import pg from 'pg';
import { testApp, type TestApp } from '../../support/app.ts';
import { citizenOf } from '../../support/people.ts';
import { signedInAs, type SignedIn } from '../../support/sign-in.ts';
import { visit } from '../../support/visit.ts';

let portal: TestApp;
let maria: SignedIn;
before(async () => {
  portal = await testApp();
  maria = await signedInAs(portal, await citizenOf(portal.db, 'maria', portal.clock.now()));
});
after(async () => portal.close());

/** Until somebody waits for a lock that another holds in this database. */
async function somebodyWaits(): Promise<void> {
  const waiting = `SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`;
  while ((await portal.db.query(waiting)).length === 0) await visit(portal.url, '/salute/viva');
}

describe('a redirect', () => {
  it('is sent only when the message for its page is stored', async () => {
    const holder = new pg.Client({ connectionString: portal.db.owner });
    await holder.connect();
    await holder.query('BEGIN; SELECT FROM session FOR UPDATE');
    let head = false;
    const form = { _csrf: maria.csrf(), comune: 'Milano' };
    const headers = { 'Content-Type': 'application/x-www-form-urlencoded', Cookie: maria.cookie };
    const body = new URLSearchParams(form).toString();
    const answer = fetch(`${portal.url}/dati/residenza`, { method: 'POST', headers, body, redirect: 'manual' });
    const arrived = answer.then(() => (head = true));
    await somebodyWaits();
    // A whole page later, the head would have come if it were on its way.
    await visit(portal.url, '/guida');
    assert.equal(head, false);
    await holder.query('COMMIT');
    await holder.end();
    await arrived;
    assert.equal((await answer).status, 303);
    const { $ } = await visit(portal.url, '/dati', { cookie: maria.cookie });
    assert.equal($('#esito').length, 1);
  });
});
