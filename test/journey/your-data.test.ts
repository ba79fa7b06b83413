// I tuoi dati in a browser, by keyboard, without JavaScript: from a new e-mail address to a request the office answers.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { Browser } from 'playwright-core';
import { RetentionJob } from '#src/backoffice/retention/retention.job.js';
import { Database } from '#src/common/database.js';
import { stillApp, unzipped, workerLooks } from '../profile/export-support.ts';
import type { TestApp } from '../support/app.ts';
import { openBrowser } from '../support/browser.ts';
import { Person } from '../support/person.ts';
import { caught, caughtCode } from '../support/post.ts';

const ADDRESS = 'maria.nuova@posta.example';

let portal: TestApp;
let chromium: Browser;
let maria: Person;
before(async () => {
  portal = await stillApp();
  chromium = await openBrowser(`MAP localhost:3000 ${new URL(portal.url).host}`);
  maria = await Person.at(chromium, '/accedi?ritorno=/dati');
  await maria.press('Entra con Identità di prova', 'Entra come Maria Rossi, livello 2', 'Torna al portale');
});
after(async () => {
  await chromium?.close();
  await portal?.close();
});

const outcome = () => maria.text('#esito');

describe('I tuoi dati, in a browser', () => {
  it('puts a new e-mail address to use after its code, and keeps what was typed wrong', async () => {
    await maria.follow('Recapiti', 'Aggiungi');
    await maria.page.getByRole('textbox', { name: 'E-mail' }).fill('maria.nuova@posta');
    await maria.press('Manda il codice');
    assert.equal(await maria.page.getByRole('textbox', { name: 'E-mail' }).inputValue(), 'maria.nuova@posta');
    await maria.page.getByRole('textbox', { name: 'E-mail' }).fill(ADDRESS);
    await maria.press('Manda il codice');
    const code = await caughtCode(portal, ADDRESS);
    const wrong = code === '000000' ? '000001' : '000000';
    await maria.page.getByRole('textbox', { name: 'Codice' }).fill(wrong);
    await maria.press('Conferma');
    assert.match(await maria.text('#errori'), /codice/iu);
    await maria.page.getByRole('textbox', { name: 'Codice' }).fill(code);
    await maria.press('Conferma');
    assert.match(await outcome(), /da ora ti scriviamo a questo indirizzo/u);
    assert.match(await maria.text(), new RegExp(ADDRESS, 'u'));
  });

  it('gives a consent and takes it back with one press each, and shows both', async () => {
    await maria.open('/dati/consensi');
    await maria.press('Do il consenso');
    assert.match(await outcome(), /hai dato il consenso/u);
    await maria.press('Tolgo il consenso');
    assert.match(await outcome(), /hai tolto il consenso/u);
    assert.equal(await maria.page.locator('main tbody tr').count(), 2);
  });

  it('saves what to be told by SMS, and when not', async () => {
    await maria.open('/dati/preferenze');
    const payment = maria.page.getByRole('checkbox', {
      name: /SMS.*Pagamento della pensione|Pagamento della pensione.*SMS/u,
    });
    await payment.check();
    await maria.press('Salva le preferenze');
    assert.match(await outcome(), /le preferenze sono salvate/u);
    assert.equal(await payment.isChecked(), true);
  });

  it('changes the hours of silence, and keeps an hour that is none', async () => {
    await maria.open('/dati/preferenze');
    const quiet = maria.page.getByRole('checkbox', { name: 'Non mandarmi SMS in queste ore' });
    const [from, to] = ['Dalle', 'Alle'].map((name) => maria.page.getByRole('textbox', { name, exact: true }));
    await quiet.check();
    await from!.fill('ventidue');
    await to!.fill('6:45');
    await maria.press('Salva le preferenze');
    assert.match(await maria.text('#errori'), /Scrivi un’ora/u);
    assert.equal(await from!.inputValue(), 'ventidue');
    await from!.fill('22:30');
    await maria.press('Salva le preferenze');
    assert.match(await outcome(), /le preferenze sono salvate/u);
    await maria.open('/dati/preferenze');
    assert.equal(await quiet.isChecked(), true);
    assert.deepEqual([await from!.inputValue(), await to!.inputValue()], ['22:30', '06:45']);
  });

  it('reads how the data is used, and how the notice was before', async () => {
    await maria.open('/dati');
    await maria.follow('Come usiamo i tuoi dati');
    assert.equal(maria.path, '/privacy');
    assert.match(await maria.text(), /Versione \d/iu);
    await maria.follow('Versioni precedenti');
    assert.equal(maria.path, '/privacy/versioni');
    assert.equal(await maria.page.locator('main .tag-ok').count(), 1, 'one is in force');
    await maria.page.locator('main ul a').last().focus();
    await Promise.all([maria.page.waitForNavigation(), maria.page.keyboard.press('Enter')]);
    assert.match(maria.path, /^\/privacy\/versioni\/.+/u);
    assert.match(await maria.text('h1'), /versione 1/u);
    assert.match(await maria.text('main .note-warning'), /non è più in vigore/u);
    await maria.follow('Leggi quella di oggi');
    assert.equal(maria.path, '/privacy');
  });

  it('gets a copy of everything, which holds the new address', async () => {
    await maria.open('/dati/esporta');
    await maria.press('Prepara la copia');
    await workerLooks(portal);
    await maria.open('/dati/esporta');
    const [file] = await Promise.all([
      maria.page.waitForEvent('download'),
      maria.page.getByRole('link', { name: /Scarica la copia/u }).press('Enter'),
    ]);
    const chunks: Buffer[] = [];
    for await (const chunk of await file.createReadStream()) chunks.push(chunk as Buffer);
    const files = await unzipped(Buffer.concat(chunks));
    assert.match(files.get('dati.json') ?? '', new RegExp(ADDRESS, 'u'));
    assert.match(files.get('LEGGIMI.html') ?? '', new RegExp(ADDRESS, 'u'));
  });

  it('asks for a correction, which the office answers', async () => {
    await maria.open('/dati/diritti');
    await maria.follow('Chiedi una correzione');
    await maria.page.locator('main input[name=dati]').first().check();
    await maria.page.locator('#attuale').fill('Maria Rosi');
    await maria.page.locator('#giusto').fill('Maria Rossi');
    await maria.press('Invia la richiesta');
    const protocol = /DIR-\d{4}-\d{7}-\d/u.exec(await maria.text())?.[0] ?? '';
    assert.notEqual(protocol, '');
    await answered(protocol);
    await maria.open('/dati/diritti');
    await maria.follow('Correzione dei dati');
    assert.match(await maria.text(), /Il tuo nome era già giusto/u);
    await maria.open('/notifiche');
    assert.match(await maria.text(), /Abbiamo respinto la tua richiesta sui dati/u);
  });

  it('has the use of the data restricted by the office, sees it, and takes it back', async () => {
    await maria.open('/dati/diritti');
    await maria.follow('Chiedi la limitazione');
    await maria.page.locator('main input[name=dati]').first().check();
    await maria.page.locator('#testo').fill('Contesto la mia data di nascita.');
    await maria.press('Invia la richiesta');
    const protocol = /DIR-\d{4}-\d{7}-\d/u.exec(await maria.text())?.[0] ?? '';
    await answered(protocol, 'La accolgo', 'Da oggi è limitato.');
    await maria.open('/dati/diritti');
    const mark = await maria.text('main .note-warning');
    assert.match(mark, /L’uso dei tuoi dati è limitato/u);
    assert.match(mark, new RegExp(protocol, 'u'));
    await maria.press('Togli la limitazione');
    assert.match(await outcome(), /La limitazione è finita/u);
    assert.equal(await maria.page.getByRole('button', { name: 'Togli la limitazione' }).count(), 0);
  });

  it('is kept as the register says and the retention counts, which an administrator sees', async () => {
    const sara = await signedIn();
    await sara.open('/operatore');
    await sara.follow('Registro dei trattamenti');
    assert.equal(sara.path, '/operatore/trattamenti');
    assert.match(await sara.text(), /articolo 30/u);
    assert.ok((await sara.page.locator('main section h2').count()) >= 5);
    const [file] = await Promise.all([
      sara.page.waitForEvent('download'),
      sara.page.getByRole('link', { name: 'Scarica il registro (CSV)' }).press('Enter'),
    ]);
    assert.match(file.suggestedFilename(), /\.csv$/u);
    await sara.follow('Conservazione dei dati');
    assert.equal(sara.path, '/operatore/conservazione');
    assert.match(await sara.text(), /Nessuna esecuzione/u);
    await sara.press('Fai una prova');
    assert.match(await sara.text('#esito'), /Prova avviata/u);
    await tried();
    await sara.open('/operatore/conservazione');
    assert.match(await sara.text(), /Prova, senza cancellare/u);
    assert.equal(await sara.page.locator('main .tag-error').count(), 0, await sara.text());
    assert.ok((await sara.page.locator('main table').first().locator('tbody tr').count()) >= 5);
  });

  it('shows in the access record what was done, by whom and why', async () => {
    await maria.open('/dati/accessi');
    await maria.page.getByText('Scegli che cosa mostrare').press('Enter');
    await maria.page.getByRole('combobox', { name: 'Che cosa' }).selectOption('Dati cambiati');
    await maria.press('Mostra');
    const changes = await maria.text('main table');
    for (const one of [
      /Un operatore.*Risposta alla richiesta/iu,
      /Consenso dato/u,
      /Chiesta una copia/u,
      /Recapito cambiato/u,
    ])
      assert.match(changes, one);
    assert.doesNotMatch(changes, /Vista questa pagina/u);
  });

  it('told her by e-mail: the code, the copy that is ready, the answer of the office', async () => {
    const { mails } = await caught(portal);
    assert.ok(mails.filter(({ to }) => to === ADDRESS).length >= 3);
  });
});

/** Sara Marino, administrator, at a browser of her own. */
async function signedIn(): Promise<Person> {
  const sara = await Person.at(chromium, '/operatore/accedi');
  await sara.follow('Entra con le credenziali dell’istituto');
  return sara.press('Entra come Sara Marino');
}

/** She takes charge of the request and answers it, by default that there is nothing to correct. */
async function answered(
  protocol: string,
  answer = 'La respingo',
  reason = 'Il tuo nome era già giusto: lo abbiamo controllato.',
): Promise<void> {
  const sara = await signedIn();
  await sara.open('/operatore/richieste-dati');
  await sara.follow(protocol);
  await sara.press('Prendi in carico');
  await sara.follow('Rispondi');
  await sara.page.getByRole('radio', { name: answer, exact: true }).check();
  await sara.page.locator('#motivo').fill(reason);
  await sara.press('Invia la risposta');
  assert.match(await sara.text('#esito'), /Risposta inviata/u);
}

/** The worker does the dry run that was asked for. */
async function tried(): Promise<void> {
  const [job] = await portal.db.query<{ data: Record<string, unknown> }>(
    `SELECT data FROM pgboss.job WHERE name = 'retention.run' AND data ? 'by'`,
  );
  await portal.app.get(Database).asWorker(() => portal.app.get(RetentionJob).run(job!.data));
}
