import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, beforeEach, describe, it } from 'node:test';
import pg from 'pg';
import { READS } from '#src/audit/index.js';
import { readStatement } from '#src/audit/audit.repository.js';
import { readOf } from '#src/audit/audit.rules.js';
import { citizen, system } from '#src/common/actor.js';
import { carrying, type Carried } from '#src/common/carried.js';
import { Database } from '#src/common/database.js';
import { openSession } from '../auth/sessions/open-session.ts';
import { testApp, type TestApp } from '../support/app.ts';
import { forgetEntries } from '../support/audit.ts';
import { addNotice, citizenOf, type Citizen } from '../support/people.ts';
import { routesOf } from '../support/routes.ts';

/** Routes of citizens that show nothing of theirs, each with its reason. */
const WITHOUT: Record<string, string> = {
  '/dati/esporta/:id': 'says itself what it does (export.download), and not for HEAD nor for a copy that is gone',
  '/accedi/rafforza': 'the ways in; nothing of the person',
  '/rafforzata': 'a redirect',
  '/appuntamenti/nuovo/argomento': 'the topics of an office; nothing of the person',
};

let portal: TestApp;
let maria: Citizen;
let luca: Citizen;
let browser: Awaited<ReturnType<typeof openSession>>['browser'];
before(async () => {
  portal = await testApp();
  maria = await citizenOf(portal.db, 'maria', portal.clock.now());
  luca = await citizenOf(portal.db, 'luca', portal.clock.now());
  ({ browser } = await openSession(portal, maria));
});
after(() => portal.close());
beforeEach(() => forgetEntries(portal.db));

const entries = () =>
  portal.db.query<{
    action: string;
    kind: string;
    subject: string;
    actor: string;
    object_id: string | null;
    purpose: string;
  }>('SELECT action, kind, subject, actor, object_id, purpose FROM audit_entry ORDER BY id');
const actions = async () => (await entries()).map(({ action }) => action);

describe('@Reads', () => {
  it('stands on every page of a citizen, or there is a reason here', () => {
    const pages = routesOf(portal.app).filter(({ access, method }) => access === 'citizen' && method === 'GET');
    assert.ok(pages.length >= 15);
    const silent = pages.filter(({ handler }) => !Reflect.hasMetadata(READS, handler)).map(({ path }) => path);
    assert.deepEqual(silent, Object.keys(WITHOUT).toSorted());
  });

  it('refuses an action whose name has not the form of one', () => {
    for (const name of ['contacts', 'Contacts.read', "a.b'; DROP TABLE x", 'a.', ''])
      assert.throws(() => readOf(name), TypeError, name);
    assert.deepEqual(readOf('contacts.read', 'id'), { action: 'contacts.read', parameter: 'id' });
  });

  it('puts nothing into its statement that has not the exact form', () => {
    const now = portal.clock.now();
    assert.match(readStatement('a.read', "x'; DROP TABLE audit_entry; --", now), /, NULL\)$/);
    assert.throws(() => readStatement("a.read', NULL); --", undefined, now), TypeError);
    const id = randomUUID();
    assert.ok(readStatement('a.read', id, now).endsWith(`'${id}')`));
  });
});

describe('a page that shows data', () => {
  it('records who saw what, and why', async () => {
    await browser.get('/dati').expect(200);
    assert.deepEqual(await entries(), [
      { action: 'profile.read', kind: 'read', subject: maria.id, actor: maria.id, object_id: null, purpose: 'service' },
    ]);
  });

  it('records which one, where it shows one', async () => {
    const notice = await addNotice(portal.db, maria, { createdAt: portal.clock.now() });
    await browser.get(`/notifiche/${notice}`).expect(200);
    assert.deepEqual(
      (await entries()).map(({ action, object_id: object }) => [action, object]),
      [['notices.read', notice]],
    );
  });

  it('does it in the same round trip as BEGIN, so without one of its own', async () => {
    const sent = await statements(() => browser.get('/dati').expect(200));
    const carried = sent.filter((text) => text.includes('audit_read'));
    assert.equal(carried.length, 1);
    assert.match(carried[0]!, /^BEGIN; .*SET LOCAL app\.kind = 'citizen'; .*SELECT audit_read\('/);
    assert.equal(sent.filter((text) => text === 'COMMIT').length, 1, 'the data and its trace in one transaction');
  });

  it('shows nothing when the trace cannot be written', async () => {
    await portal.db.query('REVOKE EXECUTE ON FUNCTION audit_read FROM myinps_web');
    try {
      const { text } = await browser.get('/dati').expect(500);
      assert.ok(!text.includes(maria.fiscalCode));
    } finally {
      await portal.db.query('GRANT EXECUTE ON FUNCTION audit_read TO myinps_web');
    }
    await browser.get('/dati').expect(200);
    assert.deepEqual(await actions(), ['profile.read'], 'and the connection is as good as before');
  });

  it('leaves no trace when it fails, is not there, or is somebody else’s', async () => {
    await portal.db.query('REVOKE SELECT ON citizen FROM myinps_web');
    try {
      await browser.get('/dati').expect(500);
    } finally {
      await portal.db.query('GRANT SELECT ON citizen TO myinps_web');
    }
    const foreign = await addNotice(portal.db, luca, { createdAt: portal.clock.now() });
    await browser.get(`/notifiche/${foreign}`).expect(404);
    await browser.get(`/appuntamenti/${randomUUID()}`).expect(404);
    await browser.get(`/appuntamenti/${randomUUID()}/dettagli`).expect(404);
    assert.deepEqual(await actions(), []);
  });

  it('is recorded afterwards when it opened no unit of work of the person', async () => {
    const sent = await statements(() => browser.get('/appuntamenti/nuovo?comune=Roma').expect(200));
    assert.equal(sent.filter((text) => text.includes('audit_read')).length, 1);
    assert.deepEqual(await actions(), ['appointments.choose']);
  });

  it('shows nothing without its trace, nor a page without a unit of its own', async () => {
    await portal.db.query('REVOKE EXECUTE ON FUNCTION audit_read FROM myinps_web');
    try {
      const { text } = await browser.get('/appuntamenti/nuovo?comune=Roma').expect(500);
      assert.match(text, /<h1>/);
    } finally {
      await portal.db.query('GRANT EXECUTE ON FUNCTION audit_read TO myinps_web');
    }
  });

  it('is not recorded when it only leads elsewhere, or shows nothing', async () => {
    await browser.get('/appuntamenti/nuovo/orario').expect(303);
    await browser.get('/dati/accessi?dalGiorno=x').expect(422);
    assert.deepEqual(await actions(), []);
  });

  it('is not recorded for who is not signed in', async () => {
    await portal.browser().get('/dati').expect(303);
    assert.deepEqual(await actions(), []);
  });
});

describe('a statement carried along', () => {
  const carried = (subject = maria.id): Carried => ({
    subject,
    statement: readStatement('test.read', undefined, portal.clock.now()),
    state: 'waiting',
  });
  const db = () => portal.app.get(Database);

  it('names the delegate who looks, about the person whose data it is', async () => {
    await carrying(carried(), () => db().actingAs(citizen(maria.id, luca.id), async () => {}));
    assert.deepEqual(
      (await entries()).map(({ subject, actor }) => [subject, actor]),
      [[maria.id, luca.id]],
    );
  });

  it('goes once, with the first unit of that citizen', async () => {
    await carrying(carried(), async () => {
      await db().actingAs(system('public'), async () => {});
      await db().actingAs(citizen(luca.id), async () => {});
      for (let time = 0; time < 3; time++) await db().actingAs(citizen(maria.id), async () => {});
    });
    assert.deepEqual(
      (await entries()).map(({ subject }) => subject),
      [maria.id],
    );
  });

  it('goes again when its unit is rolled back', async () => {
    const one = carried();
    await carrying(one, async () => {
      const fails = db().actingAs(citizen(maria.id), async () => {
        throw new Error('in the middle');
      });
      await assert.rejects(fails, /in the middle/);
      assert.equal(one.state, 'waiting');
      await db().actingAs(citizen(maria.id), async () => {});
    });
    assert.equal(one.state, 'committed');
    assert.equal((await entries()).length, 1);
  });
});

describe('a change', () => {
  it('of the language is recorded', async () => {
    await browser.get('/dati?lingua=de').set('Sec-Fetch-Site', 'same-origin').expect(303);
    await browser.get('/dati').expect(200);
    await browser.get('/dati?lingua=it').set('Sec-Fetch-Site', 'same-origin').expect(303);
    await browser.get('/dati').expect(200);
    assert.equal((await actions()).filter((action) => action === 'profile.language').length, 2);
  });

  it('of notices to read ones is recorded, with how many', async () => {
    const mostrate = await addNotice(portal.db, maria, { createdAt: portal.clock.now() });
    const { text } = await browser.get('/notifiche').expect(200);
    const token = /name="_csrf" value="([^"]+)"/.exec(text)![1];
    await browser.post('/notifiche/lette').type('form').send({ _csrf: token, stato: 'tutte', mostrate }).expect(303);
    const rows = await portal.db.query("SELECT kind, details FROM audit_entry WHERE action = 'notices.mark-read'");
    assert.deepEqual(rows, [{ kind: 'change', details: { count: 1 } }]);
  });
});

/** What the program sent to PostgreSQL meanwhile. */
async function statements(work: () => PromiseLike<unknown>): Promise<string[]> {
  const sent: string[] = [];
  const { query } = pg.Client.prototype as unknown as { query: (...args: unknown[]) => unknown };
  const spied = function (this: pg.Client, ...args: unknown[]) {
    const [first] = args;
    sent.push(typeof first === 'string' ? first : String((first as { text?: string } | undefined)?.text));
    return query.apply(this, args);
  };
  Object.assign(pg.Client.prototype, { query: spied });
  try {
    await work();
  } finally {
    Object.assign(pg.Client.prototype, { query });
  }
  return sent;
}
