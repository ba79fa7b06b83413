import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { testApp, type TestApp } from '../../support/app.ts';
import { citizenOf } from '../../support/people.ts';
import { TextBrowser } from '../../support/text-browser.ts';
import { openSession } from '../sessions/open-session.ts';

let portal: TestApp;
before(async () => {
  portal = await testApp();
});
after(() => portal.close());

/** A browser that holds a session like a PIN's. */
async function weakBrowser(): Promise<TextBrowser> {
  const maria = await citizenOf(portal.db, 'maria', portal.clock.now());
  const { cookie } = await openSession(portal, maria, { method: 'pin', level: 1 });
  const browser = new TextBrowser({ from: 'http://localhost:3000', to: portal.url });
  const jars = browser as unknown as { cookies: Map<string, Map<string, string>> };
  jars.cookies.set('localhost:3000', new Map([['myinps', cookie.slice(cookie.indexOf('=') + 1)]]));
  return browser;
}

async function stepUpAs(browser: TextBrowser, name: string): Promise<void> {
  await browser.open('/dati/residenza');
  await browser.submit('Salva', { Comune: 'Forlì' });
  assert.match(browser.title, /Serve un accesso più sicuro/);
  await browser.submit('Entra con', {});
  await browser.submit(`Entra come ${name}, livello 2`);
  await browser.submit('Torna al portale');
}

describe('a step-up with SPID, in a browser without JavaScript', () => {
  it('comes back to the form, filled in', async () => {
    const browser = await weakBrowser();
    await stepUpAs(browser, 'Maria Rossi');
    assert.match(browser.title, /In quale comune abiti/);
    assert.equal(browser.$('#comune').val(), 'Forlì');
    await browser.submit('Salva');
    assert.match(browser.text, /Fatto: da ora ti proponiamo/);
    await browser.open('/dati/sessioni');
    assert.match(browser.text, /1 sessione aperta/);
    await browser.open('/dati/accessi');
    assert.match(
      browser.text,
      /Accesso rafforzato con SPID, livello 2.*Sessione sostituita da un nuovo accesso.*Accesso con SPID, livello 2/,
    );
  });

  it('as somebody else is their own fresh session, on their Bacheca', async () => {
    await portal.db.query('DELETE FROM parked_form');
    const browser = await weakBrowser();
    await stepUpAs(browser, 'Luca Esposito');
    assert.match(browser.title, /Luca/);
    assert.equal(new URL(browser.address).pathname, '/bacheca');
    assert.deepEqual(await portal.db.query('SELECT id FROM parked_form'), []);
  });
});
