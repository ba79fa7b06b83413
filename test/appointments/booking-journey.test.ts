import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { testApp, type TestApp } from '../support/app.ts';
import { fieldsOf, person, ROME, sessionFor, withSlots, type Page, type Person } from './booking-support.ts';

let app: TestApp;
let ada: Person;

before(async () => {
  app = await testApp();
  await withSlots(app);
  ada = await person(app);
});
after(() => app.close());

const TIME = `/appuntamenti/nuovo/orario?sede=${ROME}&modo=desk&argomento=naspi`;
const h1 = (page: Page) => page.$('h1').text().trim();
const errors = (page: Page) =>
  page
    .$('#errori a')
    .map((_, a) => page.$(a).text().trim())
    .get();

/** From the page of times to the held appointment: its id. */
async function hold(who: Person, topic = 'naspi', time = 0, day = ''): Promise<string> {
  const url = TIME.replace('naspi', topic) + (day ? `&giorno=${day}` : '');
  const page = await who.get(url);
  const orario = page.$('input[name=orario]').eq(time).attr('value') ?? '';
  const held = await who.post(url, fieldsOf(page, 'main form[method=post]', { orario }));
  assert.equal(held.status, 303, h1(held));
  return held.location.split('/')[2] ?? '';
}

async function book(who: Person, topic: string, day = '2026-04-14'): Promise<string> {
  const id = await hold(who, topic, 2, day);
  await who.post(`/appuntamenti/${id}/dettagli`, { email: 'ada@esempio.it' });
  const done = await who.post(`/appuntamenti/${id}/conferma`);
  assert.equal(done.location, `/appuntamenti/${id}#esito`);
  return id;
}

describe('booking in five steps', () => {
  it('leads from the residence to a confirmed appointment', async () => {
    const place = await ada.get('/appuntamenti/nuovo');
    assert.equal(h1(place), 'Scegli la sede');
    assert.equal(place.$('input[name=sede]').length, 5);
    assert.match(place.$('label[for=sede]').text(), /a [\d,]+ km|a meno di 1 km/u);

    const chosen = await ada.post(place.$('main form[method=post]').attr('action')!, { sede: ROME });
    assert.deepEqual(
      [chosen.status, chosen.location],
      [303, `/appuntamenti/nuovo/argomento?sede=${ROME}&comune=058091`],
    );

    const topic = await ada.get(chosen.location);
    assert.equal(topic.$('input[name=modo]').length, 3);
    const about = await ada.post(topic.$('main form[method=post]').attr('action')!, {
      modo: 'desk',
      argomento: 'pensioni',
    });
    assert.equal(about.location, `/appuntamenti/nuovo/orario?sede=${ROME}&modo=desk&argomento=pensioni&comune=058091`);

    const time = await ada.get(about.location);
    assert.equal(h1(time), 'Scegli giorno e ora');
    assert.equal(time.$('fieldset').length, 1, 'one fieldset of times');
    assert.equal(time.$('.days li').length, 5);
    assert.match(time.text, /fino a 24 ore prima/u, 'the deadline is shown before');
    assert.match(
      time.$('label[for=orario]').text(),
      /mercoledì 1 aprile 2026, ore 09:/u,
      'each label says the full date',
    );

    const radio = time.$('input[name=orario]').last().attr('value')!;
    const held = await ada.post(
      time.$('main form[method=post]').attr('action')!,
      fieldsOf(time, 'main form[method=post]', { orario: radio }),
    );
    assert.equal(held.status, 303);
    assert.match(held.location, /^\/appuntamenti\/[0-9a-f-]{36}\/dettagli$/u);

    const details = await ada.get(held.location);
    assert.match(details.text, /Posto tenuto per te fino alle 09:10/u);
    assert.equal(details.$('#email').val(), 'ada@esempio.it', 'prefilled');
    const form = details.$('main form[novalidate]').attr('action')!;
    const saved = await ada.post(form, {
      lis: 'si',
      lingua: 'de',
      nota: 'Ho due domande',
      email: 'ada@esempio.it',
      telefono: '',
    });
    assert.match(saved.location, /\/riepilogo$/u);

    const summary = await ada.get(saved.location);
    for (const text of ['interprete della lingua dei segni', 'tedesco', 'Ho due domande', 'ada@esempio.it', 'Pensioni'])
      assert.match(summary.text, new RegExp(text, 'u'));
    const booked = await ada.post(summary.$('form[aria-label=Riepilogo]').attr('action')!);
    assert.match(booked.location, /#esito$/u);

    const shown = await ada.get(booked.location);
    assert.equal(h1(shown), 'Appuntamento prenotato');
    assert.equal(shown.$('main #esito[role=status] h1').length, 1);
    assert.match(shown.$('#esito').text(), /RM-\d{4}/u);
    assert.match(shown.text, /Indirizzo da copiare nella mappa/u);
    const [row] = await app.db.query(
      'SELECT state, details_at IS NOT NULL AS details FROM appointment WHERE citizen_id = $1',
      [ada.id],
    );
    assert.deepEqual(row, { state: 'booked', details: true });
  });

  it('writes the notice and the audit entry with it', async () => {
    const notices = await app.db.query('SELECT text_key FROM notice WHERE citizen_id = $1', [ada.id]);
    assert.deepEqual(notices, [{ text_key: 'appointments.notice-booked' }]);
    const list = await ada.get('/notifiche');
    assert.match(list.text, /Appuntamento prenotato: mercoledì 1 aprile 2026/u);
    const entries = await app.db.query<{ action: string }>(
      `SELECT action FROM audit_entry WHERE subject = $1 AND kind = 'change' ORDER BY id`,
      [ada.id],
    );
    const steps = ['appointment.held', 'appointment.details', 'appointment.booked'];
    assert.deepEqual([...new Set(entries.map(({ action }) => action))], steps);
  });

  it('gives a calendar file', async () => {
    const [row] = await app.db.query<{ id: string }>('SELECT id FROM appointment WHERE citizen_id = $1', [ada.id]);
    const file = await ada.get(`/appuntamenti/${row?.id}/calendario.ics`);
    assert.equal(file.headers['content-type'], 'text/calendar; charset=utf-8');
    assert.match(file.headers['content-disposition'] ?? '', /^attachment; filename="appuntamento-RM-\d{4}\.ics"$/u);
    assert.match(file.text, /DTSTART;TZID=Europe\/Rome:20260401T/u);
  });

  it('starts from the page of an office too, and finds other comuni, misspelt ones included', async () => {
    const from = await ada.get(`/appuntamenti/nuovo?sede=${ROME}`);
    assert.equal(from.location, `/appuntamenti/nuovo/argomento?sede=${ROME}`);
    const near = await ada.get('/appuntamenti/nuovo?comune=Bozen');
    assert.match(near.$('legend').text(), /Bolzano/u);
    const unsure = await ada.get('/appuntamenti/nuovo?comune=reggio');
    assert.ok(unsure.$('main ul a').length > 1, 'suggestions');
    const unknown = await ada.get('/appuntamenti/nuovo?comune=xqzzk');
    assert.equal(unknown.status, 422);
    assert.equal(unknown.$('#comune').val(), 'xqzzk');
    assert.equal(errors(unknown).length, 1);
  });

  it('leads back to the first missing step', async () => {
    assert.equal((await ada.get('/appuntamenti/nuovo/orario')).location, '/appuntamenti/nuovo');
    assert.equal(
      (await ada.get(`/appuntamenti/nuovo/orario?sede=${ROME}`)).location,
      `/appuntamenti/nuovo/argomento?sede=${ROME}`,
    );
    assert.equal((await ada.get('/appuntamenti/nuovo/argomento?sede=nessuna')).location, '/appuntamenti/nuovo');
    const odd = await ada.get(`/appuntamenti/nuovo/orario?sede=${ROME}&modo=desk&argomento=inventato`);
    assert.equal(odd.location, `/appuntamenti/nuovo/argomento?sede=${ROME}`);
    const id = await hold(ada, 'isee');
    assert.equal((await ada.get(`/appuntamenti/${id}/riepilogo`)).location, `/appuntamenti/${id}/dettagli`);
    assert.equal(
      (await ada.post(`/appuntamenti/${id}/conferma`)).location,
      `/appuntamenti/${id}/dettagli`,
      'no step is skipped',
    );
  });
});

describe('bad input', () => {
  it('is answered 422 with the message at the field and in the summary, and nothing is lost', async () => {
    const place = await ada.post('/appuntamenti/nuovo?istat=058091');
    assert.deepEqual([place.status, errors(place)], [422, ['Scegli una sede']]);
    assert.equal(place.$('input[name=sede]').length, 5, 'the list is still there');
    assert.match(place.$('title').text(), /^Errore: /u);

    const topic = await ada.post(`/appuntamenti/nuovo/argomento?sede=${ROME}`, { argomento: 'isee' });
    assert.deepEqual([topic.status, errors(topic).length], [422, 1]);
    assert.equal(topic.$('input[name=argomento]:checked').val(), 'isee');

    const time = await ada.post(`${TIME}&giorno=2026-04-14`, {});
    assert.deepEqual([time.status, errors(time)], [422, ['Scegli un orario']]);
    assert.ok(time.$('input[name=orario]').length > 0);
    assert.equal(time.$('#errori a').attr('href'), '#orario');
    assert.equal(time.$('#orario').length, 1);
  });

  it('in the details keeps every answer', async () => {
    const id = await hold(ada, 'contributi');
    const typed = { accesso: 'si', lingua: 'fr', nota: 'n'.repeat(301), email: 'ada@', telefono: 'chiamami' };
    const page = await ada.post(`/appuntamenti/${id}/dettagli`, typed);
    assert.equal(page.status, 422);
    assert.equal(errors(page).length, 3);
    assert.equal(page.$('#accesso').is(':checked'), true);
    assert.equal(page.$('#lingua').val(), 'fr');
    assert.equal(page.$('#nota').val(), typed.nota);
    assert.equal(page.$('#email').val(), 'ada@');
    assert.equal(page.$('#email').attr('aria-invalid'), 'true');
    assert.match(page.$('#email').attr('aria-describedby') ?? '', /email-errore/u);
    assert.equal(page.$('#telefono').val(), 'chiamami');
    const none = await ada.post(`/appuntamenti/${id}/dettagli`, { email: '', telefono: '' });
    assert.deepEqual(errors(none), ['Scrivi un indirizzo e-mail o un numero di telefono']);
    const odd = await ada.post(`/appuntamenti/${id}/dettagli`, { lingua: 'xx', email: 'a@b.it' });
    assert.equal(odd.status, 422);
  });

  it('of a slot that is gone shows the next free times', async () => {
    const other = await person(app);
    const page = await other.get(`${TIME}&giorno=2026-04-20`);
    const orario = page.$('input[name=orario]').first().attr('value')!;
    await app.db.query('UPDATE slot SET public_seats = booked WHERE id = $1', [orario]);
    const gone = await other.post(`${TIME}&giorno=2026-04-20`, fieldsOf(page, 'main form[method=post]', { orario }));
    assert.equal(gone.status, 422);
    assert.match(errors(gone)[0] ?? '', /appena stato preso/u);
    assert.ok(gone.$('input[name=orario]').length > 0);
    assert.equal(gone.$(`input[value=${orario}]`).length, 0);
  });

  it('with forged or impossible addresses is no harm', async () => {
    for (const query of [
      '&giorno=2026-02-31',
      '&giorno=9999-99-99',
      '&giorno=ieri',
      '&giorno=2020-01-01',
      '&giorno=2026-04-05',
      '&comune=999999',
    ])
      assert.equal((await ada.get(TIME + query)).status, 200, query);
    assert.equal((await ada.get('/appuntamenti/1')).status, 404);
    assert.equal((await ada.get('/appuntamenti/nuovi')).status, 404);
    const huge = await ada.post(TIME, { orario: '999999999999999' });
    assert.equal(huge.status, 422);
  });
});

describe('a hold', () => {
  it('does not look taken to who has it, and moves when another time is chosen', async () => {
    const eva = await person(app);
    const id = await hold(eva, 'isee', 0, '2026-04-15');
    const [row] = await app.db.query<{ slot: number }>('SELECT slot_id AS slot FROM appointment WHERE id = $1', [id]);
    await app.db.query('UPDATE slot SET public_seats = 1, limit_seats = 1 WHERE id = $1', [row?.slot]);
    const again = await eva.get(`${TIME.replace('naspi', 'isee')}&giorno=2026-04-15`);
    assert.equal(again.$(`input[value=${row?.slot}]`).is(':checked'), true);
    const next = again.$('input[name=orario]').eq(3).attr('value')!;
    const moved = await eva.post(
      TIME.replace('naspi', 'isee'),
      fieldsOf(again, 'main form[method=post]', { orario: next }),
    );
    assert.equal(moved.location, `/appuntamenti/${id}/dettagli`, 'the same appointment');
    const seats = await app.db.query('SELECT id, booked FROM slot WHERE id = ANY ($1) ORDER BY id', [
      [row?.slot, Number(next)],
    ]);
    assert.deepEqual(
      seats.map(({ booked }) => booked),
      [0, 1],
    );
  });

  it('is one however often the button is pressed', async () => {
    const eva = await person(app);
    const page = await eva.get(`${TIME}&giorno=2026-04-16`);
    const fields = fieldsOf(page, 'main form[method=post]', {
      orario: page.$('input[name=orario]').first().attr('value')!,
    });
    const clicks = await Promise.all([1, 2, 3, 4].map(() => eva.post(TIME, fields)));
    assert.equal(new Set(clicks.map(({ location }) => location)).size, 1);
    const rows = await app.db.query('SELECT count(*)::int AS count FROM appointment WHERE citizen_id = $1', [eva.id]);
    assert.deepEqual(rows, [{ count: 1 }]);
  });

  it('can be extended, not for ever, and given up', async () => {
    const eva = await person(app);
    const id = await hold(eva, 'naspi', 1, '2026-04-17');
    const start = app.clock.now();
    for (let minutes = 0; minutes < 56; minutes += 8) {
      app.clock.move({ minutes: 8 });
      assert.equal(
        (await eva.post(`/appuntamenti/${id}/proroga`, { da: 'dettagli' })).location,
        `/appuntamenti/${id}/dettagli`,
      );
    }
    const [row] = await app.db.query<{ until: Temporal.Instant }>(
      'SELECT hold_until AS until FROM appointment WHERE id = $1',
      [id],
    );
    assert.equal(row?.until.toString(), start.add({ minutes: 60 }).toString());
    const full = await eva.get(`/appuntamenti/${id}/dettagli`);
    assert.equal(full.$('form[action$=proroga]').length, 0, 'no more to ask for');
    const sure = await eva.get(`/appuntamenti/${id}/annullamento`);
    assert.match(h1(sure), /lasciare il posto/u);
    await eva.post(`/appuntamenti/${id}/annullamento`);
    const [slot] = await app.db.query(
      'SELECT s.booked, a.state FROM appointment a JOIN slot s ON s.id = a.slot_id WHERE a.id = $1',
      [id],
    );
    assert.deepEqual(slot, { booked: 0, state: 'expired' });
    app.clock.set(start.toString());
  });
});

describe('an appointment one has', () => {
  it('is in the list and on the Bacheca', async () => {
    const eva = await person(app);
    const id = await book(eva, 'naspi');
    const list = await eva.get('/appuntamenti');
    assert.equal(list.$(`main a[href="/appuntamenti/${id}"]`).length, 1);
    assert.match((await eva.get('/bacheca')).text, /Martedì 14 aprile 2026, ore/u);
  });

  it('is the next one on the Bacheca until its own end, be it short or long', async () => {
    for (const minutes of [5, 20, 45, 240]) {
      const eva = await person(app);
      const id = await book(eva, 'naspi');
      const next = async () => (await eva.get('/bacheca')).$(`main a[href="/appuntamenti/${id}"]`).length;
      const begun = (ago: number) =>
        app.db.query('UPDATE appointment SET minutes = $2, start_at = $3 WHERE id = $1', [
          id,
          minutes,
          app.clock.now().subtract({ minutes: ago }),
        ]);
      await begun(minutes - 1);
      assert.equal(await next(), 1, `the last of ${minutes} minutes`);
      await begun(minutes);
      assert.equal(await next(), 0, `${minutes} minutes are over`);
    }
  });

  it('moves to another time with a new number', async () => {
    const eva = await person(app);
    const id = await book(eva, 'naspi', '2026-04-21');
    const [old] = await app.db.query<{ slot: number }>('SELECT slot_id AS slot FROM appointment WHERE id = $1', [id]);
    const page = await eva.get(`/appuntamenti/${id}/spostamento?giorno=2026-04-22`);
    assert.equal(h1(page), 'Sposta l’appuntamento');
    const orario = page.$('input[name=orario]').first().attr('value')!;
    const moved = await eva.post(page.$('main form[method=post]').attr('action')!, { orario });
    assert.equal(moved.location, `/appuntamenti/${id}?esito=spostato#esito`);
    assert.equal(h1(await eva.get(moved.location)), 'Appuntamento spostato');
    const seats = await app.db.query('SELECT booked FROM slot WHERE id = ANY ($1) ORDER BY id', [
      [old?.slot, Number(orario)],
    ]);
    assert.deepEqual(seats, [{ booked: 0 }, { booked: 1 }]);
    const same = await eva.post(`/appuntamenti/${id}/spostamento`, { orario });
    assert.equal(same.location, moved.location, 'a second press');
    const file = await eva.get(`/appuntamenti/${id}/calendario.ics`);
    assert.match(file.text, /SEQUENCE:1\r\n/u);
    const notices = await app.db.query('SELECT text_key FROM notice WHERE citizen_id = $1 ORDER BY text_key', [eva.id]);
    assert.deepEqual(
      notices.map((n) => n.text_key),
      ['appointments.notice-booked', 'appointments.notice-moved'],
    );
  });

  it('is cancelled once, however often it is asked', async () => {
    const eva = await person(app);
    const id = await book(eva, 'pensioni', '2026-04-23');
    const done = await Promise.all([1, 2, 3].map(() => eva.post(`/appuntamenti/${id}/annullamento`)));
    assert.deepEqual(
      done.map(({ location }) => location),
      Array(3).fill(`/appuntamenti/${id}#esito`),
    );
    assert.equal(h1(await eva.get(`/appuntamenti/${id}`)), 'Appuntamento annullato');
    const [slot] = await app.db.query(
      'SELECT s.booked FROM appointment a JOIN slot s ON s.id = a.slot_id WHERE a.id = $1',
      [id],
    );
    assert.deepEqual(slot, { booked: 0 });
    const notices = await app.db.query(`SELECT 1 FROM notice WHERE citizen_id = $1 AND text_key LIKE '%cancelled'`, [
      eva.id,
    ]);
    assert.equal(notices.length, 1);
    assert.equal((await eva.get(`/appuntamenti/${id}/calendario.ics`)).status, 404);
    await book(eva, 'pensioni', '2026-04-23');
  });

  it('stays as it is after the deadline, which a page of its own says', async () => {
    const eva = await person(app);
    const id = await book(eva, 'naspi', '2026-04-02');
    app.clock.move({ hours: 6 });
    // Six hours end a session: the same person signs in again.
    const owner = await sessionFor(app, eva.id);
    for (const deed of ['annullamento', 'spostamento']) {
      assert.equal(h1(await owner.get(`/appuntamenti/${id}/${deed}`)), 'Non si può più cambiare qui');
      for (const fields of [{ orario: '1' }, { orario: 'boh' }, {}] as Record<string, string>[]) {
        const refused = await owner.post(`/appuntamenti/${id}/${deed}`, fields);
        assert.deepEqual([refused.status, h1(refused)], [422, 'Non si può più cambiare qui'], JSON.stringify(fields));
        assert.match(refused.$('title').text(), /^Errore: /);
      }
    }
    app.clock.move({ hours: -6 });
  });

  it('is nobody else’s', async () => {
    const eva = await person(app);
    const id = await book(eva, 'naspi', '2026-04-24');
    for (const path of ['', '/dettagli', '/riepilogo', '/calendario.ics', '/annullamento', '/spostamento'])
      assert.equal((await ada.get(`/appuntamenti/${id}${path}`)).status, 404, path);
    for (const path of ['/dettagli', '/proroga', '/conferma', '/annullamento', '/spostamento'])
      assert.equal((await ada.post(`/appuntamenti/${id}${path}`, { email: 'a@b.it', orario: '1' })).status, 404, path);
    const stolen = await ada.post(`${TIME}&ripresa=${id}`, { orario: '1' });
    assert.equal(stolen.status, 404);
  });

  it('for the same topic can be had once: the second is led to the first', async () => {
    const eva = await person(app);
    const id = await book(eva, 'naspi', '2026-04-27');
    const page = await eva.get(`${TIME}&giorno=2026-04-28`);
    assert.equal(page.$(`a[href="/appuntamenti/${id}"]`).length, 1);
    const refused = await eva.post(
      TIME,
      fieldsOf(page, 'main form[method=post]', { orario: page.$('input[name=orario]').first().attr('value')! }),
    );
    assert.deepEqual([refused.status, errors(refused).length], [422, 1]);
    const [slots] = await app.db.query('SELECT count(*)::int AS count FROM appointment WHERE citizen_id = $1', [
      eva.id,
    ]);
    assert.deepEqual(slots, { count: 1 });
  });
});
