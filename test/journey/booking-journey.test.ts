import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { testApp, type TestApp } from '../support/app.ts';
import { openBrowser } from '../support/browser.ts';
import { addSlots, citizenOf, officesNear } from '../support/people.ts';
import { PATIENCE_MS } from '../support/process.ts';
import { TextBrowser } from '../support/text-browser.ts';

const PORTAL = 'http://localhost:3000';
/** Acceptance of the main journey. */
const MOST_LOADS = 12;

describe('from the home page to a booked appointment', () => {
  let portal: TestApp;
  before(async () => {
    portal = await testApp();
    const maria = await citizenOf(portal.db, 'maria', portal.clock.now());
    await addSlots(portal.db, await officesNear(portal.db, maria.residenceIstat), '2026-04-01', 20);
  });
  after(() => portal.close());

  it('takes a text browser at most twelve page loads', async () => {
    const browser = new TextBrowser({ from: PORTAL, to: portal.url });
    await browser.open('/');
    await browser.follow('Accedi');
    await browser.submit('Entra con');
    await browser.submit('Entra come Maria Rossi, livello 2');
    await browser.submit('Torna al portale');
    assert.equal(browser.address.replace(/#main$/u, ''), `${PORTAL}/bacheca`);
    assert.match(browser.text, /Buongiorno, Maria/u);
    await browser.follow('Prenota un appuntamento');
    await browser.submit('Continua con l’argomento', { 'Direzione provinciale di Roma': '' });
    await browser.submit('Continua con giorno e ora', { 'Allo sportello': '', Pensioni: '' });
    await browser.submit('Continua con i tuoi dati', { '10:20': '' });
    assert.match(browser.text, /Posto tenuto per te fino alle 09:10/u);
    await browser.submit('Continua al riepilogo', {
      'Un ingresso senza gradini': '',
      'C’è altro da sapere': 'Vengo con mia madre.',
    });
    assert.match(browser.text, /Un ingresso senza gradini/u, 'what was chosen is in the summary');
    assert.match(browser.text, /Vengo con mia madre\./u);
    await browser.submit('Prenota l’appuntamento');
    assert.match(browser.title, /^Appuntamento prenotato/u);
    const number = /RM-\d{4}/u.exec(browser.text)?.[0];
    assert.ok(number, 'the page says the number');
    assert.match(browser.text, /mercoledì 1 aprile 2026, ore 10:20/u);
    await browser.follow('Maria Rossi');
    assert.equal(browser.address.replace(/#main$/u, ''), `${PORTAL}/bacheca`);
    assert.ok(browser.text.includes(number), 'the Bacheca shows the appointment');
    assert.match(browser.text, /Appuntamento prenotato: mercoledì 1 aprile 2026/u, 'and the notice of it');
    assert.ok(browser.loads <= MOST_LOADS, `${browser.loads} page loads:\n${browser.trail.join('\n')}`);
    const booked = await portal.db.query("SELECT state, step_free, note FROM appointment WHERE state = 'booked'");
    assert.deepEqual(booked, [{ state: 'booked', step_free: true, note: 'Vengo con mia madre.' }]);
  });

  it('goes the same way in Chromium without JavaScript, by the keyboard', async () => {
    const chromium = await openBrowser(`MAP localhost:3000 ${new URL(portal.url).host}`);
    try {
      const context = await chromium.newContext({
        javaScriptEnabled: false,
        locale: 'it-IT',
        viewport: { width: 360, height: 740 },
      });
      const page = await context.newPage();
      page.setDefaultTimeout(PATIENCE_MS);
      let loads = 0;
      page.on('response', (answer) => {
        if (answer.request().isNavigationRequest() && answer.status() < 300) loads++;
      });
      const press = async (words: string) => {
        await page.getByRole('button', { name: words }).first().focus();
        await Promise.all([page.waitForNavigation(), page.keyboard.press('Enter')]);
      };
      const follow = async (words: string) => {
        await page.getByRole('link', { name: words }).first().focus();
        await Promise.all([page.waitForNavigation(), page.keyboard.press('Enter')]);
      };
      const choose = async (words: string) => {
        await page.getByRole('radio', { name: words }).first().focus();
        await page.keyboard.press('Space');
      };
      await page.goto(`${PORTAL}/`);
      await follow('Accedi');
      await press('Entra con');
      await press('Entra come Giovanni Bianchi, livello 2');
      await press('Torna al portale');
      assert.equal(page.url().replace(/#main$/u, ''), `${PORTAL}/bacheca`);
      await follow('Prenota un appuntamento');
      await page.getByLabel('In quale comune?').fill('Roma');
      await press('Trova la sede');
      await choose('Direzione provinciale di Roma');
      await press('Continua con l’argomento');
      await choose('Al telefono');
      await choose('ISEE');
      await press('Continua con giorno e ora');
      await choose('11:00');
      await press('Continua con i tuoi dati');
      await press('Continua al riepilogo');
      await press('Prenota l’appuntamento');
      assert.match(await page.title(), /^Appuntamento prenotato/u);
      assert.match(page.url(), /#esito$/u);
      await page.keyboard.press('Tab');
      const first = await page.locator(':focus').textContent();
      assert.match(first ?? '', /Aggiungi al calendario/u, 'the focus goes on from the outcome');
      await page.goto(`${PORTAL}/bacheca`);
      assert.match((await page.locator('main').textContent()) ?? '', /mercoledì 1 aprile 2026, ore 11:00/u);
      // One more than the text browser: Giovanni lives in Milan and looks for Rome.
      assert.ok(loads <= MOST_LOADS + 1, `${loads} page loads`);
    } finally {
      await chromium.close();
    }
  });
});
