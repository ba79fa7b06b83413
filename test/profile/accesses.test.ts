import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, it } from 'node:test';
import { load } from 'cheerio';
import { AuditService, type AuditEntry } from '#src/audit/index.js';
import { citizen, staff, system, type Actor } from '#src/common/actor.js';
import { Database } from '#src/common/database.js';
import { openSession } from '../auth/sessions/open-session.ts';
import { testApp, type TestApp } from '../support/app.ts';
import { forgetEntries } from '../support/audit.ts';
import { citizenOf, type Citizen } from '../support/people.ts';

let portal: TestApp;
let maria: Citizen;
let giovanni: Citizen;
let office: { id: string; name: string };
let browser: Awaited<ReturnType<typeof openSession>>['browser'];
before(async () => {
  portal = await testApp({ now: '2026-04-20T07:00:00Z' });
  maria = await citizenOf(portal.db, 'maria', portal.clock.now());
  giovanni = await citizenOf(portal.db, 'giovanni', portal.clock.now());
  [office] = (await portal.db.query<typeof office>('SELECT id, name FROM office ORDER BY id LIMIT 1')) as [
    typeof office,
  ];
  ({ browser } = await openSession(portal, maria));
});
after(() => portal.close());
beforeEach(() => forgetEntries(portal.db));

async function record(actor: Actor, entry: Partial<AuditEntry> & { action: string }): Promise<void> {
  const db = portal.app.get(Database);
  await db.actingAs(actor, () =>
    portal.app.get(AuditService).record({ subject: maria.id, purpose: 'service', ...entry }),
  );
}

/** Rows of the page, but for those of looking at this very page. */
async function rows(address = '/dati/accessi', status = 200): Promise<string[][]> {
  const $ = load((await browser.get(address).expect(status)).text);
  const cells = $('main tbody tr')
    .get()
    .map((row) =>
      $(row)
        .find('td')
        .get()
        .map((cell) =>
          $(cell)
            .text()
            .replace(/^[^:]+: /, ''),
        ),
    );
  return cells.filter(([, what]) => what !== 'Vista questa pagina');
}

describe('who has seen my data', () => {
  it('names who acted, what they did and why', async () => {
    await record(citizen(maria.id), { action: 'profile.residence' });
    await record(citizen(maria.id, giovanni.id), { action: 'appointments.read', kind: 'read' });
    await record(staff('op-1', office.id), { action: 'appointments.read', kind: 'read', purpose: 'legal-duty' });
    await record(staff('op-1', 'NO-99'), { action: 'appointments.read', kind: 'read', purpose: 'rights' });
    await record(system('delivery'), { action: 'notices.read', purpose: 'delivery' });
    await record(system('reaper'), { action: 'appointment.cancelled' });
    assert.deepEqual(await rows(), [
      ['Il portale, in automatico', 'Annullato un appuntamento', 'Per darti il servizio'],
      ['Il sistema che invia e-mail e SMS', 'Letta una notifica', 'Per farti arrivare un messaggio'],
      ['Un operatore dell’istituto', 'Visto un appuntamento', 'Per i tuoi diritti sui dati'],
      [`Un operatore della sede ${office.name}`, 'Visto un appuntamento', 'Per un obbligo di legge'],
      [`${giovanni.name} ${giovanni.familyName}, per tuo conto`, 'Visto un appuntamento', 'Per darti il servizio'],
      ['Tu', 'Cambiata la residenza', 'Per darti il servizio'],
    ]);
  });

  it('never names a member of the staff', async () => {
    await record(staff('elena.conti', office.id), { action: 'appointments.read', kind: 'read' });
    const { text } = await browser.get('/dati/accessi').expect(200);
    assert.ok(text.includes(office.name) && !text.includes('elena.conti'));
  });

  it('shows a view of its own page, once, from the next time on or at once', async () => {
    await browser.get('/dati').expect(200);
    const { text } = await browser.get('/dati/accessi').expect(200);
    assert.match(text, /Vista la pagina dei tuoi dati/);
    assert.equal(text.match(/Vista questa pagina/g)!.length, 1);
  });

  it('leaves out what a legal secret covers, and says that it may', async () => {
    await record(staff('op-1', office.id), { action: 'appointments.read', kind: 'read', purpose: 'investigation' });
    assert.deepEqual(await rows(), []);
    assert.deepEqual(await rows('/dati/accessi?chi=operatore'), []);
    const { text } = await browser.get('/dati/accessi').expect(200);
    assert.match(text, /2-undecies/);
    assert.match(text, /24 mesi/);
    assert.match(text, /sigillata/);
  });

  it('shows an action that this release has no text for', async () => {
    await record(citizen(maria.id), { action: 'later.invention' });
    assert.deepEqual(await rows(), [['Tu', 'Un’altra operazione sui tuoi dati', 'Per darti il servizio']]);
  });

  it('speaks the three languages', async () => {
    await record(staff('op-1', office.id), { action: 'appointments.read', kind: 'read' });
    for (const [language, words] of [
      ['en', 'A member of staff of the office'],
      ['de', 'Bedienstete der Dienststelle'],
    ] as const) {
      await browser.get(`/dati/accessi?lingua=${language}`).set('Sec-Fetch-Site', 'same-origin').expect(303);
      const { text } = await browser.get('/dati/accessi').expect(200);
      assert.ok(text.includes(`${words} ${office.name}`), language);
    }
    await browser.get('/dati/accessi?lingua=it').set('Sec-Fetch-Site', 'same-origin').expect(303);
  });
});

describe('filters', () => {
  beforeEach(async () => {
    for (const at of ['2026-02-27T22:59:59Z', '2026-03-09T23:00:00Z', '2026-03-10T22:59:59Z', '2026-03-31T22:00:00Z']) {
      portal.clock.set(at);
      await record(citizen(maria.id), { action: 'profile.residence', details: {} });
      await record(staff('op-1', office.id), { action: 'appointments.read', kind: 'read' });
    }
    portal.clock.set('2026-04-20T07:00:00Z');
    await record(system('sign-in'), {
      action: 'session.start',
      purpose: 'security',
      details: { method: 'spid', level: 2 },
    });
    ({ browser } = await openSession(portal, maria));
  });

  for (const [query, count] of [
    ['', 9],
    ['chi=operatore', 4],
    ['chi=tu', 5],
    ['chi=delegato', 0],
    ['chi=sistema', 0],
    ['cosa=letture', 4],
    ['cosa=modifiche', 4],
    ['cosa=ingressi', 1],
    ['cosa=invii', 0],
    ['chi=operatore&cosa=modifiche', 0],
    ['chi=nessuno&cosa=%27', 9],
    ['dalGiorno=10&dalMese=3&dalAnno=2026', 7],
    ['alGiorno=10&alMese=3&alAnno=2026', 6],
    ['dalGiorno=10&dalMese=3&dalAnno=2026&alGiorno=10&alMese=3&alAnno=2026', 4],
    ['chi=operatore&dalGiorno=1&dalMese=4&dalAnno=2026', 1],
    ['dalGiorno=1&dalMese=1&dalAnno=1900&alGiorno=31&alMese=12&alAnno=9999', 9],
  ] as const) {
    it(`${query || 'none'}: ${count} lines, by Italian days`, async () =>
      assert.equal((await rows(`/dati/accessi?${query}`)).length, count));
  }

  it('stay chosen in the form and in the links of the page', async () => {
    for (let index = 0; index < 25; index++)
      await record(staff('op-1', office.id), { action: 'appointments.read', kind: 'read' });
    const $ = load(
      (await browser.get('/dati/accessi?chi=operatore&dalGiorno=1&dalMese=3&dalAnno=2026').expect(200)).text,
    );
    assert.equal($('#chi option[selected]').attr('value'), 'operatore');
    assert.equal($('#dalMese').attr('value'), '3');
    const next = $('.pagination a').attr('href')!;
    assert.match(next, /chi=operatore&dalGiorno=1&dalMese=3&dalAnno=2026&prima=/);
    const second = load((await browser.get(next).expect(200)).text);
    assert.equal(second('main tbody tr').length, 8);
    assert.equal(second('a[href="/dati/accessi?chi=operatore&dalGiorno=1&dalMese=3&dalAnno=2026"]').length, 1);
  });

  for (const [query, message, field] of [
    ['dalGiorno=31&dalMese=2&dalAnno=2026', 'Scrivi un primo giorno che esiste', 'dalGiorno'],
    ['alGiorno=domani', 'Scrivi un ultimo giorno che esiste', 'alGiorno'],
    [
      'dalGiorno=2&dalMese=3&dalAnno=2026&alGiorno=1&alMese=3&alAnno=2026',
      'L’ultimo giorno viene prima del primo',
      'alGiorno',
    ],
  ] as const) {
    it(`tell what is wrong with ${query}, and keep it`, async () => {
      const $ = load((await browser.get(`/dati/accessi?chi=tu&${query}`).expect(422)).text);
      assert.match($('title').text(), /^Errore: /);
      assert.ok($('#errori a').text().startsWith(message));
      assert.equal($('#errori a').attr('href'), `#${field}`);
      assert.equal($(`#${field}`).attr('aria-invalid'), 'true');
      for (const [name, value] of new URLSearchParams(query)) assert.equal($(`#${name}`).attr('value'), value);
      assert.equal($('#chi option[selected]').attr('value'), 'tu');
      assert.equal($('main table').length, 0);
    });
  }
});

describe('paging by key', () => {
  it('shows each entry once, also of one instant and across months', async () => {
    portal.clock.set('2026-03-31T23:59:58Z');
    await portal.db.query('SELECT audit_partitions($1, 1)', [portal.clock.now()]);
    for (let index = 0; index < 90; index++) {
      if (index % 3 === 0) portal.clock.move({ milliseconds: 100 });
      await record(index % 4 === 0 ? staff('op-1', office.id) : citizen(maria.id), {
        action: 'appointments.read',
        kind: 'read',
        object: `n-${index}`,
      });
    }
    portal.clock.set('2026-04-20T07:00:00Z');
    ({ browser } = await openSession(portal, maria));
    for (const [filter, all] of [
      ['', 90],
      ['chi=operatore', 23],
      ['cosa=letture', 90],
    ] as const) {
      const seen: string[] = [];
      let page = `/dati/accessi?${filter}`;
      while (page !== '') {
        const $ = load((await browser.get(page).expect(200)).text);
        seen.push(
          ...$('main tbody tr')
            .get()
            .filter((row) => !$(row).text().includes('Vista questa pagina'))
            .map((row) => $(row).find('time').attr('datetime')!),
        );
        page = $('.pagination a[href*="prima="]').attr('href') ?? '';
      }
      assert.equal(seen.length, all, filter);
      assert.deepEqual(seen, seen.toSorted(newestFirst), filter);
    }
  });
});

function newestFirst(a: string, b: string): number {
  return Temporal.Instant.compare(Temporal.Instant.from(b), Temporal.Instant.from(a));
}
