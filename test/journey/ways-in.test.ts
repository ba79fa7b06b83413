// Every person of the demonstration by every way in that is theirs: there, in, and out again. No JavaScript anywhere.
import assert from 'node:assert/strict';
import { request } from 'node:https';
import { after, before, describe, it } from 'node:test';
import { load } from 'cheerio';
import type { Browser } from 'playwright-core';
import { CnsTrust } from '#src/auth/index.js';
import { devAuthority } from '#src/dev/cns/index.js';
import { PEOPLE, PIN_PERSON } from '#src/dev/people.js';
import { seedPinPerson } from '../../scripts/lib/seed.ts';
import { testApp, type TestApp } from '../support/app.ts';
import { openBrowser } from '../support/browser.ts';
import { addAppointment, addNotice, officesNear } from '../support/people.ts';
import { Person, PORTAL } from '../support/person.ts';
import { TextBrowser } from '../support/text-browser.ts';

let portal: TestApp;
let chromium: Browser;
before(async () => {
  portal = await testApp();
  chromium = await openBrowser(`MAP localhost:3000 ${new URL(portal.url).host}`);
});
after(async () => {
  await chromium?.close();
  await portal?.close();
});

/** Somebody at a browser of their own. */
const personAt = (address: string) => Person.at(chromium, address);

const SPID = 'Entra con Identità di prova';
const BACK = 'Torna al portale';
const as = (name: string) => `Entra come ${name}, livello 2`;

describe('SPID', () => {
  it('lets Maria in from the home page; leaving offers her provider’s own logout, which comes back', async () => {
    const maria = await personAt('/');
    await maria.follow('Accedi');
    await maria.press(SPID, as('Maria Rossi'), BACK);
    await maria.isIn('Maria Rossi');
    assert.match(await maria.text('h1'), /Buongiorno, Maria/u);
    await maria.press('Esci');
    assert.match(await maria.text(), /La tua sessione nel portale è chiusa.*Identità di prova/u);
    await maria.follow('Esci anche da Identità di prova');
    assert.match(maria.path, /^\/spid\/logout/u);
    assert.match(await maria.text('h1'), /Sei uscito/u);
    await maria.open('/bacheca');
    assert.equal(maria.path, '/accedi?ritorno=%2Fbacheca');
  });

  it('lets Giovanni in where he was going', async () => {
    const giovanni = await personAt('/dati/accessi');
    assert.equal(giovanni.path, '/accedi?ritorno=%2Fdati%2Faccessi');
    await giovanni.press(SPID, as('Giovanni Bianchi'), BACK);
    await giovanni.isIn('Giovanni Bianchi', '/dati/accessi');
    assert.match(await giovanni.text(), /Accesso con SPID, livello 2/u);
    await giovanni.leaves({ provider: 'Identità di prova' });
  });

  it('speaks German with Anna, who chose it', async () => {
    const anna = await personAt('/');
    await anna.follow('Deutsch', 'Anmelden');
    await anna.press('Anmelden mit Identità di prova', as('Anna Gruber'), BACK);
    await anna.isIn('Anna Gruber');
    assert.equal(await anna.page.locator('html').getAttribute('lang'), 'de');
    assert.match(await anna.text('h1'), /Guten Tag, Anna/u);
    await anna.press('Abmelden');
    assert.equal(await anna.page.locator('html').getAttribute('lang'), 'de');
    assert.equal(anna.path, '/esci');
  });

  it('lets Luca in; signing in again in the same browser leaves one session open', async () => {
    const luca = await personAt('/accedi');
    await luca.press(SPID, as('Luca Esposito'), BACK);
    await luca.isIn('Luca Esposito');
    await luca.open(`/spid/accedi?idp=${encodeURIComponent(await providerOfSpid())}&ritorno=/dati/sessioni`);
    await luca.press(as('Luca Esposito'), BACK);
    await luca.isIn('Luca Esposito', '/dati/sessioni');
    assert.match(await luca.text(), /1 sessione aperta/u);
    await luca.leaves({ provider: 'Identità di prova' });
  });

  it('keeps Paolo’s three areas apart: his own, his profession’s, his company’s', async () => {
    const areas = [
      ['Paolo Verdi', [], 'Usa l’identità personale di Paolo Verdi, livello 2'],
      ['Paolo Verdi (uso professionale)', ['SPID per uso professionale'], as('Paolo Verdi')],
      ['Paolo Verdi (per Studio Verdi S.r.l.)', ['SPID per la tua impresa'], as('Paolo Verdi')],
    ] as const;
    const people: Person[] = [];
    for (const [name, links, button] of areas) {
      const paolo = await personAt('/accedi');
      await paolo.follow(...links);
      await paolo.press(SPID, button, BACK);
      await paolo.isIn(name);
      people.push(paolo);
    }
    await somethingForEachPaolo();
    for (const [index, paolo] of people.entries()) {
      for (const [page, marks] of [
        ['/bacheca', NUMBERS],
        ['/bacheca', DAYS],
        ['/appuntamenti', DAYS],
        ['/notifiche', DAYS],
      ] as const) {
        const words = await (await paolo.open(page)).text();
        const seen = marks.filter((mark) => words.includes(mark));
        assert.deepEqual(seen, [marks[index]], `${page} as ${areas[index]![0]}: ${words}`);
      }
      await paolo.leaves({ provider: 'Identità di prova' });
    }
  });
});

/** What tells Paolo's three areas apart: the appointment's number, and its day, which the notice says too. */
const NUMBERS = ['TO-0001', 'TO-0002', 'TO-0003'] as const;
const DAYS = ['7 aprile 2026', '8 aprile 2026', '9 aprile 2026'] as const;

/** An appointment and a notice in each of Paolo's areas. */
async function somethingForEachPaolo(): Promise<void> {
  const now = portal.clock.now();
  const paolo = PEOPLE.find(({ key }) => key === 'paolo')!;
  const [office] = await officesNear(portal.db, paolo.residenceIstat);
  const rows = await portal.db.query<{ id: string; capacity: string }>(
    `SELECT id, split_part(identity_key, ':', 3) AS capacity FROM citizen WHERE family_name = 'Verdi'`,
  );
  assert.deepEqual(rows.map(({ capacity }) => capacity).toSorted(), ['', 'company', 'professional']);
  for (const { id, capacity } of rows) {
    const index = ['', 'professional', 'company'].indexOf(capacity);
    const number = NUMBERS[index]!;
    const startAt = `2026-04-0${7 + index}T08:00:00Z`;
    const one = { ...paolo, id };
    await addAppointment(portal.db, one, { office: office!, topic: 'isee', startAt, heldAt: now, number });
    const parameters = { startAt, office: 'Torino', number };
    await addNotice(portal.db, one, {
      createdAt: now,
      type: 'appointment',
      textKey: 'appointments.notice-booked',
      parameters,
    });
  }
}

async function providerOfSpid(): Promise<string> {
  const page = await (await fetch(`${portal.url}/accedi`)).text();
  return load(page)('form[action="/spid/accedi"] [name=idp]').attr('value')!;
}

describe('CIE', () => {
  for (const [name, from] of [
    ['Maria Rossi', '/accedi'],
    ['Paolo Verdi', '/dati'],
  ] as const) {
    it(`lets ${name} in, always as a private person`, async () => {
      const person = await personAt(from);
      await person.press('Entra con CIE', as(name), BACK);
      await person.isIn(name, from === '/accedi' ? '/bacheca' : from);
      await person.leaves();
    });
  }
});

describe('eIDAS', () => {
  it('lets Greta in by the page of countries, and says what she may do', async () => {
    const greta = await personAt('/accedi');
    await greta.press('Entra con l’identità di un altro paese');
    assert.match(await greta.text(), /Germania/u);
    await greta.press('Continua e scegli il paese', as('Greta Weber'), BACK);
    await greta.isIn('Greta Weber');
    assert.match(await greta.text('#esito'), /senza codice fiscale italiano/u);
    await greta.open('/eidas/che-cosa-puoi-fare');
    assert.match(await greta.text(), /Prenotare un appuntamento in una sede/u);
    await greta.open('/appuntamenti/nuovo');
    await greta.isIn('Greta Weber', '/appuntamenti/nuovo');
    await greta.open('/dati');
    await greta.isIn('Greta Weber', '/dati');
    await greta.leaves({ provider: 'Nodo europeo di prova' });
  });
});

describe('PIN', () => {
  it('lets John in, who typed a wrong letter first', async () => {
    const { fiscalCode, pin } = PIN_PERSON;
    await seedPinPerson(async (sql, values) => ({ rows: await portal.db.query(sql, values) }), portal.clock.now());
    const john = await personAt('/accedi');
    await john.press('Controlla se puoi ed entra con il PIN');
    const fill = async (code: string) => {
      await john.page.getByRole('textbox', { name: 'Codice fiscale' }).fill(code);
      await john.page.locator('input[type=password]').fill(pin);
      await john.press('Entra');
    };
    await fill(`${fiscalCode.slice(0, -1)}A`);
    assert.match(await john.text('#errori'), /Controlla il codice fiscale/u);
    assert.deepEqual(await portal.db.query('SELECT 1 FROM pin_attempt'), [], 'which is no try');
    await fill(fiscalCode.toLowerCase());
    await john.isIn('John Miller');
    // His profile says English.
    await john.leaves({ button: 'Sign out' });
  });
});

describe('CNS, with a certificate of each person', () => {
  for (const person of PEOPLE) {
    const name = `${person.name} ${person.familyName}`;
    it(`lets ${name} in`, async () => {
      const now = portal.clock.now();
      const authority = await devAuthority(null, now);
      portal.app.get(CnsTrust).add(authority.certificate);
      const card = await authority.issueCard(person, now);
      const browser = new TextBrowser({ from: PORTAL, to: portal.url });
      await browser.open('/accedi?ritorno=/dati');
      await browser.submit('Entra con CNS');
      const button = browser.$('main a').filter((_, one) => /Continua con la carta/u.test(browser.$(one).text()));
      await browser.open(await presented(button.attr('href')!, card));
      assert.equal(new URL(browser.address).pathname, '/dati');
      assert.match(browser.$('header').text(), new RegExp(name, 'u'));
      // In the language of the person, who may have chosen one before.
      await browser.submit(browser.$('form[action="/esci"] button').text());
      assert.equal(new URL(browser.address).pathname, '/');
      await browser.open('/bacheca');
      assert.equal(new URL(browser.address).pathname, '/accedi');
    });
  }
});

/** Goes to the card's address with the card, as a browser does by itself. @returns where it leads */
function presented(address: string, card: { certificate: string; key: string }): Promise<string> {
  return new Promise((done, fail) => {
    const options = { cert: card.certificate, key: card.key, rejectUnauthorized: false, agent: false };
    const sent = request(address, options, (answer) => {
      answer.resume();
      if (answer.statusCode === 303) done(answer.headers.location!);
      else fail(new Error(`the card was answered ${answer.statusCode}`));
    });
    sent.on('error', fail);
    sent.end();
  });
}

describe('the staff, by the provider of the institute', () => {
  for (const [name, office, role] of [
    ['Elena Conti', 'AG-058091', 'Operatore di sede'],
    ['Davide Ferrari', 'Nessuna in particolare', 'Redattore'],
    ['Chiara Romano', 'Nessuna in particolare', 'Analista'],
    ['Sara Marino', 'Nessuna in particolare', 'Amministratore'],
  ] as const) {
    it(`lets ${name} in as ${role}`, async () => {
      const person = await personAt('/accedi');
      await person.follow('Personale dell’istituto', 'Entra con le credenziali dell’istituto');
      await person.press(`Entra come ${name}`);
      await person.isIn(name, '/operatore');
      assert.match(await person.text(), new RegExp(`Buon lavoro, ${name}.*${office}.*${role}`, 'u'));
      await person.open('/bacheca');
      assert.notEqual(person.path, '/bacheca', 'no citizen’s page is theirs');
      await person.open('/operatore');
      await person.press('Esci');
      await person.open('/operatore');
      assert.match(person.path, /^\/operatore\/accedi/u);
    });
  }
});
