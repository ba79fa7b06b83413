import assert from 'node:assert/strict';
import { AsyncLocalStorage } from 'node:async_hooks';
import { randomUUID } from 'node:crypto';
import { after, before, beforeEach, describe, it } from 'node:test';
import { load } from 'cheerio';
import { citizen } from '#src/common/actor.js';
import { Keys } from '#src/common/crypto.js';
import { Database } from '#src/common/database.js';
import { Forbidden } from '#src/common/errors.js';
import { protocolNumber, readProtocol } from '#src/common/protocol.js';
import { RightsRepository } from '#src/contact/rights/rights.repository.js';
import { PERSON_KEY, RightsService } from '#src/contact/rights/rights.service.js';
import { NOW, testApp, type TestApp } from '../support/app.ts';
import { citizenOf, type Citizen } from '../support/people.ts';
import { signedInAs, type SignedIn } from '../support/sign-in.ts';
import {
  actions,
  asked,
  events,
  forgetRequests,
  FORMS,
  notices,
  pageOf,
  requestOf,
  requests,
  sendRight,
  type Slug,
} from './rights-support.ts';

/** Work as another request would do it: in no unit of work that is under way here. */
const elsewhere = AsyncLocalStorage.snapshot();

let portal: TestApp;
let maria: Citizen;
let luca: Citizen;
let me: SignedIn;
before(async () => {
  portal = await testApp();
  maria = await citizenOf(portal.db, 'maria', portal.clock.now());
  luca = await citizenOf(portal.db, 'luca', portal.clock.now());
});
after(() => portal.close());
beforeEach(async () => {
  portal.clock.set(NOW);
  await forgetRequests(portal);
  me = await signedInAs(portal, maria);
});

describe('asking', () => {
  for (const slug of Object.keys(FORMS) as Slug[]) {
    it(`makes a request (${slug}) with protocol, promised date, first step, notice and audit entry`, async () => {
      const protocol = await asked(me, slug);
      const row = await requestOf(portal, protocol);
      assert.equal(readProtocol('DIR', protocol), protocol);
      assert.deepEqual([row.citizen_id, row.state, row.due_on.toString()], [maria.id, 'received', '2026-05-02']);
      assert.deepEqual(await events(portal, protocol), [{ what: 'received', note: '', actor_kind: 'citizen' }]);
      assert.deepEqual(await notices(portal, maria.id), ['rights.notice-received']);
      assert.ok((await actions(portal, maria.id)).includes('rights.ask (rights)'));
    });
  }

  it('tells in the notice by when the answer comes, in words', async () => {
    await asked(me, 'rettifica');
    const $ = await pageOf(me, '/notifiche');
    const href = $('main a[href^="/notifiche/"]').first().attr('href')!;
    assert.match((await pageOf(me, href))('main').text(), /Ti rispondiamo entro sabato 2 maggio 2026/);
  });

  it('once, however often the form is sent', async () => {
    const invio = randomUUID();
    const answers = await Promise.all(
      [1, 2, 3].map(() => sendRight(me, 'rettifica', { ...FORMS.rettifica, invio }).expect(303)),
    );
    assert.equal(new Set(answers.map(({ headers }) => headers.location)).size, 1);
    assert.equal((await requests(portal)).length, 1);
  });

  it('whose form somebody else has sent before is a request of its own', async () => {
    const other = await signedInAs(portal, luca);
    const invio = randomUUID();
    for (const who of [other, me, me]) await sendRight(who, 'opposizione', { ...FORMS.opposizione, invio }).expect(303);
    const made = await requests(portal);
    assert.deepEqual(made.map((one) => one.citizen_id).toSorted(), [luca.id, maria.id].toSorted());
    for (const odd of [invio.toUpperCase(), '__proto__', '', `${invio}${invio}`, made[0]!.id])
      await sendRight(me, 'limitazione', { ...FORMS.limitazione, invio: odd }).expect((answer) => {
        assert.ok([303, 422].includes(answer.status), `${odd}: ${answer.status}`);
      });
    await sendRight(me, 'limitazione', { ...FORMS.limitazione, invio: [invio, invio] }).expect(400);
    assert.equal((await requests(portal)).length, 3);
  });

  it('keeps to one open request of a kind, of forms sent at once too, and loses nothing that was typed', async () => {
    const answers = await Promise.all([1, 2, 3].map(() => sendRight(me, 'opposizione', FORMS.opposizione)));
    assert.deepEqual(answers.map(({ status }) => status).toSorted(), [303, 422, 422]);
    const $ = load(answers.find(({ status }) => status === 422)!.text);
    assert.equal($('#testo').val(), FORMS.opposizione.testo);
    assert.equal($('#errori li').length, 1);
    const [row] = await requests(portal);
    assert.equal($('.note-warning a').attr('href'), `/dati/diritti/richieste/${row!.protocol}`);
    await asked(me, 'limitazione');
    assert.equal((await requests(portal)).length, 2, 'another kind is another matter');
  });

  it('makes a request when the one that was quicker is withdrawn before it is looked for', async () => {
    const repository = portal.app.get(RightsRepository);
    const add = repository.add.bind(repository);
    const quicker = protocolNumber('DIR', 2026, 9_999_997);
    repository.add = async (request) => {
      repository.add = add;
      await portal.db.query(
        `INSERT INTO right_request (id, submission_id, protocol, citizen_id, kind, state, concerns, message, received_at, first_due_on, due_on)
         VALUES ($1, $1, $2, $3, 'objection', 'received', '{other}', 'x', $4, '2026-05-02', '2026-05-02')`,
        [randomUUID(), quicker, maria.id, NOW],
      );
      const withdraw = () => portal.app.get(RightsService).withdraw({ subject: maria.id, by: maria.id }, quicker);
      await add(request).finally(() => elsewhere(withdraw));
    };
    const protocol = await asked(me, 'opposizione');
    assert.deepEqual(
      [(await requestOf(portal, protocol)).state, (await requestOf(portal, quicker)).state],
      ['received', 'withdrawn'],
    );
  });

  it('says what is missing, next to where it is missing, and keeps the rest', async () => {
    const { text } = await sendRight(me, 'rettifica', { attuale: 'Mario', testo: 'Ecco.' }).expect(422);
    const $ = load(text);
    assert.deepEqual(
      $('#errori a')
        .toArray()
        .map((link) => $(link).attr('href')),
      ['#dati', '#giusto'],
    );
    assert.equal($('#attuale').val(), 'Mario');
    assert.equal($('#testo').val(), 'Ecco.');
    assert.equal((await requests(portal)).length, 0);
    await sendRight(me, 'opposizione', { dati: 'identity' }).expect(422);
    await sendRight(me, 'limitazione', { dati: 'identity' }).expect(422);
  });

  it('takes several kinds of data, and no other than those of the list', async () => {
    const protocol = await asked(me, 'limitazione', { dati: ['contacts', 'notices', 'contacts'] });
    assert.deepEqual((await requestOf(portal, protocol)).concerns, ['contacts', 'notices']);
    await sendRight(me, 'opposizione', { ...FORMS.opposizione, dati: 'pensione' }).expect(422);
  });

  it('takes 2000 characters and not one more', async () => {
    await sendRight(me, 'opposizione', { ...FORMS.opposizione, testo: 'è'.repeat(2001) }).expect(422);
    const protocol = await asked(me, 'opposizione', { testo: 'è'.repeat(2000) });
    assert.equal((await requestOf(portal, protocol)).message.length, 2000);
  });

  it('keeps values that only a rectification has out of the others', async () => {
    const protocol = await asked(me, 'opposizione', { attuale: 'a', giusto: 'b' });
    const { current_value, right_value } = await requestOf(portal, protocol);
    assert.deepEqual([current_value, right_value], ['', '']);
  });

  it('is 404 for a right there is not', async () => {
    await me.browser.get('/dati/diritti/nuova/tutto').expect(404);
    await sendRight(me, 'constructor', FORMS.opposizione).expect(404);
  });

  it('asks for a sign-in of level 2: a PIN is not enough', async () => {
    const weak = await signedInAs(portal, maria, { method: 'pin', level: 1 });
    const { headers } = await weak.browser.get('/dati/diritti').expect(303);
    assert.match(headers.location ?? '', /\/accedi\/rafforza\?/);
    await sendRight(weak, 'opposizione', FORMS.opposizione).expect(303);
    assert.equal((await requests(portal)).length, 0);
  });
});

describe('protocol numbers', () => {
  it('have neither gap nor double under 50 requests at once, with some that fail among them', async () => {
    const people = await portal.db.query<{ id: string }>(
      `INSERT INTO citizen (id, identity_key, name, family_name, created_at, updated_at)
       SELECT gen_random_uuid(), 'eidas:prova:' || n, 'N', 'N', $1, $1 FROM generate_series(1, 50) n RETURNING id`,
      [portal.clock.now()],
    );
    await portal.db.query('DELETE FROM protocol_counter');
    const service = portal.app.get(RightsService);
    const asking = {
      kind: 'restriction',
      concerns: ['notices'],
      message: 'x',
      currentValue: '',
      rightValue: '',
    } as const;
    const outcomes = await Promise.allSettled(
      people.map(({ id }, index) =>
        service.ask(
          { subject: id, by: id },
          // Every fifth breaks a rule of PostgreSQL after it has its number.
          { ...asking, message: index % 5 === 0 ? 'x'.repeat(2001) : 'x', submissionId: randomUUID() },
        ),
      ),
    );
    assert.equal(outcomes.filter(({ status }) => status === 'rejected').length, 10);
    const numbers = (await requests(portal)).map(({ protocol }) => Number(protocol.split('-')[2]));
    assert.deepEqual(
      numbers,
      Array.from({ length: 40 }, (_, index) => index + 1),
    );
  });

  it('begin again with the year, as it is in Italy', async () => {
    await portal.db.query('DELETE FROM protocol_counter');
    portal.clock.set('2026-12-31T22:59:00Z');
    const last = await asked(await signedInAs(portal, maria), 'limitazione');
    portal.clock.set('2026-12-31T23:01:00Z');
    const first = await asked(await signedInAs(portal, luca), 'limitazione');
    assert.deepEqual([last.slice(0, 16), first.slice(0, 16)], ['DIR-2026-0000001', 'DIR-2027-0000001']);
  });
});

describe('a request', () => {
  it('shows its state, date, steps and what was asked', async () => {
    const protocol = await asked(me, 'rettifica');
    const $ = await pageOf(me, `/dati/diritti/richieste/${protocol}`);
    assert.match($('main').text(), /Ti rispondiamo entro sabato 2 maggio 2026/);
    assert.equal($('.timeline li').length, 1);
    assert.match($('dl.summary-list').text(), /Maria Rosi.*Maria Rossi/s);
  });

  it('has a receipt with protocol and date to print', async () => {
    const protocol = await asked(me, 'rettifica');
    const $ = await pageOf(me, `/dati/diritti/richieste/${protocol}/ricevuta`);
    assert.equal($('.big').text(), protocol);
    assert.match($('dl').text(), /mercoledì 1 aprile 2026/);
    assert.match($('dl').text(), /Maria Rossi/);
  });

  it('is withdrawn while it is open, once, and a new one may follow', async () => {
    const protocol = await asked(me, 'opposizione');
    const path = `/dati/diritti/richieste/${protocol}/ritiro`;
    await pageOf(me, path);
    for (const _ of [1, 2]) await me.browser.post(path).type('form').send({ _csrf: me.csrf() }).expect(303);
    const { state, closed_at } = await requestOf(portal, protocol);
    assert.deepEqual([state, closed_at?.toString()], ['withdrawn', '2026-04-01T07:00:00Z']);
    assert.deepEqual(
      (await events(portal, protocol)).map(({ what }) => what),
      ['received', 'withdrawn'],
    );
    await me.browser.get(path).expect(303);
    await asked(me, 'opposizione');
  });

  it('is withdrawn by a button pressed twice, and both answers say so', async () => {
    const protocol = await asked(me, 'opposizione');
    const withdraw = () => portal.app.get(RightsService).withdraw({ subject: maria.id, by: maria.id }, protocol);
    assert.deepEqual(await Promise.all([withdraw(), withdraw()]), [true, true]);
    assert.equal(await withdraw(), true);
    assert.equal((await events(portal, protocol)).length, 2);
  });

  it('is nobody else’s: 404', async () => {
    const protocol = await asked(me, 'opposizione');
    const other = await signedInAs(portal, luca);
    for (const end of ['', '/ricevuta', '/ritiro'])
      await other.browser.get(`/dati/diritti/richieste/${protocol}${end}`).expect(404);
    await other.browser
      .post(`/dati/diritti/richieste/${protocol}/ritiro`)
      .type('form')
      .send({ _csrf: other.csrf() })
      .expect(404);
    assert.equal((await requestOf(portal, protocol)).state, 'received');
  });

  it('says so when the institute is late', async () => {
    const protocol = await asked(me, 'opposizione');
    portal.clock.set('2026-05-03T07:00:00Z');
    const later = await signedInAs(portal, maria);
    const $ = await pageOf(later, `/dati/diritti/richieste/${protocol}`);
    assert.equal($('.note-error').length, 1);
  });
});

describe('who was erased and comes back', () => {
  it('finds the answer through a change of key, for as long as the former secret is known', async () => {
    const overview = () => portal.app.get(RightsService).overview({ subject: maria.id, by: maria.id });
    const [{ identity_key }] = (await portal.db.query('SELECT identity_key FROM citizen WHERE id = $1', [
      maria.id,
    ])) as [{ identity_key: string }];
    const former = 'a-former-secret-of-the-portal-'.repeat(2);
    await portal.db.query(
      `INSERT INTO right_request (id, submission_id, protocol, citizen_id, kind, state, concerns, message, received_at, first_due_on, due_on,
         closed_at, outcome_reason, erased_at, person_key)
       VALUES ($1, $1, 'DIR-2026-9999998-1', $1, 'erasure', 'accepted', '{other}', '', $2, '2026-05-02', '2026-05-02', $2, 'Sì.', $2, $3)`,
      [randomUUID(), NOW, new Keys(former).pseudonym(PERSON_KEY, identity_key)],
    );
    assert.deepEqual((await overview()).requests, [], 'the secret is not known here');
    const config = portal.config.secret;
    const rotated = await testApp({ db: portal.db, env: { SECRET: config, SECRET_PREVIOUS: former } });
    try {
      const found = await rotated.app.get(RightsService).overview({ subject: maria.id, by: maria.id });
      assert.deepEqual(
        found.requests.map(({ protocol }) => protocol),
        ['DIR-2026-9999998-1'],
      );
      const other = await rotated.app.get(RightsService).overview({ subject: luca.id, by: luca.id });
      assert.deepEqual(other.requests, []);
    } finally {
      await rotated.close();
    }
  });
});

describe('a delegate', () => {
  it('is refused by the program', async () => {
    await assert.rejects(portal.app.get(RightsService).overview({ subject: maria.id, by: luca.id }), Forbidden);
  });

  it('is refused by PostgreSQL: asks nothing, sees nothing, withdraws nothing', async () => {
    const protocol = await asked(me, 'opposizione');
    const db = portal.app.get(Database);
    const asDelegate = <T>(work: () => Promise<T>) => db.actingAs(citizen(maria.id, luca.id), work);
    assert.deepEqual(await asDelegate(() => db.query('SELECT id FROM right_request')), []);
    assert.deepEqual(await asDelegate(() => db.query('SELECT id FROM right_event')), []);
    const withdrawn = await asDelegate(() =>
      db.execute(`UPDATE right_request SET state = 'withdrawn', closed_at = $1, version = version + 1`, [NOW]),
    );
    assert.equal(withdrawn, 0);
    assert.equal((await requestOf(portal, protocol)).state, 'received');
    const insert = asDelegate(() => insertRequest(db, maria.id));
    await assert.rejects(insert, { code: '42501' });
    await assert.rejects(
      asDelegate(() => db.query("SELECT right_mark_lift('restriction')")),
      { code: '42501' },
    );
  });
});

describe('PostgreSQL', () => {
  it('lets a person write no request for somebody else, and none that is answered already', async () => {
    const db = portal.app.get(Database);
    const asMaria = <T>(work: () => Promise<T>) => db.actingAs(citizen(maria.id), work);
    await assert.rejects(
      asMaria(() => insertRequest(db, luca.id)),
      { code: '42501' },
    );
    await assert.rejects(
      asMaria(() => insertRequest(db, maria.id, 'working')),
      { code: '42501' },
    );
  });

  it('lets a person answer nothing themselves, and change no step', async () => {
    await asked(me, 'cancellazione');
    const db = portal.app.get(Database);
    const asMaria = (sql: string) => db.actingAs(citizen(maria.id), () => db.execute(sql, []));
    for (const sql of [
      `UPDATE right_request SET state = 'accepted', outcome_reason = 'sì', closed_at = received_at, version = version + 1`,
      `UPDATE right_request SET state = 'working', version = version + 1`,
      `UPDATE right_event SET note = 'x'`,
      `DELETE FROM right_event`,
      `DELETE FROM right_request`,
      `UPDATE right_request SET kind = 'objection'`,
    ])
      await assert.rejects(
        asMaria(sql),
        (error: { code?: string }) => ['42501', '23514'].includes(error.code ?? ''),
        sql,
      );
    assert.equal((await requests(portal))[0]!.state, 'received');
  });

  it('lets nobody move a counter but through the numbering', async () => {
    const db = portal.app.get(Database);
    await assert.rejects(
      db.actingAs(citizen(maria.id), () => db.execute('UPDATE protocol_counter SET last = 1')),
      { code: '42501' },
    );
  });
});

describe('the page of rights', () => {
  it('explains each right, links the ones that need no request, and lists the requests', async () => {
    await asked(me, 'limitazione');
    const $ = await pageOf(me, '/dati/diritti');
    assert.equal($('section.card a[href^="/dati/diritti/nuova/"]').length, 4);
    for (const href of ['/dati/accessi', '/dati/esporta', '/privacy'])
      assert.ok($(`main a[href="${href}"]`).length > 0);
    assert.equal($('main .plain-list li').length, 1);
  });
});

function insertRequest(db: Database, subject: string, state = 'received'): Promise<number> {
  return db.execute(
    `INSERT INTO right_request (id, submission_id, protocol, citizen_id, kind, state, concerns, message, received_at, first_due_on, due_on)
     VALUES ($1, $1, 'DIR-2026-9999999-1', $2, 'objection', $4, '{other}', '', $3, '2026-05-02', '2026-05-02')`,
    [randomUUID(), subject, NOW, state],
  );
}
