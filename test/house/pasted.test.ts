// What is pasted brings signs along that nobody sees: every form reads what was meant, and no page loses what was typed.
import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, it } from 'node:test';
import { protocolNumber } from '#src/common/protocol.js';
import { asked, forgetRequests, requestOf, sendRight } from '../contact/rights-support.ts';
import { NOW, testApp, type TestApp } from '../support/app.ts';
import { ContactPages } from '../support/contacts.ts';
import { citizenOf } from '../support/people.ts';
import { signedInAs, staffSignedIn, type SignedIn } from '../support/sign-in.ts';
import { visit } from '../support/visit.ts';

let portal: TestApp;
let me: SignedIn;
let maria: ContactPages;
before(async () => {
  portal = await testApp();
});
after(() => portal.close());
beforeEach(async () => {
  portal.clock.set(NOW);
  await forgetRequests(portal);
  const citizen = await citizenOf(portal.db, 'maria', portal.clock.now());
  for (const table of ['contact', 'contact_change', 'postal_address']) await portal.db.query(`DELETE FROM ${table}`);
  await portal.db.query(
    `UPDATE citizen SET residence_istat = '058091', residence_country = NULL, residence_locality = NULL`,
  );
  me = await signedInAs(portal, citizen);
  maria = new ContactPages(portal, me);
});

/** Around, and once inside. */
const dirty = (text: string, sign: string) => `${sign}${text.slice(0, 2)}${sign}${text.slice(2)}${sign}`;
const SIGNS = [
  '\u200b',
  '\ufeff',
  '\u2060',
  '\u200d',
  '\u200e',
  '\u202e',
  '\u2066',
  '\u00ad',
  '\u180e',
  '\ufe0f',
  '\u{e0100}',
  '\u{e0041}',
];
const get = (path: string) => visit(portal.url, path, { cookie: me.cookie });
const send = (path: string, fields: Record<string, string>) =>
  visit(portal.url, path, { cookie: me.cookie, form: { _csrf: me.csrf(), ...fields } });
const one = async <R>(sql: string) => (await portal.db.query<R & Record<string, unknown>>(sql))[0];

for (const sign of SIGNS)
  describe(`U+${sign.codePointAt(0)!.toString(16).toUpperCase()}, around and inside`, () => {
    const pasted = (text: string) => dirty(text, sign);

    it('a comune that is looked for', async () => {
      const found = await get(`/sedi?comune=${encodeURIComponent(pasted('Roma'))}`);
      assert.equal(found.status, 200);
      assert.match(found.$('main').text(), /Roma \(RM\)/);
      assert.equal((await send('/dati/residenza', { comune: pasted('Forlì'), prima: '058091' })).status, 303);
    });

    it('contacts and their code', async () => {
      const mail = await maria.write('/email', { valore: pasted('maria@posta.example') });
      assert.match(mail.headers.location ?? '', /\/email\/codice/);
      const change = (await one<{ id: string; value: string }>('SELECT id, value FROM contact_change'))!;
      assert.equal(change.value, 'maria@posta.example');
      const codice = pasted(await maria.lastCode());
      assert.match(
        (await maria.send('/email/codice', { codice, cambio: change.id })).headers.location ?? '',
        /#esito$/,
      );
      await maria.write('/telefono', { valore: pasted('06 1234 5678') });
      await maria.write('/pec', { valore: pasted('maria@pec.example') });
      const rows = await portal.db.query<{ value: string }>('SELECT value FROM contact ORDER BY value');
      assert.deepEqual(
        rows.map(({ value }) => value),
        ['+390612345678', 'maria@pec.example', 'maria@posta.example'],
      );
    });

    it('an address, its postal code and its names', async () => {
      const home = { via: 'Via Esempio', numero: '12/B', altro: 'scala B', cap: '00185', comune: 'Roma' };
      const typed = Object.fromEntries(Object.entries(home).map(([field, text]) => [field, pasted(text)]));
      assert.equal((await maria.write('/indirizzo', typed)).status, 303);
      assert.deepEqual(await one('SELECT street, number, extra, postal_code FROM postal_address'), {
        street: 'Via Esempio',
        number: '12/B',
        extra: 'scala B',
        postal_code: '00185',
      });
    });

    it('days, a protocol number, and what the desk writes', async () => {
      const days = new URLSearchParams({ dalGiorno: pasted('01'), dalMese: pasted('03'), dalAnno: pasted('2026') });
      assert.equal((await get(`/dati/accessi?${days}`)).status, 200);
      const protocol = await asked(me, 'rettifica', { giusto: pasted('Maria Rossi') });
      assert.equal((await requestOf(portal, protocol)).right_value, 'Maria Rossi');
      assert.equal((await get(`/dati/diritti/richieste/${encodeURIComponent(pasted(protocol))}`)).status, 200);
      const elena = await staffSignedIn(portal, { name: 'Elena Conti', office: 'AG-058091', roles: ['operator'] });
      const desk = (deed: string, fields: Record<string, string>) =>
        visit(portal.url, `/operatore/richieste-dati/${protocol}/${deed}`, {
          cookie: elena.cookie,
          form: { _csrf: elena.csrf(), ...fields },
        });
      await desk('presa-in-carico', { versione: '1' });
      const answer = { esito: 'accepted', campo: 'born_on', valore: pasted('16/5/1980'), motivo: pasted('Va bene.') };
      assert.equal((await desk('decisione', { versione: '2', ...answer })).status, 303);
      assert.deepEqual(await one('SELECT outcome_reason FROM right_request WHERE protocol IS NOT NULL'), {
        outcome_reason: 'Va bene.',
      });
    });
  });

describe('a form', () => {
  it('takes a line that breaks where nobody sees it, and keeps the lines of a note', async () => {
    for (const end of ['\v', '\f', '\u2028', '\u0085']) {
      assert.equal((await send('/dati/residenza', { comune: `${end}Roma${end}`, prima: '058091' })).status, 303);
      assert.equal((await get(`/sedi?comune=${encodeURIComponent(`${end}Roma${end}`)}`)).status, 200);
      const protocol = await asked(me, 'opposizione', { testo: `Uno.${end}Due. 👩\u200d⚕\ufe0f \u202eert` });
      assert.equal((await requestOf(portal, protocol)).message, 'Uno.\nDue. 👩\u200d⚕\ufe0f ert');
      await forgetRequests(portal);
    }
  });

  it('counts what is seen', async () => {
    const protocol = await asked(me, 'opposizione', { testo: 'è\u200b\u00ad\ufeff'.repeat(2000) });
    assert.equal((await requestOf(portal, protocol)).message.length, 2000);
    const long = await sendRight(me, 'limitazione', { dati: 'notices', testo: 'è\u200b'.repeat(2001) });
    assert.equal(long.status, 422);
    assert.ok(long.text.includes('è'.repeat(2001)), 'and nothing typed is lost');
  });

  it('that holds nothing to be seen is an empty one', async () => {
    for (const text of ['\u200b', '\u00a0\u3000', '\v', '\u202e']) {
      const found = await get(`/sedi?comune=${encodeURIComponent(text)}`);
      assert.equal(found.status, 422);
      assert.equal(found.$('#errori a').length, 1);
      assert.equal((await send('/dati/residenza', { comune: text, prima: '058091' })).status, 422);
    }
  });

  it('takes signs of double width, hyphens of all lengths and an address with its name', async () => {
    assert.equal((await send('/dati/residenza', { comune: 'Ｒｏｍａ', prima: '058091' })).status, 303);
    await maria.write('/pec', { valore: '"Rossi, Maria" <MARIA@pec.example>,' });
    await maria.write('/telefono', { valore: 'Tel. (06)/1234–5678' });
    const rows = await portal.db.query<{ value: string }>('SELECT value FROM contact ORDER BY value');
    assert.deepEqual(
      rows.map(({ value }) => value),
      ['+390612345678', 'MARIA@pec.example'],
    );
    const number = await asked(me, 'opposizione');
    const written = number.toLowerCase().replaceAll('-', '–');
    assert.equal((await get(`/dati/diritti/richieste/${encodeURIComponent(written)}`)).status, 200);
    const none = protocolNumber('DIR', 2026, 999).replaceAll('-', '/');
    assert.equal((await get(`/dati/diritti/richieste/${encodeURIComponent(none)}`)).status, 404);
  });
});

describe('a number as the provider says it', () => {
  for (const [said, shown] of [
    ['0039 333-1234567', '+39 333 123 4567'],
    ['06/12345678', '+39 06 1234 5678'],
    ['333 1234567 (ore pasti)', '333 1234567 (ore pasti)'],
  ] as const)
    it(`is shown as people write it: ${said}`, async () => {
      await portal.db.query('UPDATE citizen SET said_mobile = $1', [said]);
      for (const path of ['/dati', '/dati/contatti']) {
        const text = (await get(path)).$('main').text();
        assert.ok(text.includes(shown), path);
        if (said !== shown) assert.ok(!text.includes(said), path);
      }
    });
});
