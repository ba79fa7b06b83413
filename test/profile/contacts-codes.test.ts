import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, it } from 'node:test';
import { ContactCodesService } from '#src/profile/contacts/contact-codes.service.js';
import { Texts } from '#src/common/texts.js';
import { testApp, type TestApp } from '../support/app.ts';
import { ContactPages, hidden, leadsTo } from '../support/contacts.ts';
import { citizenOf } from '../support/people.ts';
import { signedInAs } from '../support/sign-in.ts';

const NEW = 'nuova@posta.example';

let portal: TestApp;
let maria: ContactPages;
let luca: ContactPages;
let earlier: string[];
before(async () => {
  portal = await testApp();
  maria = await pagesOf('maria');
  luca = await pagesOf('luca');
});
after(() => portal.close());
beforeEach(async () => {
  await portal.db.query('TRUNCATE contact, contact_change, outgoing_message CASCADE');
  // Sessions end after a while, and clocks are moved here.
  maria = await pagesOf('maria');
  luca = await pagesOf('luca');
  earlier = await maria.recorded();
});

/** How often this was recorded of Maria since the test began: nobody can empty the audit record. */
async function recorded(action: string): Promise<number> {
  return (await maria.recorded()).slice(earlier.length).filter((one) => one === action).length;
}

async function pagesOf(key: 'maria' | 'luca' | 'giovanni' | 'anna'): Promise<ContactPages> {
  return new ContactPages(portal, await signedInAs(portal, await citizenOf(portal.db, key, portal.clock.now())));
}

/** A code that is not this one. */
const other = (code: string) => (code === '000000' ? '000001' : '000000');
const pageOf = async (who: ContactPages, path = '/email/codice') => who.show(path);

describe('a code', () => {
  it('that is wrong is told so, with the tries that are left, and changes nothing', async () => {
    await maria.write('/email', { valore: NEW });
    const code = await maria.lastCode();
    for (const left of [4, 3, 2, 1]) {
      const page = await maria.write('/email/codice', { codice: other(code) });
      assert.equal(page.status, 422);
      assert.match(page.$('#codice-errore').text(), new RegExp(`Tentativi rimasti: ${left}\\.`));
      assert.equal(page.$('#codice').attr('value'), other(code));
    }
    assert.deepEqual(await maria.live(), []);
    assert.equal(await recorded('contacts.code-wrong'), 4);
  });

  it('serves no more after five wrong tries, not even the right one', async () => {
    await maria.write('/email', { valore: NEW });
    const code = await maria.lastCode();
    const cambio = hidden(await pageOf(maria)).cambio!;
    for (let index = 0; index < 5; index++) await maria.send('/email/codice', { cambio, codice: other(code) });
    await maria.send('/email/codice', { cambio, codice: code });
    const page = await pageOf(maria);
    assert.match(page.$('main .note-warning').text(), /Hai sbagliato 5 volte/);
    assert.equal(page.$('#codice').length, 0);
    assert.deepEqual(await maria.live(), []);
    assert.match(page.$('main').text(), /Manda un altro codice/);
    await maria.another('email');
    await maria.write('/email/codice', { codice: await maria.lastCode() });
    assert.deepEqual(await maria.live(), [{ kind: 'email', value: NEW }]);
  });

  it('is judged five times at most, of twenty tries at once', async () => {
    await maria.write('/email', { valore: NEW });
    const code = await maria.lastCode();
    const { cambio = '' } = hidden(await pageOf(maria));
    const tries = Array.from({ length: 20 }, () => maria.send('/email/codice', { cambio, codice: other(code) }));
    const answers = await Promise.all(tries);
    assert.equal(await recorded('contacts.code-wrong'), 5);
    const [row] = await portal.db.query<{ tries: number }>('SELECT tries FROM contact_change WHERE id = $1', [cambio]);
    assert.equal(row!.tries, 5);
    assert.ok(answers.every(({ status }) => [303, 422].includes(status)));
    await maria.send('/email/codice', { cambio, codice: code });
    assert.deepEqual(await maria.live(), []);
  });

  it('is used once, of ten right tries at once', async () => {
    await maria.write('/email', { valore: NEW });
    const fields = { ...hidden(await pageOf(maria)), codice: await maria.lastCode() };
    const answers = await Promise.all(Array.from({ length: 10 }, () => maria.send('/email/codice', fields)));
    assert.ok(answers.every((answer) => leadsTo(answer) === '/dati/contatti#esito'));
    assert.equal(await recorded('contacts.change'), 1);
    assert.deepEqual(await maria.live(), [{ kind: 'email', value: NEW }]);
    // Whichever answer the browser shows, it says what the first one said.
    assert.match((await maria.show()).$('#esito').text(), /da ora ti scriviamo/);
  });

  it('used before is told to be over when its address has gone since', async () => {
    await maria.write('/email', { valore: NEW });
    const fields = { ...hidden(await pageOf(maria)), codice: await maria.lastCode() };
    await maria.send('/email/codice', fields);
    const versione = (await maria.show('/email/rimozione')).$('[name=versione]').attr('value')!;
    await maria.send('/email/rimozione', { versione });
    const again = await maria.send('/email/codice', fields);
    assert.equal(leadsTo(again), '/dati/contatti#esito');
    assert.match((await maria.show()).$('#esito').text(), /Non c’è nessun codice da confermare/);
  });

  it('lasts 30 minutes', async () => {
    await maria.write('/email', { valore: NEW });
    const code = await maria.lastCode();
    const fields = { ...hidden(await pageOf(maria)), codice: code };
    portal.clock.move({ minutes: 10 });
    maria = await pagesOf('maria');
    portal.clock.move({ minutes: 10 });
    maria = await pagesOf('maria');
    portal.clock.move({ minutes: 10 });
    const late = await maria.send('/email/codice', fields);
    assert.equal(leadsTo(late), '/dati/contatti/email/codice#main');
    assert.match((await pageOf(maria)).$('main .note-warning').text(), /scaduto/);
    assert.deepEqual(await maria.live(), []);
  });

  it('that has not six figures is no try', async () => {
    await maria.write('/email', { valore: NEW });
    for (const codice of ['', '12345', 'abcdef', '1'.repeat(60)]) {
      const page = await maria.write('/email/codice', { codice });
      assert.equal(page.status, 422);
      assert.ok(page.$('#codice-errore').text().length > 0);
    }
    const [row] = await portal.db.query<{ tries: number }>('SELECT tries FROM contact_change');
    assert.equal(row!.tries, 0);
  });

  it('of a change before is told so, and is no try', async () => {
    await maria.write('/email', { valore: 'prima@posta.example' });
    const first = { ...hidden(await pageOf(maria)), codice: await maria.lastCode() };
    await maria.write('/email', { valore: NEW });
    const told = await maria.send('/email/codice', first);
    assert.equal(told.status, 422);
    assert.match(told.$('#codice-errore').text(), /hai chiesto un altro codice/);
    assert.match(told.$('main').text(), /nuova@posta\.example/);
    // The page that came back is of the new change, where the code of the old one is simply wrong.
    const wrong = await maria.send('/email/codice', { ...hidden(told), codice: first.codice });
    assert.match(wrong.$('#codice-errore').text(), /Tentativi rimasti: 4/);
    assert.deepEqual(await maria.live(), []);
  });

  it('of the mobile does not confirm the e-mail address', async () => {
    await maria.write('/cellulare', { valore: '333 111 1111' });
    const code = await maria.lastCode();
    await maria.write('/email', { valore: NEW });
    if (code !== (await maria.lastCode()))
      assert.equal((await maria.write('/email/codice', { codice: code })).status, 422);
    assert.deepEqual(await maria.live(), []);
  });

  it('of somebody else’s change is none', async () => {
    await luca.write('/email', { valore: NEW });
    const cambio = hidden(await pageOf(luca)).cambio!;
    const code = await luca.lastCode();
    await maria.send('/email/codice', { cambio, codice: code });
    await maria.write('/email', { valore: NEW });
    const page = await maria.send('/email/codice', { cambio, codice: code });
    assert.equal(page.status, 422);
    assert.deepEqual([await maria.live(), await luca.live()], [[], []]);
    const [row] = await portal.db.query<{ tries: number }>('SELECT tries FROM contact_change WHERE id = $1', [cambio]);
    assert.equal(row!.tries, 0);
  });

  it('is void when the contact it was to replace has gone', async () => {
    await maria.confirmed('email', 'vecchia@posta.example');
    await maria.write('/email', { valore: NEW });
    const fields = { ...hidden(await pageOf(maria)), codice: await maria.lastCode() };
    await portal.db.query('UPDATE contact SET version = gen_random_uuid()');
    await maria.send('/email/codice', fields);
    assert.match((await maria.show()).$('#esito').text(), /codice non vale più/);
    assert.deepEqual(await maria.live(), [{ kind: 'email', value: 'vecchia@posta.example' }]);
  });

  it('rests in the database as a keyed hash alone, another one for each change', async () => {
    await maria.write('/email', { valore: NEW });
    const code = await maria.lastCode();
    const [row] = await portal.db.query('SELECT c.* FROM contact_change c');
    assert.ok(!JSON.stringify(row).includes(code));
    assert.match(String(row!.code_hash), /^[A-Za-z0-9_-]{43}$/);
    const [message] = await portal.db.query<{ sealed: Buffer }>('SELECT sealed FROM outgoing_message');
    assert.ok(!message!.sealed.includes(code));
  });

  it('can be given up, and then nothing has changed', async () => {
    await maria.confirmed('email', 'vecchia@posta.example');
    await maria.write('/email', { valore: NEW });
    await maria.send('/email/codice/annullamento');
    assert.match((await maria.show()).$('#esito').text(), /non è cambiato niente/);
    assert.deepEqual(await maria.live(), [{ kind: 'email', value: 'vecchia@posta.example' }]);
  });
});

describe('giving up', () => {
  it('twice says twice that nothing has changed', async () => {
    await maria.write('/email', { valore: NEW });
    const { cambio = '' } = hidden(await pageOf(maria));
    const give = () => maria.send('/email/codice/annullamento', { cambio });
    await Promise.all([give(), give()]);
    assert.match((await maria.show()).$('#esito').text(), /non è cambiato niente/);
  });

  it('what was confirmed an instant before does not say that nothing has changed', async () => {
    await maria.write('/email', { valore: NEW });
    const { cambio = '' } = hidden(await pageOf(maria));
    await maria.send('/email/codice', { cambio, codice: await maria.lastCode() });
    await maria.send('/email/codice/annullamento', { cambio });
    assert.match((await maria.show()).$('#esito').text(), /il recapito è già confermato/);
    assert.deepEqual(await maria.live(), [{ kind: 'email', value: NEW }]);
  });

  it('a first code does not say so either, when the second has confirmed the address', async () => {
    await maria.write('/email', { valore: NEW });
    const { cambio = '' } = hidden(await pageOf(maria));
    await maria.another('email');
    await maria.write('/email/codice', { codice: await maria.lastCode() });
    await maria.send('/email/codice/annullamento', { cambio });
    assert.match((await maria.show()).$('#esito').text(), /il recapito è già confermato/);
  });
});

describe('another code', () => {
  it('voids the one before, and is counted', async () => {
    await maria.write('/email', { valore: NEW });
    const first = await maria.lastCode();
    assert.match((await pageOf(maria)).$('main').text(), /ancora 4 codici/);
    await maria.another('email');
    const page = await pageOf(maria);
    assert.match(page.$('main').text(), /ancora 3 codici/);
    const second = await maria.lastCode();
    if (first !== second) assert.equal((await maria.write('/email/codice', { codice: first })).status, 422);
    await maria.write('/email/codice', { codice: second });
    assert.equal((await maria.live()).length, 1);
  });

  it('is not sent for a second press of the same button', async () => {
    const fields = { ...hidden(await maria.show('/email')), valore: NEW };
    await Promise.all(Array.from({ length: 4 }, () => maria.send('/email', fields)));
    await maria.send('/email', fields);
    assert.equal((await maria.sent('code')).length, 1);
    assert.match((await pageOf(maria)).$('#esito').text(), /già mandato un codice/);
  });

  it('is one for two presses of its button, with the words of the first', async () => {
    await maria.write('/email', { valore: NEW });
    const { cambio = '' } = hidden(await pageOf(maria));
    const press = () => maria.send('/email/codice/invio', { cambio });
    for (const answer of [...(await Promise.all([press(), press()])), await press()])
      assert.equal(leadsTo(answer), '/dati/contatti/email/codice#esito');
    assert.match((await pageOf(maria)).$('#esito').text(), /mandato un altro codice/);
    assert.equal((await maria.sent('code')).length, 2);
    assert.equal(await recorded('contacts.code'), 2);
    await maria.write('/email/codice', { codice: await maria.lastCode() });
    assert.deepEqual(await maria.live(), [{ kind: 'email', value: NEW }]);
  });

  it('is not said to be sent where the page was of another address, whose code serves', async () => {
    await maria.write('/email', { valore: 'prima@posta.example' });
    const { cambio = '' } = hidden(await pageOf(maria));
    await maria.write('/email', { valore: NEW });
    await maria.send('/email/codice/invio', { cambio });
    const page = await pageOf(maria);
    assert.match(page.$('#esito').text(), /già mandato un codice/);
    assert.match(page.$('main').text(), /nuova@posta\.example/);
    assert.equal((await maria.sent('code')).length, 2);
  });

  it('is sent five times a day at most, to whatever address; then the page says from when', async () => {
    for (const name of ['a', 'b', 'c', 'd', 'e']) await maria.write('/email', { valore: `${name}@posta.example` });
    const refused = await maria.write('/email', { valore: 'f@posta.example' });
    assert.equal(refused.status, 422);
    assert.match(refused.$('#valore-errore').text(), /5 codici in 24 ore.*da giovedì 2 aprile 2026, ore \d\d:\d\d/);
    assert.equal(refused.$('#valore').attr('value'), 'f@posta.example');
    const again = await maria.another('email');
    assert.equal(again.status, 422);
    assert.match(again.$('#errori').text(), /5 codici in 24 ore/);
    const page = await pageOf(maria);
    assert.match(page.$('main').text(), /potrai chiederne un altro da giovedì 2 aprile/);
    assert.equal(page.$('form[action*="invio"]').length, 0);
    assert.equal((await maria.sent('code')).length, 5);
    portal.clock.move({ hours: 24 });
    maria = await pagesOf('maria');
    assert.equal((await maria.write('/email', { valore: 'f@posta.example' })).status, 303);
  });

  it('is sent five times a day at most to one mailbox, whoever asks and however it is written', async () => {
    const people = [maria, luca, await pagesOf('giovanni'), await pagesOf('anna')];
    await people[0]!.write('/email', { valore: 'vittima@posta.example' });
    await people[0]!.another('email');
    await people[1]!.write('/email', { valore: 'Vittima@Posta.example' });
    await people[2]!.write('/email', { valore: 'vittima+uno@posta.example' });
    await people[3]!.write('/email', { valore: 'vittima@posta.example' });
    const refused = await people[2]!.write('/email', { valore: 'vittima@posta.example' });
    assert.equal(refused.status, 422);
    assert.match(refused.$('#valore-errore').text(), /A questo recapito sono già stati chiesti 5 codici/);
    const elsewhere = await people[2]!.write('/email', { valore: 'altra@posta.example' });
    assert.equal(elsewhere.status, 303);
  });

  it('is sent five times, of twenty asked for at once by one person', async () => {
    const codes = portal.app.get(ContactCodesService, { strict: false });
    const acting = { subject: maria.subject, by: maria.subject };
    const t = new Texts('views').for('it');
    const addresses = Array.from({ length: 20 }, (_, index) => `nuova${index}@posta.example`);
    const asked = await Promise.all(addresses.map((address) => codes.ask(acting, 'email', address, '', t)));
    assert.equal(asked.filter(({ ok }) => ok).length, 5);
    assert.equal((await maria.sent('code')).length, 5);
  });

  it('is sent five times, of many asked for at once by many people for one mailbox', async () => {
    const people = [maria, luca, await pagesOf('giovanni'), await pagesOf('anna')];
    const codes = portal.app.get(ContactCodesService, { strict: false });
    const t = new Texts('views').for('it');
    const asked = await Promise.all(
      [1, 2, 3, 4].flatMap((tag) =>
        people.map(({ subject }) =>
          codes.ask({ subject, by: subject }, 'email', `vittima+${tag}@posta.example`, '', t),
        ),
      ),
    );
    assert.equal(asked.filter((one) => one.ok && one.sent).length, 5);
    const [row] = await portal.db.query<{ count: number }>(`SELECT count(*) FROM outgoing_message WHERE kind = 'code'`);
    assert.equal(row!.count, 5);
  });
});
