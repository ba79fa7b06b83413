import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, it } from 'node:test';
import { load } from 'cheerio';
import { citizen, system } from '#src/common/actor.js';
import { Database } from '#src/common/database.js';
import { ErasedParts } from '#src/common/erased.js';
import { ExportedParts } from '#src/common/exported.js';
import { Texts } from '#src/common/texts.js';
import { NOTICE_CHANNELS, NOTICE_TYPE_RULES, NOTICE_TYPES } from '#src/common/notice-types.js';
import { NOW, testApp, type TestApp } from '../support/app.ts';
import { addContact } from '../support/contacts.ts';
import { citizenOf, type Citizen } from '../support/people.ts';
import { signedInAs, type SignedIn } from '../support/sign-in.ts';

let portal: TestApp;
let maria: Citizen;
let me: SignedIn;
before(async () => {
  portal = await testApp();
  maria = await citizenOf(portal.db, 'maria', portal.clock.now());
});
after(() => portal.close());
beforeEach(async () => {
  portal.clock.set(NOW);
  for (const table of ['notice_preference', 'notice_setting', 'contact', 'contact_change'])
    await portal.db.query(`DELETE FROM ${table}`);
  await portal.db.query('UPDATE citizen SET language = NULL');
  me = await signedInAs(portal, maria);
});

type Fields = Record<string, string | string[]>;

const CHOSEN = { silenzio: 'si', dalle: '21:00', alle: '08:00', lingua: 'it', versione: '0' };

/** @param fields `avvisi` stands for the boxes that are ticked */
const send = ({ avvisi = [], ...fields }: Fields, who = me) =>
  who.browser
    .post('/dati/preferenze')
    .type('form')
    .send({ _csrf: who.csrf(), ...CHOSEN, ...fields, ...ticks([avvisi].flat()) });

const ticks = (boxes: readonly string[]) => Object.fromEntries(boxes.map((box) => [box.replace(':', '-'), 'si']));

const page = async (who = me) => load((await who.browser.get('/dati/preferenze').expect(200)).text);
const ticked = async () =>
  (await page())('td input[checked]')
    .toArray()
    .map((input) => input.attribs.name!.replace(/-(?=[a-z]+$)/, ':'));
const stored = () =>
  portal.db.query<{ type: string; channel: string; wanted: boolean }>('SELECT * FROM notice_preference ORDER BY 2, 3');
const setting = async () => (await portal.db.query<Record<string, unknown>>('SELECT * FROM notice_setting'))[0];

describe('the page of preferences', () => {
  it('has a box with a label of its own for each type and road, but for those that are locked', async () => {
    const $ = await page();
    assert.equal($('main tbody tr').length, NOTICE_TYPES.length);
    assert.equal($('td input[type=checkbox]').length, NOTICE_TYPES.length * NOTICE_CHANNELS.length - 2);
    const labels = $('td input[type=checkbox]')
      .toArray()
      .map((input) => $(`label[for="${input.attribs.id}"]`).text().trim().replace(/\s+/g, ' '));
    assert.equal(new Set(labels).size, labels.length);
    assert.ok(labels.includes('SMS: Appuntamenti'), labels.join());
  });

  it('says why a road is locked, and that the portal always is', async () => {
    const $ = await page();
    const row = $('main tbody tr').filter((_, tr) => $(tr).text().includes('Deleghe'));
    assert.match(row.text(), /Arriva sempre all’e-mail che hai confermato: devi sapere chi agisce al tuo posto/);
    assert.equal(row.find('input').length, 1);
    assert.equal(row.find('td').length, 3);
    assert.match(row.find('td').first().text(), /Sempre/);
  });

  it('shows what is usual until something was saved', async () => {
    const usual = NOTICE_TYPE_RULES.flatMap(({ type, usual: roads, locked }) =>
      roads.filter((road) => !(locked as readonly string[]).includes(road)).map((road) => `${type}:${road}`),
    );
    assert.deepEqual((await ticked()).toSorted(), usual.toSorted());
    const $ = await page();
    assert.equal($('#dalle').attr('value'), '21:00');
    assert.equal($('#alle').attr('value'), '08:00');
    assert.equal($('#silenzio').attr('checked'), 'checked');
  });

  it('says which contact is still to be confirmed, with the way there', async () => {
    assert.equal((await page())('dl .tag-warning').length, 2);
    await addContact(portal.db, maria.id, { kind: 'email', value: 'maria@posta.example', at: portal.clock.now() });
    const $ = await page();
    assert.equal($('dl .tag-warning').length, 1);
    assert.match($('dl').text(), /maria@posta\.example/);
    assert.equal($('dl a[href="/dati/contatti"]').length, 2);
  });

  it('says which messages wait for a consent', async () => {
    assert.equal((await page())('a[href="/dati/consensi#news"]').length, 1);
    await me.browser
      .post('/dati/consensi')
      .type('form')
      .send({ _csrf: me.csrf(), scopo: 'news', scelta: 'do', versione: '2', dopo: '0' })
      .expect(303);
    const $ = await page();
    assert.equal($('a[href="/dati/consensi#news"]').length, 0);
    assert.match($('main').text(), /Hai dato il consenso/);
  });
});

describe('preferences', () => {
  it('are saved whole with one button', async () => {
    const answer = await send({ avvisi: ['appointment:sms', 'payment:email'], dalle: '22.30', alle: '7' });
    assert.equal(answer.status, 303);
    assert.match(answer.headers.location!, /\/dati\/preferenze#esito$/);
    assert.equal((await page())('#esito[role=status]').length, 1);
    assert.deepEqual((await ticked()).toSorted(), ['appointment:sms', 'payment:email']);
    assert.equal((await stored()).length, NOTICE_TYPES.length * NOTICE_CHANNELS.length - 2);
    const { version, quiet, quiet_from: from, quiet_to: to } = (await setting())!;
    assert.deepEqual([version, quiet, String(from), String(to)], [1, true, '22:30:00', '07:00:00']);
  });

  it('can all be switched off, also when one box alone was ticked before', async () => {
    await send({ avvisi: 'payment:email' }).expect(303);
    await send({ versione: '1', silenzio: '' }).expect(303);
    assert.deepEqual(await ticked(), []);
    assert.equal((await setting())!.quiet, false);
  });

  it('leave what is locked as it is, whatever is sent by hand', async () => {
    await send({}).expect(303);
    assert.deepEqual(
      (await stored()).filter(({ type, channel }) => channel === 'email' && ['security', 'delegation'].includes(type)),
      [],
    );
    await send({
      avvisi: ['appointment:sms'],
      versione: '1',
      'security-email': '',
      'delegation-email': 'no',
      'nonsense-sms': 'si',
    }).expect(303);
    assert.deepEqual(await ticked(), ['appointment:sms']);
    assert.equal((await setting())!.version, 2);
  });

  it('keep what was typed when a time is none, and say so beside it', async () => {
    const answer = await send({ avvisi: ['payment:sms'], dalle: 'sera', alle: '25', lingua: 'fr' });
    assert.equal(answer.status, 422);
    const $ = load(answer.text);
    assert.equal($('#errori li').length, 3);
    assert.equal($('#dalle').attr('value'), 'sera');
    assert.equal($('#dalle').attr('aria-invalid'), 'true');
    assert.equal($('#payment-sms').attr('checked'), 'checked');
    assert.equal(await setting(), undefined);
  });

  it('refuse quiet hours that end when they begin', async () => {
    const answer = await send({ dalle: '21', alle: '21:00' });
    assert.equal(answer.status, 422);
    assert.equal(load(answer.text)('#alle-errore').length, 1);
  });

  it('tell the second of two windows, show both choices, and take the second when it is sent again', async () => {
    await send({ avvisi: ['payment:email', 'appointment:sms'] }).expect(303);
    const answer = await send({ avvisi: ['payment:sms', 'appointment:sms'], lingua: 'it' });
    assert.equal(answer.status, 422);
    const $ = load(answer.text);
    assert.match($('#errori').text(), /altra finestra/);
    assert.equal($('#payment-sms').attr('checked'), 'checked');
    assert.match($('td:has(#payment-sms)').text(), /salvato: no/);
    assert.match($('td:has(#payment-email)').text(), /salvato: sì/);
    assert.doesNotMatch($('td:has(#appointment-sms)').text(), /salvato/);
    assert.deepEqual((await ticked()).toSorted(), ['appointment:sms', 'payment:email']);
    const versione = $('input[name=versione]').attr('value')!;
    await send({ avvisi: ['payment:sms', 'appointment:sms'], versione }).expect(303);
    assert.deepEqual((await ticked()).toSorted(), ['appointment:sms', 'payment:sms']);
  });

  it('tell one of two that save at the same moment', async () => {
    const both = await Promise.all(
      [send({ avvisi: ['payment:email'] }), send({ avvisi: ['payment:sms'] })].map(async (one) => (await one).status),
    );
    assert.deepEqual(both.toSorted(), [303, 422]);
    assert.equal((await setting())!.version, 1);
  });

  it('take a second press for what it is', async () => {
    await send({ avvisi: ['payment:email'] }).expect(303);
    await send({ avvisi: ['payment:email'] }).expect(303);
    assert.equal((await setting())!.version, 1);
  });

  it('take two presses at once for one, whatever they changed', async () => {
    await send({ avvisi: [] }).expect(303);
    for (const [index, avvisi] of [['payment:email'], ['payment:sms'], []].entries()) {
      const press = () => send({ avvisi, versione: String(index + 1) });
      const answers = await Promise.all([press(), press(), press()].map(async (one) => (await one).status));
      assert.deepEqual(answers, [303, 303, 303]);
      assert.equal((await setting())!.version, index + 2);
    }
  });

  it('change the language of pages and messages', async () => {
    const answer = await send({ lingua: 'de' });
    assert.equal(answer.status, 303);
    assert.match(answer.headers.location!, /\?lingua=de#esito$/);
    const chosen = await me.browser.get('/dati/preferenze?lingua=de').set('Sec-Fetch-Site', 'same-origin');
    const cookie = `${me.cookie}; ${chosen.headers['set-cookie']![0]!.split(';')[0]}`;
    const $ = load((await me.browser.get('/dati/preferenze').set('Cookie', cookie)).text);
    assert.equal($('html').attr('lang'), 'de');
    assert.equal($('#esito').length, 1);
    assert.equal($('input[name=lingua][checked]').attr('value'), 'de');
    const [{ language } = { language: '' }] = await portal.db.query<{ language: string }>(
      'SELECT language FROM citizen',
    );
    assert.equal(language, 'de');
  });

  it('are recorded as changed, without what they are', async () => {
    await send({ avvisi: ['payment:email'] }).expect(303);
    const entries = await portal.db.query<{ details: object }>(
      `SELECT details FROM audit_entry WHERE subject = $1 AND action = 'preferences.change' ORDER BY at DESC, id DESC LIMIT 1`,
      [maria.id],
    );
    assert.deepEqual(entries, [{ details: {} }]);
  });

  it('come back filled in when the session had ended, and are not saved by themselves', async () => {
    portal.clock.move({ minutes: 16 });
    const sent = await send({ avvisi: ['payment:sms'], dalle: '22' });
    const back = new URL(sent.headers.location!).searchParams.get('ritorno')!;
    me = await signedInAs(portal, maria);
    const $ = load((await me.browser.get(back).expect(200)).text);
    assert.equal($('#dalle').attr('value'), '22');
    assert.equal($('#payment-sms').attr('checked'), 'checked');
    assert.equal($('td input[checked]').length, 1);
    assert.equal(await setting(), undefined);
  });

  it('are in the copy of a person’s data, and go when the person is erased', async () => {
    await send({ avvisi: ['payment:sms'] }).expect(303);
    const db = portal.app.get(Database);
    const part = portal.app.get(ExportedParts).all.find(({ id }) => id === 'preferenze')!;
    const pages = await db.actingAs(citizen(maria.id), () =>
      Array.fromAsync(part.records({ subject: maria.id, by: maria.id }, new Texts('views').for('it'))),
    );
    assert.equal(pages.flat().length, 1 + (await stored()).length);
    const erased = portal.app.get(ErasedParts).all.find(({ id }) => id === 'preferences')!;
    const { deleted, kept } = await db.actingAs(system('erasure'), () => erased.erase(maria.id, portal.clock.now()));
    assert.deepEqual([deleted, kept], [pages.flat().length, 0]);
    assert.deepEqual(await stored(), []);
  });

  it('ask for level 2', async () => {
    const weak = await signedInAs(portal, maria, { method: 'pin', level: 1 });
    assert.match((await send({}, weak)).headers.location!, /\/accedi\/rafforza/);
    assert.equal(await setting(), undefined);
  });
});

describe('preferences, to PostgreSQL itself', () => {
  const as = (actor: ReturnType<typeof citizen>, sql: string, values: unknown[]) =>
    portal.app.get(Database).actingAs(actor, () => portal.app.get(Database).execute(sql, values));
  const WISH = 'INSERT INTO notice_preference (citizen_id, type, channel, wanted) VALUES ($1, $2, $3, $4)';

  it('cannot switch off what is locked', async () => {
    for (const { type, locked } of NOTICE_TYPE_RULES)
      for (const channel of locked)
        await assert.rejects(as(citizen(maria.id), WISH, [maria.id, type, channel, false]), { code: '23514' });
    assert.equal(await as(citizen(maria.id), WISH, [maria.id, 'security', 'sms', false]), 1);
    await assert.rejects(as(citizen(maria.id), WISH, [maria.id, 'weather', 'sms', true]), { code: '23514' });
  });

  it('are changed by the person alone: not by a delegate, somebody else or the delivery', async () => {
    const luca = await citizenOf(portal.db, 'luca', portal.clock.now());
    await as(citizen(maria.id), WISH, [maria.id, 'payment', 'sms', true]);
    for (const actor of [citizen(maria.id, luca.id), citizen(luca.id), system('delivery'), system('worker')])
      await assert.rejects(as(actor, WISH, [maria.id, 'payment', 'email', false]), { code: '42501' });
    const change = 'UPDATE notice_preference SET wanted = false WHERE citizen_id = $1';
    await assert.rejects(as(citizen(maria.id, luca.id), change, [maria.id]), { code: '42501' });
    assert.equal(await as(citizen(luca.id), change, [maria.id]), 0);
    const settings = `INSERT INTO notice_setting (citizen_id, version, quiet, quiet_from, quiet_to, changed_at) VALUES ($1, 1, true, '21:00', '08:00', $2)`;
    await assert.rejects(as(citizen(maria.id, luca.id), settings, [maria.id, portal.clock.now()]), { code: '42501' });
  });

  it('know the same types of notice as the program, for notices too', async () => {
    const [{ types } = { types: '' }] = await portal.db.query<{ types: string }>(
      `SELECT pg_get_constraintdef(oid) AS types FROM pg_constraint WHERE conname = 'notice_type_check'`,
    );
    const named = [...types.matchAll(/'([a-z-]+)'/g)].map(([, type]) => type!);
    assert.deepEqual(named.toSorted(), [...NOTICE_TYPES].toSorted());
  });
});
