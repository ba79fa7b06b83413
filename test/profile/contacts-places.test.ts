import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, beforeEach, describe, it } from 'node:test';
import { CitizensRepository } from '#src/auth/citizens.repository.js';
import type { Identity } from '#src/auth/identity.js';
import { system } from '#src/common/actor.js';
import { Database } from '#src/common/database.js';
import { testApp, type TestApp } from '../support/app.ts';
import { ContactPages, hidden, leadsTo } from '../support/contacts.ts';
import { citizenOf } from '../support/people.ts';
import { signedInAs } from '../support/sign-in.ts';
import { visit, type Answer } from '../support/visit.ts';

const HOME = { via: 'Via Esempio', numero: '1', altro: 'scala B', cap: '00185', comune: 'Roma' };
const TORONTO = {
  paese: 'CA',
  via: '12 King Street West',
  altro: '',
  codice: 'M5H 1A1',
  citta: 'Toronto',
  regione: 'Ontario',
};

let portal: TestApp;
let maria: ContactPages;
before(async () => {
  portal = await testApp();
  maria = new ContactPages(portal, await signedInAs(portal, await citizenOf(portal.db, 'maria', portal.clock.now())));
});
after(() => portal.close());
beforeEach(async () => {
  await portal.db.query('TRUNCATE postal_address');
  await portal.db.query(
    `UPDATE citizen SET residence_istat = '058091', residence_country = NULL, residence_locality = NULL`,
  );
});

const address = () =>
  portal.db.query(
    'SELECT country, street, number, extra, postal_code, comune_istat, locality, region FROM postal_address',
  );

describe('the postal address', () => {
  it('in Italy has one of our comuni', async () => {
    assert.equal((await maria.write('/indirizzo', HOME)).status, 303);
    assert.deepEqual(await address(), [
      {
        country: 'IT',
        street: 'Via Esempio',
        number: '1',
        extra: 'scala B',
        postal_code: '00185',
        comune_istat: '058091',
        locality: '',
        region: '',
      },
    ]);
    assert.match((await maria.show()).$('#indirizzo').text(), /Via Esempio 1, scala B, 00185 Roma \(RM\)/);
    const form = await maria.show('/indirizzo');
    assert.equal(form.$('#comune').attr('value'), 'Roma (RM)');
    assert.equal(
      (await maria.send('/indirizzo', { ...hidden(form), ...HOME, comune: 'Roma (RM)', numero: '2' })).status,
      303,
    );
  });

  it('proposes comuni for a name that is not one alone, and keeps all that was typed', async () => {
    const page = await maria.write('/indirizzo', { ...HOME, comune: 'Samone' });
    assert.equal(page.status, 422);
    assert.equal(page.$('#via').attr('value'), 'Via Esempio');
    const form = page.$('#forse + ul form').first();
    const fields = Object.fromEntries(
      form
        .find('input')
        .toArray()
        .map(({ attribs }) => [attribs.name!, attribs.value ?? '']),
    );
    const saved = await visit(portal.url, '/dati/contatti/indirizzo', { cookie: maria.who.cookie, form: fields });
    assert.equal(saved.status, 303);
    const [row] = await address();
    assert.deepEqual([row!.street, row!.extra, row!.postal_code], ['Via Esempio', 'scala B', '00185']);
  });

  it('says all that is wrong at once', async () => {
    const page = await maria.write('/indirizzo', { via: '', numero: '', altro: '<b>', cap: '185', comune: '' });
    assert.deepEqual(
      page
        .$('#errori a')
        .toArray()
        .map(({ attribs }) => attribs.href),
      ['#via', '#numero', '#cap', '#comune'],
    );
    assert.equal(page.$('#altro').attr('value'), '<b>');
    assert.equal((await maria.write('/indirizzo', { ...HOME, via: 'x'.repeat(121) })).status, 422);
    assert.deepEqual(await address(), []);
  });

  it('abroad has a country of the list, in the language of the page', async () => {
    const german = await visit(portal.url, '/dati/contatti/indirizzo/estero', {
      cookie: maria.who.cookie,
      language: 'de',
    });
    assert.ok(
      german
        .$('#paese option')
        .toArray()
        .some((one) => german.$(one).text() === 'Vereinigtes Königreich'),
    );
    assert.equal((await maria.write('/indirizzo/estero', TORONTO)).status, 303);
    assert.match((await maria.show()).$('#indirizzo').text(), /12 King Street West, M5H 1A1 Toronto, Ontario, Canada/);
    assert.equal((await maria.show('/indirizzo/estero')).$('#paese [selected]').attr('value'), 'CA');
  });

  it('abroad is not Italy, nor a country that is none', async () => {
    for (const paese of ['', 'IT', 'ZZ', 'AQ', 'Canada']) {
      const page = await maria.write('/indirizzo/estero', { ...TORONTO, paese });
      assert.equal(page.status, 422, paese);
      assert.match(page.$('#paese-errore').text(), /Scegli il paese/);
      assert.equal(page.$('#citta').attr('value'), 'Toronto');
    }
  });

  it('that moves abroad leaves nothing of Italy behind', async () => {
    await maria.write('/indirizzo', HOME);
    await maria.write('/indirizzo/estero', TORONTO);
    const [row] = await address();
    assert.deepEqual([row!.country, row!.comune_istat, row!.number], ['CA', null, '']);
  });

  it('of two tabs: the second is told what it is now', async () => {
    const stale = hidden(await maria.show('/indirizzo'));
    await maria.write('/indirizzo', HOME);
    const told = await maria.send('/indirizzo', { ...stale, ...HOME, via: 'Via Nuova' });
    assert.equal(told.status, 422);
    assert.match(told.$('main').text(), /Ora è Via Esempio 1, scala B, 00185 Roma \(RM\)/);
    assert.equal(told.$('#via').attr('value'), 'Via Nuova');
    assert.equal((await maria.send('/indirizzo', { ...hidden(told), ...HOME, via: 'Via Nuova' })).status, 303);
    assert.equal((await address())[0]!.street, 'Via Nuova');
  });

  it('is saved once by two presses of its button, in Italy and abroad', async () => {
    for (const [path, typed] of [
      ['/indirizzo', HOME],
      ['/indirizzo/estero', TORONTO],
    ] as const) {
      const earlier = (await maria.recorded()).length;
      const fields = { ...hidden(await maria.show(path)), ...typed };
      const both = await Promise.all([maria.send(path, fields), maria.send(path, fields)]);
      assert.deepEqual(both.map(leadsTo), ['/dati/contatti#esito', '/dati/contatti#esito']);
      assert.deepEqual((await maria.recorded()).slice(earlier), ['contacts.change']);
    }
  });

  it('can be removed, also with two presses', async () => {
    await maria.write('/indirizzo', HOME);
    const versione = (await maria.show('/indirizzo/rimozione')).$('[name=versione]').attr('value')!;
    const remove = () => maria.send('/indirizzo/rimozione', { versione });
    await Promise.all([remove(), remove()]);
    await remove();
    assert.equal((await maria.show()).$('#esito.note-ok').length, 1);
    assert.deepEqual(await address(), []);
    assert.equal(leadsTo(await maria.show('/indirizzo/rimozione')), '/dati/contatti');
  });
});

describe('the residence', () => {
  const residence = () =>
    portal.db.query('SELECT residence_istat, residence_country, residence_locality FROM citizen WHERE id = $1', [
      maria.subject,
    ]);
  const show = (path: string): Promise<Answer> => visit(portal.url, path, { cookie: maria.who.cookie });
  const send = (path: string, form: Record<string, string>): Promise<Answer> =>
    visit(portal.url, path, { cookie: maria.who.cookie, form: { _csrf: maria.who.csrf(), ...form } });
  const write = async (path: string, fields: Record<string, string>) =>
    send(path, { ...hidden(await show(path)), ...fields });

  const moves = async () =>
    (
      await portal.db.query(`SELECT FROM audit_entry WHERE action = 'profile.residence' AND subject = $1`, [
        maria.subject,
      ])
    ).length;

  it('may be abroad, with its country, and then is no comune', async () => {
    assert.equal((await write('/dati/residenza/estero', { paese: 'CA', citta: 'Toronto' })).status, 303);
    assert.deepEqual(await residence(), [
      { residence_istat: null, residence_country: 'CA', residence_locality: 'Toronto' },
    ]);
    const page = await show('/dati');
    assert.match(page.$('main').text(), /Toronto, Canada/);
    assert.equal(page.$('main a[href="/dati/residenza/estero"]').length, 1);
    assert.match((await maria.show()).$('#residenza').text(), /Toronto, Canada/);
    assert.match((await show('/bacheca')).$('main').text(), /Abiti qui: Toronto, Canada/);
  });

  it('comes back to Italy', async () => {
    await write('/dati/residenza/estero', { paese: 'CA', citta: 'Toronto' });
    assert.equal((await write('/dati/residenza', { comune: 'Forlì' })).status, 303);
    assert.deepEqual(await residence(), [
      { residence_istat: '040012', residence_country: null, residence_locality: null },
    ]);
  });

  it('abroad is refused without a place or with no such country', async () => {
    for (const fields of [
      { paese: 'IT', citta: 'Roma' },
      { paese: 'CA', citta: '' },
      { paese: '', citta: '' },
      { paese: 'CA', citta: '\u202e\u200b' },
    ])
      assert.equal((await write('/dati/residenza/estero', fields)).status, 422);
    assert.deepEqual(await residence(), [
      { residence_istat: '058091', residence_country: null, residence_locality: null },
    ]);
  });

  it('of two tabs: the second is told where it is now', async () => {
    const stale = hidden(await show('/dati/residenza'));
    await write('/dati/residenza/estero', { paese: 'CA', citta: 'Toronto' });
    const told = await send('/dati/residenza', { ...stale, comune: 'Forlì' });
    assert.equal(told.status, 422);
    assert.match(told.$('#comune-errore').text(), /ora è Toronto, Canada/);
    assert.equal(told.$('#comune').attr('value'), 'Forlì');
    assert.equal((await send('/dati/residenza', { ...hidden(told), comune: 'Forlì' })).status, 303);
    const abroad = await send('/dati/residenza/estero', { ...stale, paese: 'DE', citta: 'Köln' });
    assert.match(abroad.$('#paese-errore').text(), /ora è Forlì \(FC\)/);
  });

  it('is moved once by two presses of its button, in Italy and abroad', async () => {
    for (const [path, typed] of [
      ['/dati/residenza', { comune: 'Forlì' }],
      ['/dati/residenza/estero', { paese: 'CA', citta: 'Toronto' }],
    ] as const) {
      const earlier = await moves();
      const fields = { ...hidden(await show(path)), ...typed };
      const both = await Promise.all([send(path, fields), send(path, fields)]);
      assert.deepEqual(both.map(leadsTo), ['/dati#esito', '/dati#esito']);
      assert.equal((await moves()) - earlier, 1);
    }
  });

  it('that one chose abroad stays when the provider says another at the next sign-in', async () => {
    await write('/dati/residenza/estero', { paese: 'CA', citta: 'Toronto' });
    const { fiscalCode, name, familyName } = maria.who.citizen;
    const identity: Identity = {
      method: 'spid',
      level: 2,
      issuer: 'https://gestore.example',
      fiscalCode,
      spidCode: null,
      name,
      familyName,
      dateOfBirth: null,
      gender: null,
      placeOfBirth: null,
      email: null,
      mobile: null,
      domicile: null,
      nameId: null,
      nameQualifier: null,
      sessionIndex: null,
      purpose: 'private',
    };
    const signIn = {
      newId: randomUUID(),
      key: `cf:${fiscalCode}`,
      identity,
      residence: '058091',
      now: portal.clock.now(),
    };
    const citizens = portal.app.get(CitizensRepository, { strict: false });
    await portal.app.get(Database).actingAs(system('sign-in'), () => citizens.record(signIn));
    assert.deepEqual(await residence(), [
      { residence_istat: null, residence_country: 'CA', residence_locality: 'Toronto' },
    ]);
  });
});
