import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, it } from 'node:test';
import { load } from 'cheerio';
import { system } from '#src/common/actor.js';
import { Keys } from '#src/common/crypto.js';
import { Metrics } from '#src/common/metrics.js';
import { BounceListeners, type Channel } from '#src/transport/index.js';
import { SealedContents } from '#src/transport/contents.js';
import { DeliveryRepository } from '#src/transport/delivery.repository.js';
import { LANES } from '#src/transport/lane.js';
import type { Verdict } from '#src/transport/roads.js';
import { testApp, type TestApp } from '../support/app.ts';
import { forgetEntries } from '../support/audit.ts';
import { citizenOf, type Citizen } from '../support/people.ts';
import { deliveryOf, worker } from '../support/post.ts';
import { until } from '../support/process.ts';
import { signedInAs } from '../support/sign-in.ts';
import { attempts, message, row, ScriptedRoad, send } from './support.ts';

const SENT: Verdict = { outcome: 'inviata', code: '250' };
const LATER: Verdict = { outcome: 'errore temporaneo', code: '4.3.0' };
const UNKNOWN: Verdict = { outcome: 'incerta', code: 'ETIMEDOUT' };

let portal: TestApp;
let person: Citizen;
let maria: string;
const told: string[] = [];
const closing: (() => Promise<void>)[] = [];
before(async () => {
  portal = await testApp();
  person = await citizenOf(portal.db, 'maria', portal.clock.now());
  maria = person.id;
  portal.app.get(BounceListeners, { strict: false }).register({
    bounced: async (subject, channel, address) => void told.push(`${subject} ${channel} ${address}`),
  });
});
beforeEach(async () => {
  told.length = 0;
  await portal.db.query('DELETE FROM outgoing_message');
});
after(async () => {
  for (const close of closing) await close();
  await portal.close();
});

/** A worker whose roads answer as told. */
async function workerWith(...verdicts: ConstructorParameters<typeof ScriptedRoad>) {
  const road = new ScriptedRoad(...verdicts);
  const { delivery, reports, close, db } = await deliveryOf(portal, { email: road, sms: road });
  closing.push(close);
  return { road, delivery, reports, db };
}

/** As a worker that dies between its attempt and the record of its result. */
async function takenByOneThatDies(): Promise<void> {
  const { db } = await worker(portal);
  const now = portal.clock.now();
  await db.actingAs(system('delivery'), async () => {
    for (const lane of LANES) await new DeliveryRepository(db).take(lane, now, now.add({ seconds: 90 }), 10);
  });
}

describe('an attempt', () => {
  it('is written and committed before the call, and its result after it', async () => {
    const id = await send(portal, message(maria));
    let during: unknown[] = [];
    const { delivery } = await workerWith(async () => {
      during = [(await row(portal, id)).state, await attempts(portal, id)];
      return SENT;
    });
    await delivery.deliverDue();
    assert.deepEqual(during, ['in invio', [null]]);
    assert.deepEqual([(await row(portal, id)).state, await attempts(portal, id)], ['inviata', ['inviata 250']]);
  });

  it('is made with no connection held: as many as there are can wait for the other side', async () => {
    for (let i = 0; i < 10; i++) await send(portal, message(maria));
    let measured = -1;
    let all = (): void => {};
    const everybody = new Promise<void>((done) => (all = done));
    const { delivery, road } = await workerWith(async () => {
      if (road.handed.length < 10) await everybody;
      else {
        // The look itself is in units of its own meanwhile: they end, whoever waits for the other side.
        await until(async () => {
          const [open] = await portal.db.query<{ n: number }>(
            `SELECT count(*)::int AS n FROM pg_stat_activity WHERE datname = current_database() AND state LIKE 'idle in transaction%'`,
          );
          return (measured = open!.n) === 0;
        }, 'nobody holds a connection');
        all();
      }
      return SENT;
    });
    await delivery.deliverDue();
    assert.deepEqual([road.handed.length, measured], [10, 0]);
  });

  it('that failed for now is repeated later and later, and not before', async () => {
    const id = await send(portal, message(maria));
    const { delivery, road } = await workerWith(LATER, LATER, SENT);
    await delivery.deliverDue();
    await delivery.deliverDue();
    assert.deepEqual([road.handed.length, (await row(portal, id)).state], [1, 'errore temporaneo']);
    portal.clock.move({ seconds: 5 });
    await delivery.deliverDue();
    portal.clock.move({ seconds: 5 });
    await delivery.deliverDue();
    assert.equal(road.handed.length, 2);
    portal.clock.move({ seconds: 10 });
    await delivery.deliverDue();
    assert.deepEqual(await attempts(portal, id), ['errore temporaneo 4.3.0', 'errore temporaneo 4.3.0', 'inviata 250']);
    assert.equal((await row(portal, id)).state, 'inviata');
  });

  it('waits as long as the other side asks, when that is longer', async () => {
    const id = await send(portal, message(maria, { channel: 'sms' }));
    const { delivery } = await workerWith({ outcome: 'errore temporaneo', code: '429', retryAfterSeconds: 120 }, SENT);
    await delivery.deliverDue();
    portal.clock.move({ seconds: 119 });
    await delivery.deliverDue();
    assert.equal((await row(portal, id)).attempts, 1);
    portal.clock.move({ seconds: 1 });
    await delivery.deliverDue();
    assert.equal((await row(portal, id)).state, 'inviata');
  });

  it('is given up after a day of failures, without blaming the address', async () => {
    const id = await send(portal, message(maria));
    const { delivery, road } = await workerWith(LATER);
    for (let i = 0; i < 15; i++) {
      await delivery.deliverDue();
      portal.clock.move({ hours: 8 });
    }
    const { state, sealed } = await row(portal, id);
    assert.deepEqual([road.handed.length, state, sealed], [12, 'errore definitivo', null]);
    assert.deepEqual(told, []);
  });

  it('that finds the address wrong tells whoever keeps contacts, once, and forgets it', async () => {
    const id = await send(portal, message(maria, { to: 'sbagliata@posta.example' }));
    const { delivery } = await workerWith({ outcome: 'errore definitivo', code: '5.1.1', wrongAddress: true });
    await delivery.deliverDue();
    await delivery.deliverDue();
    const { state, sealed } = await row(portal, id);
    assert.deepEqual([state, sealed, told], ['errore definitivo', null, [`${maria} email sbagliata@posta.example`]]);
  });

  it('that fails for good for another reason tells nobody', async () => {
    const id = await send(portal, message(maria));
    const { delivery } = await workerWith({ outcome: 'errore definitivo', code: '5.7.1', wrongAddress: false });
    await delivery.deliverDue();
    const { state, sealed } = await row(portal, id);
    assert.deepEqual([state, sealed, told], ['errore definitivo', null, []]);
  });

  it('is not made on a road that is off, and says so', async () => {
    const id = await send(portal, message(maria, { channel: 'sms' }));
    const { delivery, close } = await deliveryOf(portal, { email: null, sms: null });
    await delivery.deliverDue();
    await close();
    assert.deepEqual(await attempts(portal, id), ['errore definitivo off']);
  });

  it('that throws does not stop the others, and is taken over later', async () => {
    const [first, second] = [await send(portal, message(maria)), await send(portal, message(maria))];
    const { delivery } = await workerWith(() => Promise.reject(new Error('a mistake of ours')), SENT);
    await delivery.deliverDue();
    const states = [(await row(portal, first)).state, (await row(portal, second)).state];
    assert.deepEqual(states.toSorted(), ['in invio', 'inviata']);
    portal.clock.move({ seconds: 90 });
    await delivery.deliverDue();
    portal.clock.move({ seconds: 5 });
    await delivery.deliverDue();
    assert.deepEqual([(await row(portal, first)).state, (await row(portal, second)).state], ['inviata', 'inviata']);
  });
});

describe('the access record', () => {
  const entries = () =>
    portal.db.query(
      `SELECT action, kind, who, actor, purpose, subject, object_id, details FROM audit_entry WHERE action = 'messages.sent'`,
    );

  it('says which system used which sort of contact, once a message was handed over', async () => {
    await forgetEntries(portal.db);
    const [mail, sms] = [await send(portal, message(maria)), await send(portal, message(maria, { channel: 'sms' }))];
    const { delivery } = await workerWith(SENT);
    await delivery.deliverDue();
    const entry = { action: 'messages.sent', kind: 'sent', who: 'system', actor: 'delivery', purpose: 'delivery' };
    const expected = [
      { ...entry, subject: maria, object_id: mail, details: { channel: 'email' } },
      { ...entry, subject: maria, object_id: sms, details: { channel: 'sms' } },
    ];
    const byObject = (a: { object_id: string }, b: { object_id: string }) => a.object_id.localeCompare(b.object_id);
    assert.deepEqual(
      ((await entries()) as (typeof expected)[number][]).toSorted(byObject),
      expected.toSorted(byObject),
    );
  });

  it('shows it to the person under "Messaggi inviati"', async () => {
    await forgetEntries(portal.db);
    await send(portal, message(maria));
    const { delivery } = await workerWith(SENT);
    await delivery.deliverDue();
    const { browser } = await signedInAs(portal, person);
    const shown = async (what: string) =>
      load((await browser.get(`/dati/accessi?cosa=${what}`).expect(200)).text)('main tbody').text();
    assert.match(await shown('invii'), /Messaggio inviato a un tuo recapito/);
    assert.match(await shown('invii'), /Il sistema che invia e-mail e SMS/);
    assert.doesNotMatch(await shown('letture'), /Messaggio inviato/);
  });

  it('says nothing of an attempt that failed, nor of a late answer that does not count', async () => {
    await forgetEntries(portal.db);
    await send(portal, message(maria));
    const { delivery } = await workerWith(LATER, UNKNOWN, { outcome: 'errore definitivo', code: '5.7.1' });
    for (let i = 0; i < 3; i++) {
      await delivery.deliverDue();
      portal.clock.move({ hours: 1 });
    }
    assert.deepEqual(await entries(), []);
  });

  it('and the result are written together: without the one there is not the other', async () => {
    await forgetEntries(portal.db);
    const id = await send(portal, message(maria));
    await portal.db.query(`ALTER TABLE audit_entry ADD CONSTRAINT no_more CHECK (action <> 'messages.sent') NOT VALID`);
    try {
      const { delivery } = await workerWith(SENT);
      await delivery.deliverDue();
      assert.deepEqual([(await row(portal, id)).state, await attempts(portal, id)], ['in invio', [null]]);
    } finally {
      await portal.db.query('ALTER TABLE audit_entry DROP CONSTRAINT no_more');
    }
  });
});

describe('a worker that dies between the call and its record', () => {
  const cases: [Channel, number][] = [
    ['email', 2],
    ['sms', 4],
  ];
  for (const [channel, tries] of cases) {
    it(`leaves ${channel} of uncertain fate: handed over again with the same id, ${tries} attempts of 4 deaths`, async () => {
      const id = await send(portal, message(maria, { channel }));
      for (let i = 0; i < 4; i++) {
        await takenByOneThatDies();
        portal.clock.move({ seconds: 90 });
        const { delivery } = await workerWith(SENT);
        if (i === 0) {
          const taken = await row(portal, id);
          assert.deepEqual([taken.state, taken.attempts], ['in invio', 1]);
        }
        // Looks, and finds an attempt without a result; the next attempt is due a little later.
        await delivery.deliverDue();
        if (i === 3) break;
        portal.clock.move({ minutes: 5 });
      }
      const made = await attempts(portal, id);
      assert.deepEqual(
        made,
        Array.from({ length: tries }, () => 'incerta interrupted'),
      );
      assert.equal((await row(portal, id)).state, 'incerta');
      const { delivery, road } = await workerWith(SENT);
      portal.clock.move({ hours: 1 });
      await delivery.deliverDue();
      assert.deepEqual(road.handed, channel === 'sms' ? [id] : []);
    });
  }

  it('does not let its late record overwrite what came after', async () => {
    const id = await send(portal, message(maria));
    let late = (_verdict: Verdict): void => {};
    const slow = await workerWith(() => new Promise<Verdict>((done) => (late = done)));
    const waiting = slow.delivery.deliverDue();
    while ((await row(portal, id)).state !== 'in invio') await new Promise((next) => setImmediate(next));
    portal.clock.move({ seconds: 90 });
    const other = await workerWith(SENT);
    await other.delivery.deliverDue();
    portal.clock.move({ seconds: 5 });
    await other.delivery.deliverDue();
    assert.equal((await row(portal, id)).state, 'inviata');
    late({ outcome: 'errore definitivo', code: '5.1.1', wrongAddress: true });
    await waiting;
    assert.deepEqual([(await row(portal, id)).state, told], ['inviata', []]);
    assert.deepEqual(await attempts(portal, id), ['incerta interrupted', 'inviata 250']);
  });
});

describe('what is reported while a message is being sent', () => {
  it('waits until the result is written, then counts', async () => {
    const id = await send(portal, message(maria, { channel: 'sms' }));
    const { delivery } = await workerWith(UNKNOWN);
    await delivery.deliverDue();
    portal.clock.move({ seconds: 5 });
    await takenByOneThatDies();
    const { reports } = await workerWith(SENT);
    assert.equal(await reports.take({ messageId: id, verdict: 'consegnata', code: 'delivered' }), true);
    await delivery.deliverDue();
    assert.equal((await row(portal, id)).state, 'in invio');
    portal.clock.move({ seconds: 90 });
    await delivery.deliverDue();
    assert.deepEqual([(await row(portal, id)).state, (await row(portal, id)).attempts], ['consegnata', 2]);
  });
});

describe('several workers', () => {
  it('never hand the same message over twice', async () => {
    const ids: string[] = [];
    for (let i = 0; i < 60; i++) ids.push(await send(portal, message(maria)));
    const workers = await Promise.all(Array.from({ length: 3 }, () => workerWith(SENT)));
    await Promise.all(workers.map(({ delivery }) => delivery.deliverDue()));
    const handed = workers.map(({ road }) => road.handed);
    assert.deepEqual(handed.flat().toSorted(), ids.toSorted());
    assert.ok(handed.filter((one) => one.length > 0).length > 1, 'more than one of them worked');
  });

  it('are one when the same is asked twice at once', async () => {
    const id = await send(portal, message(maria));
    const { delivery, road } = await workerWith(SENT);
    await Promise.all([delivery.deliverDue(), delivery.deliverDue()]);
    assert.deepEqual(road.handed, [id]);
  });
});

/** A road that answers nothing until it is told to. */
class SilentRoad extends ScriptedRoad {
  readonly speak: () => void;
  constructor() {
    const { promise, resolve } = Promise.withResolvers<Verdict>();
    super(() => promise);
    this.speak = () => resolve(SENT);
  }
}

describe('lanes', () => {
  const many = async (how: number, changes: Parameters<typeof message>[1]): Promise<string[]> => {
    const ids: string[] = [];
    for (let i = 0; i < how; i++) ids.push(await send(portal, message(maria, changes)));
    return ids;
  };
  const sentOf = async (ids: string[]) =>
    (
      await portal.db.query<{ n: number }>(
        `SELECT count(*)::int AS n FROM outgoing_message WHERE id = ANY ($1) AND state = 'inviata'`,
        [ids],
      )
    )[0]!.n;
  const withRoads = async (email: ScriptedRoad, sms: ScriptedRoad) => {
    const made = await deliveryOf(portal, { email, sms });
    closing.push(made.close);
    return made.delivery;
  };

  const SILENT: [Channel, Channel][] = [
    ['sms', 'email'],
    ['email', 'sms'],
  ];
  for (const [silent, other] of SILENT) {
    it(`of ${other} goes on while the road of ${silent} answers nothing, look after look`, async () => {
      const [dumb, good] = [new SilentRoad(), new ScriptedRoad(SENT)];
      const delivery = await withRoads(
        ...((silent === 'email' ? [dumb, good] : [good, dumb]) as [ScriptedRoad, ScriptedRoad]),
      );
      const stuck = await many(25, { channel: silent, kind: 'code' });
      for (let look = 0; look < 2; look++) {
        const codes = await many(25, { channel: other, kind: 'code' });
        await delivery.look();
        await until(async () => (await sentOf(codes)) === 25, `codes by ${other}, look ${look}`, 120_000);
      }
      assert.deepEqual([dumb.handed.length, await sentOf(stuck)], [10, 0], 'no more are in hand than there are places');
      dumb.speak();
      await delivery.deliverDue();
      assert.deepEqual([await sentOf(stuck), new Set(dumb.handed).size, dumb.handed.length], [25, 25, 25]);
    });
  }

  it('let a code overtake 200 notices of the same road that wait for an answer', async () => {
    const road = new (class extends SilentRoad {
      override hand(parcel: { id: string; kind?: string }): Promise<Verdict> {
        return parcel.kind === 'code' ? Promise.resolve(SENT) : super.hand(parcel);
      }
    })();
    const delivery = await withRoads(road, road);
    const notices = await many(200, { kind: 'notice' });
    await delivery.look();
    const [code] = await many(1, { kind: 'code' });
    await delivery.look();
    await until(async () => (await row(portal, code!)).state === 'inviata', 'the code', 120_000);
    assert.deepEqual([road.handed.length, await sentOf(notices)], [10, 0]);
    road.speak();
    await delivery.deliverDue();
    assert.deepEqual([await sentOf(notices), road.handed.length], [200, 200]);
  });

  it('go on past one message whose receiver is silent', async () => {
    let dumb = '';
    const road = new (class extends SilentRoad {
      override hand(parcel: { id: string }): Promise<Verdict> {
        return parcel.id === dumb ? super.hand(parcel) : Promise.resolve(SENT);
      }
    })();
    const delivery = await withRoads(road, road);
    [dumb] = (await many(1, {})) as [string];
    portal.clock.move({ seconds: 1 });
    const others = await many(40, {});
    await delivery.look();
    await until(async () => (await sentOf(others)) === 40, 'those behind it', 120_000);
    assert.equal((await row(portal, dumb)).state, 'in invio');
    const later = await many(3, {});
    await delivery.look();
    await until(async () => (await sentOf(later)) === 3, 'those that came later', 120_000);
    road.speak();
    await delivery.deliverDue();
    assert.deepEqual(road.handed, [dumb]);
  });

  it('take warnings before notices', async () => {
    const order: string[] = [];
    const road = new ScriptedRoad(SENT);
    road.hand = async ({ id }) => (order.push(id), SENT);
    const delivery = await withRoads(road, road);
    const notices = await many(10, { kind: 'notice' });
    const warnings = await many(5, { kind: 'security' });
    await delivery.deliverDue();
    assert.equal(order.length, 15);
    assert.deepEqual(order.filter((id) => warnings.includes(id)).length, 5);
    assert.ok(
      order.slice(0, 10).filter((id) => warnings.includes(id)).length === 5,
      'all of them are in the first places',
    );
    assert.equal(await sentOf(notices), 10);
  });

  it('that are closed finish what is in hand, write it down and take nothing more', async () => {
    const road = new SilentRoad();
    const delivery = await withRoads(road, road);
    const ids = await many(12, { kind: 'notice' });
    await delivery.look();
    delivery.onModuleDestroy();
    const ended = delivery.beforeApplicationShutdown();
    road.speak();
    await ended;
    assert.deepEqual([road.handed.length, await sentOf(ids)], [10, 10]);
    await delivery.deliverDue();
    assert.equal(road.handed.length, 10);
  });

  it('are looked through by an index each, so that a million waiting for one road delay no other', async () => {
    const plan = await portal.db.query<Record<string, string>>(
      `EXPLAIN SELECT id FROM outgoing_message WHERE channel = 'email' AND kind = 'code' AND next_attempt_at <= now() AND state <> 'in invio'
       ORDER BY next_attempt_at LIMIT 10`,
    );
    assert.match(JSON.stringify(plan), /outgoing_message_due/);
    const [index] = await portal.db.query<{ indexdef: string }>(
      `SELECT indexdef FROM pg_indexes WHERE indexname = 'outgoing_message_due'`,
    );
    assert.match(index!.indexdef, /\(channel, kind, next_attempt_at\)/);
  });
});

describe('an uncertain answer', () => {
  it('lets a mail be repeated once, and no more', async () => {
    const id = await send(portal, message(maria));
    const { delivery, road } = await workerWith(UNKNOWN);
    for (let i = 0; i < 4; i++) {
      await delivery.deliverDue();
      portal.clock.move({ hours: 1 });
    }
    const { state, next_attempt_at: next } = await row(portal, id);
    assert.deepEqual([road.handed.length, state, next], [2, 'incerta', null]);
  });

  it('lets an SMS be repeated: its key makes it one', async () => {
    const id = await send(portal, message(maria, { channel: 'sms' }));
    const { delivery, road } = await workerWith(UNKNOWN, UNKNOWN, UNKNOWN, SENT);
    for (let i = 0; i < 4; i++) {
      await delivery.deliverDue();
      portal.clock.move({ hours: 1 });
    }
    assert.deepEqual([new Set(road.handed).size, road.handed.length, (await row(portal, id)).state], [1, 4, 'inviata']);
  });
});

describe('figures', () => {
  it('count by channel and outcome, and hold nothing of anybody', async () => {
    await send(portal, message(maria, { to: 'canarina@segreto.example' }));
    const { delivery } = await workerWith(SENT);
    portal.clock.move({ seconds: 2 });
    await delivery.deliverDue();
    const text = await portal.app.get(Metrics).registry.metrics();
    assert.match(text, /myinps_message_attempts_total\{channel="email",outcome="inviata"\} \d/);
    assert.match(text, /myinps_message_wait_seconds_bucket\{le="2",channel="email"\} [1-9]/);
    assert.doesNotMatch(text, new RegExp(`canarina|segreto|${maria}`));
  });
});

describe('a box that keys:rotate seals anew while its message is in hand', () => {
  for (const verdict of [LATER, UNKNOWN]) {
    it(`stays as it was sealed: the attempt ends with ${verdict.outcome}`, async () => {
      const id = await send(portal, message(maria));
      const next = new SealedContents(new Keys('the-secret-that-comes-next-long-enough-for-the-settings'));
      const anew = next.seal(id, { to: 'a@b.example', text: 'x' });
      const { delivery } = await workerWith(async () => {
        await portal.db.query('UPDATE outgoing_message SET sealed = $2 WHERE id = $1', [id, anew]);
        return verdict;
      });
      await delivery.deliverDue();
      const { state, sealed } = await row(portal, id);
      assert.deepEqual([state, sealed?.equals(anew)], [verdict.outcome, true]);
    });
  }
});

describe('a message whose box cannot be opened', () => {
  it('ends, and does not come up again', async () => {
    const id = await send(portal, message(maria));
    await portal.db.query('UPDATE outgoing_message SET sealed = $2 WHERE id = $1', [
      id,
      new SealedContents(new Keys('another-secret-that-is-long-enough-for-the-settings')).seal(id, {
        to: 'a@b.example',
        text: 'x',
      }),
    ]);
    const { delivery, road } = await workerWith(SENT);
    await delivery.deliverDue();
    assert.deepEqual(
      [road.handed, (await row(portal, id)).state, await attempts(portal, id)],
      [[], 'errore definitivo', ['errore definitivo unreadable']],
    );
  });
});
