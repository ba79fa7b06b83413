import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, it } from 'node:test';
import { citizen, system } from '#src/common/actor.js';
import { Database } from '#src/common/database.js';
import { ContactsService, ProfileService } from '#src/profile/index.js';
import { BounceListeners } from '#src/transport/index.js';
import { testApp, type TestApp } from '../support/app.ts';
import { addContact, ContactPages, hidden, leadsTo } from '../support/contacts.ts';
import { citizenOf } from '../support/people.ts';
import { caughtCode, worker } from '../support/post.ts';
import { signedInAs } from '../support/sign-in.ts';
import { visit } from '../support/visit.ts';

let portal: TestApp;
let maria: ContactPages;
let luca: ContactPages;
before(async () => {
  portal = await testApp();
  const enter = async (key: 'maria' | 'luca') =>
    new ContactPages(portal, await signedInAs(portal, await citizenOf(portal.db, key, portal.clock.now())));
  maria = await enter('maria');
  luca = await enter('luca');
});
after(() => portal.close());
beforeEach(() => portal.db.query('TRUNCATE contact, contact_change, postal_address, outgoing_message CASCADE'));

describe('the page of contacts', () => {
  it('shows nothing chosen, and what the provider said apart from it', async () => {
    const { $ } = await maria.show();
    assert.match($('#email').text(), /Non c’è ancora/);
    assert.equal($('main strong').length, 1, 'the residence alone is known');
    assert.equal($('main form').length, 3);
    assert.ok($('main form').text().includes('Usa questo indirizzo e-mail'));
    assert.match($('h2').text(), /Dal tuo gestore di identità/);
    assert.deepEqual(await maria.live(), []);
  });

  it('takes what the provider said with one press, and a code', async () => {
    const { $ } = await maria.show();
    const fields = Object.fromEntries(
      $('form[action="/dati/contatti/email#errori"] input')
        .toArray()
        .map(({ attribs }) => [attribs.name!, attribs.value ?? '']),
    );
    const asked = await visit(portal.url, '/dati/contatti/email', { cookie: maria.who.cookie, form: fields });
    assert.equal(leadsTo(asked), '/dati/contatti/email/codice#main');
    const code = await caughtCode(portal, maria.who.citizen.email);
    await maria.write('/email/codice', { codice: code });
    const shown = await maria.show();
    assert.match(shown.$('#email').text(), /maria\.rossi@posta\.example Confermato/);
    assert.match(shown.$('main').text(), /È quello che usi già/);
  });

  it('takes the address that the provider said with one press', async () => {
    const { $ } = await maria.show();
    const fields = Object.fromEntries(
      $('form[action="/dati/contatti/indirizzo#errori"] input')
        .toArray()
        .map(({ attribs }) => [attribs.name!, attribs.value ?? '']),
    );
    const saved = await visit(portal.url, '/dati/contatti/indirizzo', { cookie: maria.who.cookie, form: fields });
    assert.equal(saved.status, 303);
    assert.match((await maria.show()).$('#indirizzo').text(), /Via Esempio 1, 00185 Roma \(RM\)/);
  });

  it('is asked of nobody with a password alone to change', async () => {
    const weak = await signedInAs(portal, maria.who.citizen, { method: 'pin', level: 1 });
    const list = await visit(portal.url, '/dati/contatti', { cookie: weak.cookie });
    assert.equal(list.status, 200);
    for (const path of ['/email', '/email/codice', '/email/rimozione', '/indirizzo', '/indirizzo/estero']) {
      const answer = await visit(portal.url, `/dati/contatti${path}`, { cookie: weak.cookie });
      assert.match(leadsTo(answer), /^\/accedi\/rafforza\?.*livello=2/, path);
    }
    const form = { _csrf: weak.csrf(), valore: 'altra@posta.example', versione: '' };
    const sent = await visit(portal.url, '/dati/contatti/email', { cookie: weak.cookie, form });
    assert.match(leadsTo(sent), /^\/accedi\/rafforza/);
    assert.deepEqual(await maria.sent('code'), []);
  });

  it('knows no other kinds of contact', async () => {
    for (const path of ['/fax', '/pec/codice', '/telefono/codice', '/constructor'])
      assert.equal((await maria.show(path)).status, 404, path);
  });
});

describe('a new e-mail address', () => {
  it('goes live with the code that was sent there, and not before', async () => {
    await maria.confirmed('email', 'vecchia@posta.example');
    const asked = await maria.write('/email', { valore: 'nuova@Posta.example' });
    assert.equal(asked.status, 303);
    assert.deepEqual(await maria.live(), [{ kind: 'email', value: 'vecchia@posta.example' }]);
    assert.match(
      (await maria.show()).$('#email').text(),
      /vecchia@posta\.example Confermato.*Da confermare.*nuova@posta\.example/s,
    );
    const page = await maria.show('/email/codice');
    assert.deepEqual(
      [page.$('#codice').attr('autocomplete'), page.$('#codice').attr('inputmode')],
      ['one-time-code', 'numeric'],
    );
    const done = await maria.write('/email/codice', { codice: await maria.lastCode() });
    assert.equal(leadsTo(done), '/dati/contatti#esito');
    assert.deepEqual(await maria.live(), [{ kind: 'email', value: 'nuova@posta.example' }]);
    assert.match((await maria.show()).$('#esito').text(), /da ora ti scriviamo/);
    assert.deepEqual(await maria.recorded().then((all) => all.slice(-4)), [
      'contacts.code',
      'contacts.change',
      'contacts.code',
      'contacts.change',
    ]);
  });

  it('is sent a message that names the portal, the code, its time, and who will never ask for it', async () => {
    await maria.write('/email', { valore: 'nuova@posta.example' });
    const [message] = await maria.sent('code');
    assert.equal(message!.to, 'nuova@posta.example');
    assert.match(message!.title, /MyINPS/);
    assert.match(message!.text, /MyINPS.*\n\n\d{6}\n\nVale 30 minuti\. Nessuno di INPS te lo chiederà mai/s);
    assert.ok(!message!.text.includes('nuova@'));
  });

  it('is told to the old one, without the new one, with what to do', async () => {
    await maria.confirmed('email', 'vecchia@posta.example');
    assert.deepEqual(await maria.sent('security'), [], 'there was nobody to tell');
    await maria.confirmed('email', 'nuova@posta.example');
    const [told, ...more] = await maria.sent('security');
    assert.deepEqual([told!.to, more.length], ['vecchia@posta.example', 0]);
    assert.match(told!.text, /indirizzo e-mail è cambiato \(mercoledì 1 aprile 2026, ore 09:00\)/);
    assert.match(told!.text, /Non sei stato tu\?.*06164164/s);
    assert.ok(!told!.text.includes('nuova@'));
  });

  it('is told to the mobile, where there was no address or it was of no use', async () => {
    await maria.confirmed('cellulare', '333 111 1111');
    await maria.confirmed('email', 'nuova@posta.example');
    const [told] = await maria.sent('security');
    assert.deepEqual([told!.channel, told!.to, told!.title], ['sms', '+393331111111', '']);
  });

  it('may be international: stored for sending, shown as written', async () => {
    await maria.confirmed('email', 'maria@münchen.example');
    assert.deepEqual(await maria.live(), [{ kind: 'email', value: 'maria@xn--mnchen-3ya.example' }]);
    assert.equal((await maria.sent('code'))[0]!.to, 'maria@xn--mnchen-3ya.example');
    assert.match((await maria.show()).$('#email').text(), /maria@münchen\.example/);
  });

  it('is refused with a sentence of its own, and kept in the form', async () => {
    for (const [typed, words] of [
      ['', /Scrivi il tuo indirizzo e-mail/],
      ['mària@posta.example', /lettere senza accenti/],
      ['maria@casa@posta.example', /una sola chiocciola/],
      [`${'a'.repeat(65)}@posta.example`, /troppo lungo/],
      ['a'.repeat(500), /troppo lungo/],
      ['maria@posta', /non è scritto bene/],
      ['maria@posta.example\nBcc: x@y.example', /chiocciola/],
    ] as const) {
      const page = await maria.write('/email', { valore: typed });
      assert.equal(page.status, 422, typed);
      assert.match(page.$('#valore-errore').text(), words);
      if (!typed.includes('\n')) assert.equal(page.$('#valore').attr('value'), typed);
    }
    assert.deepEqual(await maria.sent('code'), []);
  });

  it('may be somebody else’s too: nothing tells so, the code decides', async () => {
    await luca.confirmed('email', 'comune@posta.example');
    const free = await maria.write('/email', { valore: 'libera@posta.example' });
    const freePage = await maria.show('/email/codice');
    const taken = await maria.write('/email', { valore: 'comune@posta.example' });
    const takenPage = await maria.show('/email/codice');
    assert.deepEqual([taken.status, leadsTo(taken)], [free.status, leadsTo(free)]);
    const words = (text: string) =>
      text.replaceAll(/(libera|comune)@posta/g, 'x').replaceAll(/ancora \d codic./g, 'ancora');
    assert.equal(words(takenPage.$('main').text()), words(freePage.$('main').text()));
    await maria.write('/email/codice', { codice: await maria.lastCode() });
    assert.deepEqual(
      [await maria.live(), await luca.live()].flat().map(({ value }) => value),
      ['comune@posta.example', 'comune@posta.example'],
    );
  });
});

describe('a mobile number', () => {
  it('goes live with a code by SMS, which phones offer to this site alone', async () => {
    await maria.write('/cellulare', { valore: '+1 416 555 0123' });
    const [message] = await maria.sent('code');
    assert.deepEqual([message!.channel, message!.to, message!.title], ['sms', '+14165550123', '']);
    assert.match(message!.text, /^MyINPS: il tuo codice è (\d{6})\. Vale 30 minuti\..*\n\n@localhost #\1$/s);
    assert.ok(message!.text.length <= 160, 'one SMS');
    await maria.write('/cellulare/codice', { codice: await caughtCode(portal, '+14165550123') });
    assert.match((await maria.show()).$('#cellulare').text(), /\+1 416 555 0123 Confermato/);
  });

  it('is no landline', async () => {
    const page = await maria.write('/cellulare', { valore: '06 1234 5678' });
    assert.equal(page.status, 422);
    assert.match(page.$('#valore-errore').text(), /numero fisso e non riceve SMS/);
  });
});

describe('PEC and telephone', () => {
  it('are saved at once, without a code', async () => {
    assert.equal((await maria.write('/pec', { valore: 'maria@pec.example' })).status, 303);
    assert.equal((await maria.write('/telefono', { valore: '06 1234 5678' })).status, 303);
    assert.deepEqual(await maria.live(), [
      { kind: 'pec', value: 'maria@pec.example' },
      { kind: 'phone', value: '+390612345678' },
    ]);
    assert.deepEqual(await maria.sent('code'), []);
  });

  it('say so when nothing changes', async () => {
    await maria.write('/telefono', { valore: '06 1234 5678' });
    assert.match(
      (await maria.write('/telefono', { valore: '0612345678' })).$('#valore-errore').text(),
      /già il recapito che usi/,
    );
  });
});

describe('removing a contact', () => {
  it('is asked on a page of its own, done, and told to the old contact', async () => {
    await maria.confirmed('email', 'vecchia@posta.example');
    await maria.write('/email', { valore: 'nuova@posta.example' });
    const page = await maria.show('/email/rimozione');
    assert.match(page.$('main').text(), /vecchia@posta\.example.*Non ti manderemo più avvisi per e-mail/s);
    const versione = page.$('[name=versione]').attr('value')!;
    const done = await maria.send('/email/rimozione', { versione });
    assert.equal(leadsTo(done), '/dati/contatti#esito');
    assert.deepEqual(await maria.live(), []);
    const [told] = await maria.sent('security');
    assert.deepEqual([told!.to, /è stato tolto/.test(told!.text)], ['vecchia@posta.example', true]);
    // The change under way went with it.
    assert.equal(leadsTo(await maria.show('/email/codice')), '/dati/contatti/email');
  });

  it('removes nothing that has changed meanwhile', async () => {
    await maria.write('/pec', { valore: 'maria@pec.example' });
    const versione = (await maria.show('/pec/rimozione')).$('[name=versione]').attr('value')!;
    await maria.write('/pec', { valore: 'altra@pec.example' });
    await maria.send('/pec/rimozione', { versione });
    assert.match((await maria.show()).$('#esito').text(), /Non abbiamo tolto niente/);
    assert.deepEqual(await maria.live(), [{ kind: 'pec', value: 'altra@pec.example' }]);
  });

  it('leads back to the list where there is nothing to remove', async () => {
    assert.equal(leadsTo(await maria.show('/pec/rimozione')), '/dati/contatti');
  });
});

describe('two tabs', () => {
  it('of a contact without a code: the second is told what it is now, keeps what was typed, and may go on', async () => {
    const stale = await maria.show('/pec');
    await maria.write('/pec', { valore: 'prima@pec.example' });
    const versione = stale.$('[name=versione]').attr('value')!;
    const told = await maria.send('/pec', { valore: 'seconda@pec.example', versione });
    assert.equal(told.status, 422);
    assert.match(told.$('#valore-errore').text(), /ora è prima@pec\.example/);
    assert.equal(told.$('#valore').attr('value'), 'seconda@pec.example');
    assert.deepEqual(await maria.live(), [{ kind: 'pec', value: 'prima@pec.example' }]);
    const again = await maria.send('/pec', {
      valore: 'seconda@pec.example',
      versione: told.$('[name=versione]').attr('value')!,
    });
    assert.equal(again.status, 303);
    assert.deepEqual(await maria.live(), [{ kind: 'pec', value: 'seconda@pec.example' }]);
  });

  it('are not forgotten by a mistake in between', async () => {
    const stale = (await maria.show('/pec')).$('[name=versione]').attr('value')!;
    await maria.write('/pec', { valore: 'prima@pec.example' });
    const wrong = await maria.send('/pec', { valore: 'sbagliata', versione: stale });
    const versione = wrong.$('[name=versione]').attr('value')!;
    const told = await maria.send('/pec', { valore: 'seconda@pec.example', versione });
    assert.match(told.$('#valore-errore').text(), /ora è prima@pec\.example/);
  });

  it('of an e-mail address: no code is sent against what is no longer so', async () => {
    const stale = await maria.show('/email');
    await maria.confirmed('email', 'prima@posta.example');
    const told = await maria.send('/email', {
      valore: 'seconda@posta.example',
      versione: stale.$('[name=versione]').attr('value')!,
    });
    assert.equal(told.status, 422);
    assert.match(told.$('#valore-errore').text(), /ora è prima@posta\.example/);
    assert.equal((await maria.sent('code')).length, 1);
  });

  it('at the same moment: one saves, the other is told', async () => {
    const versione = (await maria.show('/pec')).$('[name=versione]').attr('value')!;
    const both = await Promise.all(
      ['prima', 'seconda'].map((name) => maria.send('/pec', { valore: `${name}@pec.example`, versione })),
    );
    assert.deepEqual(both.map(({ status }) => status).toSorted(), [303, 422]);
    assert.equal((await maria.live()).length, 1);
  });

  it('at the same moment with the same words are one press of a button: both are told that it is saved', async () => {
    const earlier = (await maria.recorded()).length;
    for (const [path, valore] of [
      ['/pec', 'maria@pec.example'],
      ['/telefono', '06 1234 5678'],
    ] as const) {
      const fields = { ...hidden(await maria.show(path)), valore };
      const both = await Promise.all([maria.send(path, fields), maria.send(path, fields)]);
      assert.deepEqual(both.map(leadsTo), ['/dati/contatti#esito', '/dati/contatti#esito']);
      assert.equal((await maria.show()).$('#esito.note-ok').length, 1);
    }
    assert.deepEqual((await maria.recorded()).slice(earlier), ['contacts.change', 'contacts.change']);
  });

  it('that remove the same at once: both are told that it is gone, and the old address once', async () => {
    await maria.confirmed('email', 'vecchia@posta.example');
    const earlier = (await maria.recorded()).length;
    const versione = (await maria.show('/email/rimozione')).$('[name=versione]').attr('value')!;
    const remove = () => maria.send('/email/rimozione', { versione });
    await Promise.all([remove(), remove()]);
    await remove();
    assert.equal((await maria.show()).$('#esito.note-ok').length, 1);
    assert.equal((await maria.sent('security')).length, 1);
    assert.deepEqual((await maria.recorded()).slice(earlier), ['contacts.remove']);
  });

  it('takes a version of another hand for one that has changed', async () => {
    for (const versione of ['x', "'; --", '00000000-0000-0000-0000-000000000000'])
      assert.equal((await maria.send('/pec', { valore: 'a@pec.example', versione })).status, 422);
  });
});

describe('a contact that nothing arrives at', () => {
  /** As the worker tells it, with its own login. */
  const bounce = async (address: string, channel: 'email' | 'sms' = 'email', subject = maria.subject) => {
    const { db } = await worker(portal);
    const listeners = portal.app.get(BounceListeners, { strict: false });
    await db.actingAs(system('delivery'), () => listeners.tell(subject, channel, address, portal.clock.now()));
  };

  it('is marked, used no more, and the person is asked to check it', async () => {
    await maria.confirmed('email', 'vecchia@posta.example');
    await bounce('vecchia@posta.example');
    const { $ } = await maria.show();
    assert.match($('main .note-warning').text(), /tornano indietro/);
    assert.match($('#email').text(), /Da controllare/);
    const { $: bacheca } = await visit(portal.url, '/bacheca', { cookie: maria.who.cookie });
    assert.equal(bacheca('#dati ~ ul a[href="/dati/contatti"]').text(), 'Controlla il tuo indirizzo e-mail');
    assert.deepEqual(await verified(portal, maria.subject), { email: null, mobile: null });
    assert.ok((await maria.recorded()).includes('contacts.bounce'));
  });

  it('is live again when a new code confirms the same address', async () => {
    await maria.confirmed('email', 'vecchia@posta.example');
    await bounce('vecchia@posta.example');
    await maria.confirmed('email', 'vecchia@posta.example');
    assert.deepEqual(await verified(portal, maria.subject), { email: 'vecchia@posta.example', mobile: null });
    assert.deepEqual(await maria.sent('security'), [], 'nothing changed hands');
  });

  it('is not what was changed since, nor another person’s', async () => {
    await maria.confirmed('email', 'nuova@posta.example');
    await luca.confirmed('email', 'vecchia@posta.example');
    await bounce('vecchia@posta.example');
    assert.deepEqual(
      [await verified(portal, maria.subject), await verified(portal, luca.subject)].map(({ email }) => email),
      ['nuova@posta.example', 'vecchia@posta.example'],
    );
  });

  it('may be one that waits for its code: the page of the code says so', async () => {
    await maria.write('/email', { valore: 'sbagliata@posta.example' });
    await bounce('sbagliata@posta.example');
    assert.match(
      (await maria.show('/email/codice')).$('main .note-warning').text(),
      /sbagliata@posta\.example è tornata indietro/,
    );
  });
});

describe('what other modules are given', () => {
  it('is confirmed contacts alone, for notices', async () => {
    const at = portal.clock.now();
    await addContact(portal.db, maria.subject, { kind: 'email', value: 'mia@posta.example', at });
    await addContact(portal.db, maria.subject, { kind: 'phone', value: '+390612345678', at });
    await maria.write('/cellulare', { valore: '333 111 1111' });
    assert.deepEqual(await verified(portal, maria.subject), { email: 'mia@posta.example', mobile: null });
  });

  it('is what the person chose, else what the provider said, to fill in forms', async () => {
    const forms = () =>
      portal.app.get(ProfileService, { strict: false }).contacts({ subject: maria.subject, by: maria.subject });
    assert.deepEqual(await forms(), { email: maria.who.citizen.email, phone: maria.who.citizen.mobile });
    const at = portal.clock.now();
    await addContact(portal.db, maria.subject, { kind: 'email', value: 'mia@posta.example', at });
    await addContact(portal.db, maria.subject, { kind: 'phone', value: '+390612345678', at });
    assert.deepEqual(await forms(), { email: 'mia@posta.example', phone: '+390612345678' });
  });
});

function verified({ app }: TestApp, subject: string) {
  return app
    .get(Database)
    .actingAs(citizen(subject), () => app.get(ContactsService, { strict: false }).verified(subject));
}
