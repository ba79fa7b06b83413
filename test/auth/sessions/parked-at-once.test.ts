// A tab or two full of forms, sent again and again after the session ended: each is kept, and none waits for another.
import assert from 'node:assert/strict';
import { after, before, it } from 'node:test';
import pg from 'pg';
import { ParkedForms } from '#src/auth/parked-forms.js';
import { testApp, type TestApp } from '../../support/app.ts';
import { citizenOf } from '../../support/people.ts';

const MOST = 5;

let portal: TestApp;
let owner: string;
before(async () => {
  portal = await testApp();
  owner = (await citizenOf(portal.db, 'maria', portal.clock.now())).id;
});
after(async () => portal.close());

const park = () => portal.app.get(ParkedForms, { strict: false }).park(owner, '/dati/residenza', { comune: 'Roma' });
const kept = async () =>
  (await portal.db.query<{ id: string }>('SELECT id FROM parked_form ORDER BY parked_at')).map(({ id }) => id);

/** One after the other, so that it is known which are the newest. */
async function parked(count: number): Promise<void> {
  for (let number = 0; number < count; number++) {
    portal.clock.move({ milliseconds: 5 });
    await park();
  }
}

it('keeps a form although others, which it would let go of, are being deleted meanwhile', async () => {
  await parked(MOST);
  const [oldest] = await kept();
  const sweep = new pg.Client({ connectionString: portal.db.owner });
  await sweep.connect();
  await sweep.query('BEGIN');
  await sweep.query('SELECT FROM parked_form WHERE id = $1 FOR UPDATE', [oldest]);
  await parked(2);
  assert.equal((await kept()).length, MOST + 1, 'all but the one that another deletes');
  await sweep.query('ROLLBACK');
  await sweep.end();
  await parked(1);
  const left = await kept();
  assert.equal(left.length, MOST);
  assert.ok(!left.includes(oldest!));
});

it('keeps all of many that come at once', async () => {
  const answers = await Promise.allSettled(Array.from({ length: 24 }, park));
  const failed = answers.filter(({ status }) => status === 'rejected');
  assert.deepEqual(failed, []);
  await parked(1);
  assert.equal((await kept()).length, MOST);
});
