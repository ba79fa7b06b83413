import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, beforeEach, describe, it } from 'node:test';
import { Database } from '#src/common/database.js';
import { Jobs } from '#src/common/jobs.js';
import { keptUntil, overBefore, retentionRule } from '#src/common/retention.js';
import { ParkedForms } from '#src/auth/parked-forms.js';
import { TOMBSTONE } from '#src/auth/session.rules.js';
import { PinSweepJob } from '#src/auth/strategies/pin/pin-sweep.job.js';
import { SamlSweepJob } from '#src/auth/saml/index.js';
import { SweepJob } from '#src/auth/sweep.job.js';
import { NOW, testApp, type TestApp } from '../support/app.ts';
import { citizenOf, type Citizen } from '../support/people.ts';
import { signIn } from '../support/saml/journey.ts';

/** Sweepers keep to the periods that the privacy notice, the copy of the data and /operatore/conservazione show. */
let portal: TestApp;
let maria: Citizen;
before(async () => {
  portal = await testApp({ env: { ROLE: 'all' } });
  await portal.app.get(Jobs).beforeApplicationShutdown();
  maria = await citizenOf(portal.db, 'maria', portal.clock.now());
});
after(() => portal.close());
beforeEach(() => void portal.clock.set(NOW));

const MOMENT = { milliseconds: 1 } as const;

const swept = (job: { run(): Promise<void> }) => portal.app.get(Database).asWorker(() => job.run());
const count = async (from: string) =>
  (await portal.db.query<{ n: number }>(`SELECT count(*)::int AS n FROM ${from}`))[0]!.n;

describe('the sweeper of', () => {
  it('sessions forgets one that ended when its rule says, which is when the program stops remembering it', async () => {
    assert.deepEqual(retentionRule('sessions').keep, TOMBSTONE);
    const edge = overBefore(retentionRule('sessions'), portal.clock.now());
    for (const [byte, expiry] of [
      [1, edge],
      [2, edge.subtract(MOMENT)],
    ] as const)
      await portal.db.query('SELECT session_write($1, $2, $3, $4, $5, $6, $7, $7)', [
        Buffer.alloc(32, byte),
        maria.id,
        `key ${byte}`,
        { level: 2 },
        'spid',
        expiry.subtract({ hours: 1 }),
        expiry,
      ]);
    await swept(portal.app.get(SweepJob, { strict: false }));
    assert.deepEqual(
      (await portal.db.query<{ hash: Buffer }>('SELECT token_hash AS hash FROM session')).map(({ hash }) => hash[0]),
      [1],
    );
  });

  it('forms forgets one when its rule says', async () => {
    await portal.app.get(ParkedForms, { strict: false }).park(maria.id, '/dati', { nome: 'Maria' });
    const until = keptUntil(retentionRule('forms'), portal.clock.now());
    portal.clock.set(until.subtract(MOMENT).toString());
    await swept(portal.app.get(SweepJob, { strict: false }));
    assert.equal(await count('parked_form'), 1);
    portal.clock.set(until.toString());
    await swept(portal.app.get(SweepJob, { strict: false }));
    assert.equal(await count('parked_form'), 0);
  });

  for (const [id, outcome] of [
    ['sign-in-attempts', 'ok'],
    ['sign-in-failures', 'wrong-pin'],
  ] as const)
    it(`tries of a PIN forgets those of "${outcome}" when the rule ${id} says`, async () => {
      await portal.db.query('DELETE FROM pin_attempt');
      const edge = overBefore(retentionRule(id), portal.clock.now());
      const [stays, goes] = [randomUUID(), randomUUID()];
      for (const [row, at] of [
        [stays, edge],
        [goes, edge.subtract(MOMENT)],
      ] as const)
        await portal.db.query(
          `INSERT INTO pin_attempt (id, person, address, at, outcome) VALUES ($1, repeat('p', 43), repeat('a', 43), $2, $3)`,
          [row, at, outcome],
        );
      await swept(portal.app.get(PinSweepJob, { strict: false }));
      assert.deepEqual(await portal.db.query('SELECT id FROM pin_attempt'), [{ id: stays }]);
    });

  it('exchanges with providers forgets one when its rule says', async () => {
    await signIn(portal.browser());
    const until = keptUntil(retentionRule('spid'), portal.clock.now());
    portal.clock.set(until.toString());
    await swept(portal.app.get(SamlSweepJob, { strict: false }));
    assert.equal(await count('saml_exchange'), 1);
    portal.clock.move(MOMENT);
    await swept(portal.app.get(SamlSweepJob, { strict: false }));
    assert.equal(await count('saml_exchange'), 0);
  });
});
