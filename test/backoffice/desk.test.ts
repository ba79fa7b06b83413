import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, beforeEach, describe, it } from 'node:test';
import { load } from 'cheerio';
import { staff, system } from '#src/common/actor.js';
import { Database } from '#src/common/database.js';
import { ErasedParts } from '#src/common/erased.js';
import { NOTICE_TYPE_RULES, type NoticeTypeRule } from '#src/common/notice-types.js';
import { NOW, testApp, type TestApp } from '../support/app.ts';
import { addNotice, citizenOf, type Citizen } from '../support/people.ts';
import { signedInAs, staffSignedIn, type SignedIn, type Visitor } from '../support/sign-in.ts';
import { actions, asked, events, forgetRequests, notices, pageOf, requestOf } from '../contact/rights-support.ts';

const DESK = '/operatore/richieste-dati';

let portal: TestApp;
let maria: Citizen;
let me: SignedIn;
let elena: Visitor;
let sara: Visitor;
let chiara: Visitor;
before(async () => {
  portal = await testApp();
  maria = await citizenOf(portal.db, 'maria', portal.clock.now());
});
after(() => portal.close());
beforeEach(async () => {
  portal.clock.set(NOW);
  await forgetRequests(portal);
  await portal.db.query(
    "UPDATE citizen SET restricted_at = NULL, restricted_by = NULL, objected_at = NULL, objected_by = NULL, corrected = '{}'",
  );
  await sessions();
});

async function sessions(): Promise<void> {
  me = await signedInAs(portal, maria);
  elena = await staffSignedIn(portal, { name: 'Elena Conti', office: 'AG-058091', roles: ['operator'] });
  sara = await staffSignedIn(portal, { name: 'Sara Marino', office: null, roles: ['administrator'] });
  chiara = await staffSignedIn(portal, { name: 'Chiara Romano', office: null, roles: ['analyst', 'editor'] });
}

const get = (who: Visitor, path: string) => portal.browser().get(path).set('Cookie', who.cookie);
const post = (who: Visitor, path: string, fields: Record<string, string | string[]>) =>
  portal
    .browser()
    .post(path)
    .set('Cookie', who.cookie)
    .type('form')
    .send({ _csrf: who.csrf(), ...fields });

async function versionOf(protocol: string): Promise<string> {
  return String((await requestOf(portal, protocol)).version);
}

async function taken(protocol: string, who = elena): Promise<void> {
  await post(who, `${DESK}/${protocol}/presa-in-carico`, { versione: await versionOf(protocol) }).expect(303);
}

async function decided(protocol: string, fields: Record<string, string | string[]>, status = 303) {
  const versione = await versionOf(protocol);
  return post(elena, `${DESK}/${protocol}/decisione`, { versione, motivo: 'Ecco perché.', ...fields }).expect(status);
}

/** A message about a notice of a type that waits to be sent to a person. */
async function waiting(person: Citizen, type: string): Promise<void> {
  const now = portal.clock.now();
  const notice = await addNotice(portal.db, person, { type, createdAt: now } as Parameters<typeof addNotice>[2]);
  await portal.db.query(
    `INSERT INTO outgoing_message (id, citizen_id, channel, kind, key, sealed, next_attempt_at, created_at)
     VALUES ($1, $2, 'email', 'notice', $3, 'x', $4, $5)`,
    [randomUUID(), person.id, `notice:${notice}:email`, now.add({ hours: 1 }), now],
  );
}

describe('the desk', () => {
  it('is for operators and administrators', async () => {
    const protocol = await asked(me, 'opposizione');
    for (const path of [DESK, `${DESK}/${protocol}`, `${DESK}/${protocol}/decisione`, `${DESK}/${protocol}/proroga`]) {
      await get(chiara, path).expect(403);
      await me.browser.get(path).expect(403);
      await get(sara, path).expect(200);
      await get(elena, path).expect(200);
    }
    for (const end of ['presa-in-carico', 'proroga', 'decisione'])
      await post(chiara, `${DESK}/${protocol}/${end}`, { versione: '1', motivo: 'x', esito: 'accepted' }).expect(403);
    assert.equal((await requestOf(portal, protocol)).state, 'received');
  });

  it('is linked from the first page of who may use it, and of nobody else', async () => {
    assert.equal(load((await get(elena, '/operatore')).text)(`a[href="${DESK}"]`).length, 1);
    assert.equal(load((await get(chiara, '/operatore')).text)(`a[href="${DESK}"]`).length, 0);
  });

  it('lists the most urgent first, says who is late in words, and pages by key', async () => {
    await portal.db.query(
      `INSERT INTO right_request (id, submission_id, protocol, citizen_id, kind, state, concerns, message, received_at, first_due_on, due_on)
       SELECT gen_random_uuid(), gen_random_uuid(), 'DIR-2026-' || lpad((900 + n)::text, 7, '0') || '-0', gen_random_uuid(), 'objection', 'received', '{other}', '',
         $1::timestamptz - n * interval '1 day', ($1::date - n) + 31, ($1::date - n) + 31 FROM generate_series(1, 45) n`,
      [portal.clock.now()],
    );
    const seen: string[] = [];
    const late: string[] = [];
    let path: string | undefined = DESK;
    for (let page = 0; path && page < 5; page++) {
      const $ = load((await get(elena, path).expect(200)).text);
      $('tbody tr').each((_, row) => {
        seen.push($(row).find('time').attr('datetime')!);
        const words = $(row).find('strong').text();
        if (words) late.push(words);
      });
      path = $('.pagination a').last().attr('href');
      if (!$('.pagination a[href*="dopo"]').length) path = undefined;
    }
    assert.equal(seen.length, 45);
    assert.deepEqual(seen, seen.toSorted());
    assert.equal(late.length, 15, '14 are late and one is due today');
    assert.equal(late[0], 'In ritardo di 14 giorni');
    assert.deepEqual(late.slice(-2), ['In ritardo di 1 giorno', 'Scade oggi']);
  });

  it('shows what its filter says', async () => {
    const protocol = await asked(me, 'opposizione');
    await asked(me, 'limitazione');
    await taken(protocol);
    const rows = async (filter: string) => load((await get(elena, `${DESK}?stato=${filter}`)).text)('tbody tr').length;
    assert.deepEqual(
      [await rows('aperte'), await rows('ricevute'), await rows('in-lavorazione'), await rows('respinte')],
      [2, 1, 1, 0],
    );
    assert.equal(await rows('qualcosa'), 2, 'an unknown one shows what is open');
  });

  it('shows who asks and what, and the person sees that the office looked', async () => {
    const protocol = await asked(me, 'rettifica');
    const $ = load((await get(elena, `${DESK}/${protocol}`).expect(200)).text);
    assert.match($('main').text(), /Maria Rossi/);
    assert.match($('main').text(), new RegExp(maria.fiscalCode));
    assert.ok((await actions(portal, maria.id)).includes('rights.read (rights)'));
    const entry = await portal.db.query<{ office: string; kind: string }>(
      `SELECT office, kind FROM audit_entry WHERE action = 'rights.read' AND actor_kind = 'staff' ORDER BY id DESC LIMIT 1`,
    );
    assert.deepEqual(entry, [{ office: 'AG-058091', kind: 'read' }]);
    await get(elena, `${DESK}/DIR-2026-0000000-0`).expect(404);
  });
});

describe('PostgreSQL and the staff', () => {
  const asStaff = async <T>(name: string, work: (db: Database) => Promise<T>) => {
    const [row] = await portal.db.query<{ id: string }>(
      'SELECT id FROM staff_member WHERE name = $1 ORDER BY signed_in_at DESC LIMIT 1',
      [name],
    );
    const db = portal.app.get(Database);
    return db.actingAs(staff(row!.id, 'AG-058091'), () => work(db));
  };

  it('shows requests to those who answer, and nothing else of the person', async () => {
    await asked(me, 'opposizione');
    const count = (name: string, table: string) =>
      asStaff(name, async (db) => (await db.query(`SELECT 1 FROM ${table}`)).length);
    assert.equal(await count('Elena Conti', 'right_request'), 1);
    assert.equal(await count('Elena Conti', 'right_event'), 1);
    assert.equal(await count('Chiara Romano', 'right_request'), 0);
    assert.equal(await count('Chiara Romano', 'right_event'), 0);
    for (const table of ['citizen', 'notice', 'appointment', 'audit_entry', 'contact', 'consent_event'])
      assert.equal(await count('Elena Conti', table), 0, table);
  });

  it('refuses who asks to who does not answer, and every effect without a decision', async () => {
    const { id } = await requestOf(portal, await asked(me, 'rettifica'));
    for (const sql of [
      'SELECT * FROM right_request_person($1)',
      'SELECT right_mark($1, now())',
      "SELECT right_rectify($1, 'name', 'X', now())",
    ])
      await assert.rejects(
        asStaff('Chiara Romano', (db) => db.query(sql, [id])),
        { code: '42501' },
        sql,
      );
    await assert.rejects(
      asStaff('Elena Conti', (db) => db.query("SELECT right_rectify($1, 'name', 'X', now())", [id])),
      { code: '42501' },
    );
    await assert.rejects(
      asStaff('Elena Conti', (db) => db.query("SELECT right_mark_lift('restriction')")),
      { code: '42501' },
    );
  });

  it('refuses steps out of order, a refusal without reason, a second answer, an old version', async () => {
    const protocol = await asked(me, 'opposizione');
    const change = (set: string) =>
      asStaff('Elena Conti', (db) => db.execute(`UPDATE right_request SET ${set} WHERE protocol = $1`, [protocol]));
    const wrong = { code: '23514' };
    await assert.rejects(
      change("state = 'rejected', outcome_reason = 'x', closed_at = received_at, version = version + 1"),
      wrong,
    );
    await assert.rejects(change("state = 'working'"), { code: '40001' });
    await taken(protocol);
    await assert.rejects(change("state = 'rejected', closed_at = received_at, version = version + 1"), wrong);
    await assert.rejects(
      change("state = 'rejected', outcome_reason = '', closed_at = received_at, version = version + 1"),
      wrong,
    );
    await assert.rejects(change("state = 'withdrawn', closed_at = received_at, version = version + 1"), {
      code: '42501',
    });
    await assert.rejects(change('due_on = due_on + 10, version = version + 1'), wrong);
    await decided(protocol, { esito: 'rejected' });
    assert.equal(await change("state = 'accepted', version = version + 1"), 0);
  });

  it('refuses an extension after the first term, and one of more than two months', async () => {
    const protocol = await asked(me, 'opposizione');
    await taken(protocol);
    const extend = (at: string, due: string) =>
      asStaff('Elena Conti', (db) =>
        db.execute(
          `UPDATE right_request SET state = 'extended', extended_at = $2, extension_reason = 'x', due_on = $3, version = version + 1 WHERE protocol = $1`,
          [protocol, at, due],
        ),
      );
    await assert.rejects(extend('2026-05-03T07:00:00Z', '2026-07-01'), { code: '23514' });
    await assert.rejects(extend('2026-05-02T07:00:00Z', '2026-08-01'), { code: '23514' });
    assert.equal(await extend('2026-05-02T07:00:00Z', '2026-07-01'), 1);
  });
});

describe('taking charge', () => {
  it('tells the person, once', async () => {
    const protocol = await asked(me, 'opposizione');
    await taken(protocol);
    assert.deepEqual(await notices(portal, maria.id), ['rights.notice-received', 'rights.notice-working']);
    assert.deepEqual(
      (await events(portal, protocol)).map(({ what, actor_kind }) => `${what} ${actor_kind}`),
      ['received citizen', 'working staff'],
    );
  });

  it('goes to one of two who press at once; the other is told', async () => {
    const protocol = await asked(me, 'opposizione');
    const path = `${DESK}/${protocol}/presa-in-carico`;
    const versione = await versionOf(protocol);
    await Promise.all([elena, sara].map((who) => post(who, path, { versione }).expect(303)));
    assert.equal((await events(portal, protocol)).length, 2);
    const shown = await Promise.all(
      [elena, sara].map(async (who) => load((await get(who, `${DESK}/${protocol}`)).text)),
    );
    assert.deepEqual(shown.map(($) => $('#esito').text().includes('in carico a te')).toSorted(), [false, true]);
  });

  it('may pass to a colleague, without a word to the person', async () => {
    const protocol = await asked(me, 'opposizione');
    await taken(protocol, elena);
    await taken(protocol, sara);
    assert.equal((await notices(portal, maria.id)).length, 2);
    assert.equal(
      load((await get(elena, `${DESK}/${protocol}`)).text)('main')
        .text()
        .includes('un’altra persona'),
      true,
    );
  });
});

describe('an extension', () => {
  const extend = async (protocol: string, motivo = 'Servono altri controlli.') =>
    post(elena, `${DESK}/${protocol}/proroga`, { versione: await versionOf(protocol), motivo });

  it('moves the term by two months and tells the reason', async () => {
    const protocol = await asked(me, 'opposizione');
    await taken(protocol);
    await (
      await extend(protocol)
    ).headers;
    const { state, due_on } = await requestOf(portal, protocol);
    assert.deepEqual([state, due_on.toString()], ['extended', '2026-07-01']);
    const $ = await pageOf(me, `/dati/diritti/richieste/${protocol}`);
    assert.match($('.timeline').text(), /Servono altri controlli\./);
    assert.ok((await notices(portal, maria.id)).includes('rights.notice-extended'));
  });

  it('needs a reason, comes once, in time, and when somebody is in charge', async () => {
    const protocol = await asked(me, 'opposizione');
    assert.equal((await extend(protocol)).status, 422, 'nobody is in charge');
    await taken(protocol);
    const empty = await extend(protocol, ' ');
    assert.equal(empty.status, 422);
    assert.equal(load(empty.text)('#motivo-errore').length, 1);
    portal.clock.set('2026-05-03T07:00:00Z');
    await sessions();
    assert.equal((await extend(protocol)).status, 422, 'the first term is over');
    portal.clock.set('2026-05-02T20:00:00Z');
    await sessions();
    assert.equal((await extend(protocol)).status, 303);
    const twice = await extend(protocol, 'Ancora.');
    assert.equal(twice.status, 422);
    assert.equal(load(twice.text)('#motivo').val(), 'Ancora.', 'nothing typed is lost');
  });
});

describe('an answer', () => {
  for (const slug of ['opposizione', 'limitazione'] as const)
    it(`that grants (${slug}) stops what waits and may not go any more, of this person alone`, async () => {
      const luca = await citizenOf(portal.db, 'luca', portal.clock.now());
      await portal.db.query('DELETE FROM outgoing_message');
      for (const { type } of NOTICE_TYPE_RULES) await waiting(maria, type);
      await waiting(luca, 'news');
      const protocol = await asked(me, slug);
      await taken(protocol);
      const stopped = () =>
        portal.db.query<{ type: string; citizen_id: string; sealed: Buffer | null }>(
          `SELECT n.type, m.citizen_id, m.sealed FROM outgoing_message m JOIN notice n ON m.key = 'notice:' || n.id || ':email'
           WHERE m.state = 'scaduta' ORDER BY n.type`,
        );
      assert.deepEqual(await stopped(), []);
      portal.clock.move({ minutes: 1 });
      await decided(protocol, { esito: 'accepted' });
      const ends = ({ consent, locked }: NoticeTypeRule) =>
        slug === 'opposizione' ? consent !== null : locked.length === 0;
      const optional = NOTICE_TYPE_RULES.filter(ends).map(({ type }) => type);
      assert.deepEqual(
        await stopped(),
        optional.toSorted().map((type) => ({ type, citizen_id: maria.id, sealed: null })),
      );
    });

  it('that refuses stops nothing', async () => {
    await portal.db.query('DELETE FROM outgoing_message');
    await waiting(maria, 'news');
    const protocol = await asked(me, 'opposizione');
    await taken(protocol);
    await decided(protocol, { esito: 'rejected' });
    assert.equal((await portal.db.query("SELECT 1 FROM outgoing_message WHERE state = 'creata'")).length, 1);
  });

  it('needs an outcome and a reason, and someone in charge', async () => {
    const protocol = await asked(me, 'opposizione');
    await decided(protocol, { esito: 'accepted' }, 422);
    await taken(protocol);
    await decided(protocol, { esito: 'rejected', motivo: '' }, 422);
    const { text } = await decided(protocol, { esito: '', motivo: 'Ecco.' }, 422);
    assert.equal(load(text)('#motivo').val(), 'Ecco.');
    await decided(protocol, { esito: 'withdrawn' }, 422);
    assert.equal((await requestOf(portal, protocol)).state, 'working');
  });

  it('reaches the person with its reason and the way to complain', async () => {
    const protocol = await asked(me, 'opposizione');
    await taken(protocol);
    await decided(protocol, { esito: 'rejected', motivo: 'C’è un compito di legge.' });
    const $ = await pageOf(me, `/dati/diritti/richieste/${protocol}`);
    assert.match($('main').text(), /C’è un compito di legge\..*Garante/s);
    assert.ok((await notices(portal, maria.id)).includes('rights.notice-rejected'));
    assert.ok((await actions(portal, maria.id)).includes('rights.decide (rights)'));
  });

  it('is given once: who answers on an old page is told, and keeps what they typed', async () => {
    const protocol = await asked(me, 'opposizione');
    await taken(protocol);
    const versione = await versionOf(protocol);
    const path = `${DESK}/${protocol}/decisione`;
    const both = await Promise.all(
      [elena, sara].map((who, index) =>
        post(who, path, { versione, esito: index ? 'accepted' : 'rejected', motivo: `m${index}` }),
      ),
    );
    assert.deepEqual(both.map(({ status }) => status).toSorted(), [303, 422]);
    const told = load(both.find(({ status }) => status === 422)!.text);
    assert.match(told('#motivo').text(), /^m\d$/);
    assert.equal((await events(portal, protocol)).length, 3);
  });

  it('is not undone by withdrawing the request: the page says so as a warning', async () => {
    const protocol = await asked(me, 'opposizione');
    await taken(protocol);
    await decided(protocol, { esito: 'rejected' });
    await me.browser
      .post(`/dati/diritti/richieste/${protocol}/ritiro`)
      .type('form')
      .send({ _csrf: me.csrf() })
      .expect(303);
    const $ = await pageOf(me, `/dati/diritti/richieste/${protocol}`);
    assert.match($('#esito').attr('class') ?? '', /warning/);
  });

  it('to a request that was withdrawn meanwhile is refused', async () => {
    const protocol = await asked(me, 'opposizione');
    await taken(protocol);
    const versione = await versionOf(protocol);
    await me.browser
      .post(`/dati/diritti/richieste/${protocol}/ritiro`)
      .type('form')
      .send({ _csrf: me.csrf() })
      .expect(303);
    await post(elena, `${DESK}/${protocol}/decisione`, { versione, esito: 'accepted', motivo: 'x' }).expect(422);
    assert.equal((await requestOf(portal, protocol)).state, 'withdrawn');
    for (const form of ['decisione', 'proroga']) {
      const { headers } = await get(elena, `${DESK}/${protocol}/${form}`).expect(303);
      assert.match(headers.location ?? '', new RegExp(`${DESK}/${protocol}$`), 'nothing is left to be asked');
    }
  });
});

describe('a button of the desk pressed twice', () => {
  const both = (who: Visitor, path: string, fields: Record<string, string>) =>
    Promise.all([1, 2].map(() => post(who, path, fields).expect(303)));
  const said = async (who: Visitor, protocol: string) =>
    load((await get(who, `${DESK}/${protocol}`).expect(200)).text)('#esito').attr('class') ?? '';

  it('takes charge once, and does not say that somebody else was quicker', async () => {
    const protocol = await asked(me, 'opposizione');
    const path = `${DESK}/${protocol}/presa-in-carico`;
    await both(elena, path, { versione: '1' });
    await post(elena, path, { versione: '1' }).expect(303);
    assert.doesNotMatch(await said(elena, protocol), /warning/);
    assert.equal((await events(portal, protocol)).length, 2);
    await post(sara, path, { versione: '1' }).expect(303);
    assert.match(await said(sara, protocol), /warning/, 'for a colleague it has changed');
  });

  it('extends the term once, and says so', async () => {
    const protocol = await asked(me, 'limitazione');
    await taken(protocol);
    const path = `${DESK}/${protocol}/proroga`;
    const fields = { versione: '2', motivo: 'Servono altri controlli.' };
    await both(elena, path, fields);
    await post(elena, path, fields).expect(303);
    assert.doesNotMatch(await said(elena, protocol), /warning/);
    assert.equal((await events(portal, protocol)).length, 3);
    await post(elena, path, { ...fields, motivo: 'Un altro motivo.' }).expect(422);
    await post(sara, path, fields).expect(422);
  });

  it('answers once, and shows the answer', async () => {
    const protocol = await asked(me, 'rettifica');
    await taken(protocol);
    const path = `${DESK}/${protocol}/decisione`;
    const fields = { versione: '2', esito: 'accepted', motivo: 'Sì.', campo: 'born_on', valore: '16/5/1980' };
    await both(elena, path, fields);
    assert.equal((await events(portal, protocol)).length, 3);
    for (const other of [{ esito: 'partly' }, { motivo: 'Un altro.' }, { valore: '17/5/1980' }, { versione: '1' }])
      await post(elena, path, { ...fields, ...other }).expect(422);
    await post(sara, path, fields).expect(422);
    await portal.db.query('UPDATE citizen SET born_on = $2 WHERE id = $1', [maria.id, maria.dateOfBirth]);
  });
});

describe('what an answer changes', () => {
  const marks = async () =>
    (
      await portal.db.query<{
        restricted_at: Temporal.Instant | null;
        restricted_by: string | null;
        objected_at: Temporal.Instant | null;
      }>('SELECT restricted_at, restricted_by, objected_at FROM citizen WHERE id = $1', [maria.id])
    )[0]!;

  it('restriction: a mark on the person, shown to them, taken back by them', async () => {
    const protocol = await asked(me, 'limitazione');
    await taken(protocol);
    await decided(protocol, { esito: 'accepted' });
    assert.deepEqual(
      [(await marks()).restricted_at?.toString(), (await marks()).restricted_by],
      ['2026-04-01T07:00:00Z', protocol],
    );
    const $ = await pageOf(me, '/dati/diritti');
    assert.match($('.note-warning').text(), new RegExp(protocol));
    await me.browser.post($('.note-warning form').attr('action')!).type('form').send({ _csrf: me.csrf() }).expect(303);
    assert.equal((await marks()).restricted_at, null);
    assert.ok((await actions(portal, maria.id)).includes('rights.lift (rights)'));
  });

  it('objection: likewise; a refusal changes nothing', async () => {
    const first = await asked(me, 'opposizione');
    await taken(first);
    await decided(first, { esito: 'rejected' });
    assert.deepEqual(await marks(), { restricted_at: null, restricted_by: null, objected_at: null });
    const second = await asked(me, 'opposizione');
    await taken(second);
    await decided(second, { esito: 'partly' });
    assert.equal((await marks()).objected_at?.toString(), '2026-04-01T07:00:00Z');
  });

  it('rectification: the right value at once, and no later sign-in undoes it', async () => {
    const protocol = await asked(me, 'rettifica');
    await taken(protocol);
    await decided(protocol, { esito: 'accepted', campo: 'family_name', valore: 'De Rossi' });
    const name = async () =>
      (
        await portal.db.query<{ family_name: string; name: string }>(
          'SELECT name, family_name FROM citizen WHERE id = $1',
          [maria.id],
        )
      )[0];
    assert.deepEqual(await name(), { name: 'Maria', family_name: 'De Rossi' });
    const db = portal.app.get(Database);
    await db.actingAs(system('sign-in'), () =>
      db.execute(`UPDATE citizen SET name = 'Maria Anna', family_name = 'Rossi' WHERE id = $1`, [maria.id]),
    );
    assert.deepEqual(
      await name(),
      { name: 'Maria Anna', family_name: 'De Rossi' },
      'what was not corrected still follows the provider',
    );
    await portal.db.query(`UPDATE citizen SET name = 'Maria', family_name = 'Rossi' WHERE id = $1`, [maria.id]);
  });

  it('rectification: a date that exists, or the word that it is corrected elsewhere', async () => {
    const protocol = await asked(me, 'rettifica');
    await taken(protocol);
    await decided(protocol, { esito: 'accepted', campo: 'born_on', valore: '31/2/1980' }, 422);
    await decided(protocol, { esito: 'accepted', campo: 'fiscal_code', valore: 'X' }, 422);
    await decided(protocol, { esito: 'accepted', campo: 'born_on', valore: '' }, 422);
    await decided(protocol, { esito: 'accepted', campo: 'born_on', valore: '16 5 1980' });
    const [row] = await portal.db.query<{ born_on: Temporal.PlainDate }>('SELECT born_on FROM citizen WHERE id = $1', [
      maria.id,
    ]);
    assert.equal(row!.born_on.toString(), '1980-05-16');
    await portal.db.query('UPDATE citizen SET born_on = $2 WHERE id = $1', [maria.id, maria.dateOfBirth]);
    const elsewhere = await asked(me, 'rettifica');
    await taken(elsewhere);
    await decided(elsewhere, { esito: 'accepted', campo: '', valore: '' }, 422);
    await decided(elsewhere, { esito: 'accepted', campo: 'altrove', valore: '' });
  });

  it('erasure in part: offers what may go alone, wherever it stands in the order', async () => {
    const part = { titleKey: 'x', tables: [], keptKey: null, erase: async () => ({ deleted: 0, kept: 0 }) };
    const late = { ...part, id: 'late-and-alone', order: 2000, alone: true };
    const early = { ...part, id: 'early-and-held', order: 1, alone: false };
    const parts = portal.app.get(ErasedParts);
    for (const one of [late, early]) parts.register(one);
    const protocol = await asked(me, 'cancellazione');
    await taken(protocol);
    const $ = load((await get(elena, `${DESK}/${protocol}/decisione`).expect(200)).text);
    const offered = $('input[name=parti]')
      .toArray()
      .map(({ attribs }) => attribs.value);
    for (const one of [late, early]) (parts.all as object[]).splice(parts.all.indexOf(one), 1);
    assert.deepEqual(offered.toSorted(), [
      'appointments',
      'consents',
      'contacts',
      'copie',
      late.id,
      'messages',
      'notices',
      'preferences',
    ]);
  });

  it('erasure in part: needs to know of what', async () => {
    const protocol = await asked(me, 'cancellazione');
    await taken(protocol);
    await decided(protocol, { esito: 'partly' }, 422);
    for (const part of ['identity', 'accesses', 'rights', 'boh'])
      await decided(protocol, { esito: 'partly', parti: [part] }, 422);
    await decided(protocol, { esito: 'partly', parti: ['notices'] });
    const $ = await pageOf(me, `/dati/diritti/richieste/${protocol}`);
    assert.match($('.note-warning').text(), /giovedì 2 aprile 2026 alle 09:00/);
  });
});
