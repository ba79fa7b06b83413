// What stops a message that waits (a consent withdrawn, a restriction, an objection) stops the one that a worker has in
// hand, too: the attempt under way is the last.
import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, it } from 'node:test';
import pg from 'pg';
import { actorStatements, citizen } from '#src/common/actor.js';
import type { NoticeType } from '#src/common/notice-types.js';
import type { Verdict } from '#src/transport/roads.js';
import { asked, forgetRequests, requestOf } from '../contact/rights-support.ts';
import { NOW, testApp, type TestApp } from '../support/app.ts';
import { addNotice, citizenOf, type Citizen } from '../support/people.ts';
import { deliveryOf } from '../support/post.ts';
import { signedInAs, staffSignedIn, type SignedIn } from '../support/sign-in.ts';
import { visit } from '../support/visit.ts';
import { attempts, message, row, ScriptedRoad, send } from '../transport/support.ts';

const SENT: Verdict = { outcome: 'inviata', code: '250' };
const LATER: Verdict = { outcome: 'errore temporaneo', code: '4.3.0' };
const UNKNOWN: Verdict = { outcome: 'incerta', code: 'ETIMEDOUT' };

type Stopping = () => Promise<void>;

let portal: TestApp;
let maria: Citizen;
let me: SignedIn;
const closing: (() => Promise<void>)[] = [];
before(async () => {
  portal = await testApp();
  maria = await citizenOf(portal.db, 'maria', portal.clock.now());
});
beforeEach(async () => {
  portal.clock.set(NOW);
  await forgetRequests(portal);
  for (const table of ['outgoing_message', 'notice', 'consent_event']) await portal.db.query(`DELETE FROM ${table}`);
  await portal.db.query(
    'UPDATE citizen SET restricted_at = NULL, restricted_by = NULL, objected_at = NULL, objected_by = NULL',
  );
  me = await signedInAs(portal, maria);
});
after(async () => {
  for (const close of closing) await close();
  await portal.close();
});

/** A message about a notice of a type, ready to be sent. @returns its id */
async function written(type: NoticeType): Promise<string> {
  const notice = await addNotice(portal.db, maria, { type, createdAt: portal.clock.now() } as Parameters<
    typeof addNotice
  >[2]);
  const id = await send(portal, message(maria.id, { kind: 'notice', key: `notice:${notice}:email` }));
  portal.clock.move({ seconds: 1 });
  return id;
}

async function workerWith(...verdicts: ConstructorParameters<typeof ScriptedRoad>) {
  const road = new ScriptedRoad(...verdicts);
  const { delivery, close } = await deliveryOf(portal, { email: road, sms: road });
  closing.push(close);
  return { road, delivery };
}

async function consent(choice: 'do' | 'tolgo', dopo: number): Promise<void> {
  const form = { _csrf: me.csrf(), scopo: 'news', scelta: choice, versione: '2', dopo: String(dopo) };
  assert.equal((await visit(portal.url, '/dati/consensi', { cookie: me.cookie, form })).status, 303);
}

const withdrawal = async (): Promise<Stopping> => {
  await consent('do', 0);
  return () => consent('tolgo', 1);
};

/** Asked for and in charge of the office; what comes back grants it. */
async function granted(right: 'limitazione' | 'opposizione'): Promise<Stopping> {
  const protocol = await asked(me, right);
  const office = await staffSignedIn(portal, { name: 'Elena Conti', office: 'AG-058091', roles: ['operator'] });
  const post = async (step: string, fields: Record<string, string>): Promise<void> => {
    const versione = String((await requestOf(portal, protocol)).version);
    const form = { _csrf: office.csrf(), versione, ...fields };
    const path = `/operatore/richieste-dati/${protocol}/${step}`;
    assert.equal((await visit(portal.url, path, { cookie: office.cookie, form })).status, 303);
  };
  await post('presa-in-carico', {});
  return () => post('decisione', { motivo: 'Ecco perché.', esito: 'accepted' });
}

const STOPS: Record<string, () => Promise<Stopping>> = {
  'a consent withdrawn': withdrawal,
  'a restriction': () => granted('limitazione'),
  'an objection': () => granted('opposizione'),
};

/** Until somebody waits for a lock that another holds in this database. */
async function somebodyWaits(): Promise<void> {
  const waiting = `SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`;
  while ((await portal.db.query(waiting)).length === 0) await visit(portal.url, '/salute/viva');
}

/** A transaction of the owner's that has done this and does not end yet. @returns its end */
async function underWay(...statements: string[]): Promise<() => Promise<void>> {
  const holder = new pg.Client({ connectionString: portal.db.owner });
  await holder.connect();
  await holder.query('BEGIN');
  for (const sql of statements) await holder.query(sql);
  return async () => {
    await holder.query('COMMIT');
    await holder.end();
  };
}

describe('a message in hand', () => {
  for (const [what, arranged] of Object.entries(STOPS)) {
    for (const verdict of [LATER, UNKNOWN]) {
      it(`is not tried again after ${what}: its attempt ended with ${verdict.outcome}`, async () => {
        const stop = await arranged();
        const id = await written('news');
        const { delivery, road } = await workerWith(async () => {
          await stop();
          return verdict;
        }, SENT);
        await delivery.deliverDue();
        const { state, sealed, next_attempt_at: next } = await row(portal, id);
        assert.deepEqual([state, sealed, next], ['scaduta', null, null]);
        assert.deepEqual(await attempts(portal, id), [`${verdict.outcome} ${verdict.code}`]);
        portal.clock.move({ hours: 1 });
        await delivery.deliverDue();
        assert.equal(road.handed.filter((one) => one === id).length, 1);
      });
    }
  }

  it('was sent all the same when its attempt went well', async () => {
    const stop = await granted('limitazione');
    const id = await written('appointment');
    const { delivery } = await workerWith(async () => {
      await stop();
      return SENT;
    });
    await delivery.deliverDue();
    assert.equal((await row(portal, id)).state, 'inviata');
  });

  it('is not tried again when its worker died, either', async () => {
    const stop = await granted('limitazione');
    const id = await written('appointment');
    await portal.db.query(
      `UPDATE outgoing_message SET state = 'in invio', attempts = 1, next_attempt_at = $2 WHERE id = $1`,
      [id, portal.clock.now().add({ seconds: 90 })],
    );
    await stop();
    portal.clock.move({ hours: 1 });
    const { delivery, road } = await workerWith(SENT);
    await delivery.deliverDue();
    portal.clock.move({ hours: 1 });
    await delivery.deliverDue();
    assert.deepEqual([(await row(portal, id)).state, road.handed.includes(id)], ['scaduta', false]);
  });

  for (const [type, right] of [
    ['security', 'limitazione'],
    ['delegation', 'limitazione'],
    ['appointment', 'opposizione'],
  ] as const) {
    it(`about ${type} is tried again in spite of ${right}, as one that waits is sent`, async () => {
      const stop = await granted(right);
      const id = await written(type);
      const { delivery } = await workerWith(async () => {
        await stop();
        return LATER;
      }, SENT);
      await delivery.deliverDue();
      assert.equal((await row(portal, id)).state, 'errore temporaneo');
      portal.clock.move({ hours: 1 });
      await delivery.deliverDue();
      assert.equal((await row(portal, id)).state, 'inviata');
    });
  }
});

describe('a stop and the record of an attempt at the same moment', () => {
  it('end the message when the record comes first', async () => {
    const stop = await withdrawal();
    const id = await written('news');
    await portal.db.query(`UPDATE outgoing_message SET state = 'in invio', attempts = 1 WHERE id = '${id}'`);
    const recorded = await underWay(`UPDATE outgoing_message SET state = 'errore temporaneo' WHERE id = '${id}'`);
    const stopped = stop();
    await Promise.race([somebodyWaits(), stopped]);
    await recorded();
    await stopped;
    assert.equal((await row(portal, id)).state, 'scaduta');
  });

  it('end the message when the stop comes first', async () => {
    const id = await written('news');
    let committed: Stopping = async () => {};
    const { delivery } = await workerWith(async () => {
      const stop = `SELECT notice_messages_stop('{news}', '${portal.clock.now()}')`;
      committed = await underWay(actorStatements(citizen(maria.id)), stop);
      return LATER;
    });
    const delivered = delivery.deliverDue();
    await Promise.race([somebodyWaits(), delivered]);
    await committed();
    await delivered;
    assert.equal((await row(portal, id)).state, 'scaduta');
  });
});
