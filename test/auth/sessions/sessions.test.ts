import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, it } from 'node:test';
import { load } from 'cheerio';
import { SignInService } from '#src/auth/sign-in.service.js';
import { testApp, type TestApp } from '../../support/app.ts';
import { forgetEntries } from '../../support/audit.ts';
import { citizenOf, type Citizen } from '../../support/people.ts';
import { formOf, openSession, pathOf } from './open-session.ts';

let portal: TestApp;
let maria: Citizen;
let luca: Citizen;
before(async () => {
  portal = await testApp();
  maria = await citizenOf(portal.db, 'maria', portal.clock.now());
  luca = await citizenOf(portal.db, 'luca', portal.clock.now());
});
after(() => portal.close());
beforeEach(() => portal.db.query('DELETE FROM session'));

const open = async (citizen: Citizen) =>
  (await portal.db.query('SELECT 1 FROM session WHERE citizen_id = $1 AND ended_at IS NULL', [citizen.id])).length;
const auditOf = (citizen: Citizen) =>
  portal.db.query<{ action: string; object_id: string; details: Record<string, unknown> }>(
    "SELECT action, object_id, details FROM audit_entry WHERE subject = $1 AND kind = 'session' ORDER BY id",
    [citizen.id],
  );

describe('the list of open sessions', () => {
  it('shows mine alone: when, how, from what device, and which is this one', async () => {
    const here = await openSession(portal, maria);
    portal.clock.move({ minutes: 2 });
    await openSession(portal, maria, { method: 'cie', device: 'Safari/iOS' });
    await openSession(portal, luca, { device: 'Opera/Linux' });
    const $ = load((await here.browser.get('/dati/sessioni').expect(200)).text);
    const items = $('main .plain-list > li');
    assert.equal(items.length, 2);
    assert.match($('main h2').first().text(), /2 sessioni aperte/);
    assert.match(items.eq(0).text(), /Safari su iOS[\s\S]*CIE/);
    assert.match(items.eq(1).text(), /Firefox su Windows[\s\S]*Questa[\s\S]*SPID, livello 2/);
    assert.equal(items.eq(1).find('form').length, 0, 'this one has no button of its own');
    assert.doesNotMatch($('main').text(), /Opera/);
  });

  it('keeps no address and no token that could be shown', async () => {
    const { browser, cookie } = await openSession(portal, maria);
    const { text } = await browser.get('/dati/sessioni').set('User-Agent', 'Firefox/1 (Windows)').expect(200);
    assert.ok(!text.includes(decodeURIComponent(cookie.split('=')[1]!).slice(2, 30)));
    const rows = await portal.db.query('SELECT * FROM session');
    assert.doesNotMatch(JSON.stringify(rows), /127\.0\.0\.1|::1/);
  });

  it('leaves out what has ended or run out', async () => {
    const gone = await openSession(portal, maria);
    portal.clock.move({ minutes: 16 });
    const here = await openSession(portal, maria);
    const $ = load((await here.browser.get('/dati/sessioni').expect(200)).text);
    assert.equal($('main .plain-list > li').length, 1);
    await gone.browser.get('/dati/sessioni').expect(303);
  });
});

describe('ending sessions', () => {
  it('ends one of mine at once, and says so', async () => {
    const here = await openSession(portal, maria);
    const other = await openSession(portal, maria, { device: 'Chrome/Android' });
    const fields = await formOf(here.browser, '/dati/sessioni', '/dati/sessioni/fine', { sessione: other.id });
    const answer = await here.browser.post('/dati/sessioni/fine').type('form').send(fields).expect(303);
    assert.equal(pathOf(answer.headers.location), '/dati/sessioni');
    assert.match((await here.browser.get('/dati/sessioni').expect(200)).text, /Fatto: la sessione è chiusa/);
    await other.browser.get('/bacheca').expect(303);
    await here.browser.get('/bacheca').expect(200);
    const entry = (await auditOf(maria)).findLast(({ action }) => action === 'session.end');
    assert.deepEqual(entry, {
      action: 'session.end',
      object_id: other.id,
      details: { how: 'elsewhere', method: 'spid', level: 2, device: 'Chrome/Android' },
    });
  });

  it('never ends one of somebody else, whoever knows its name', async () => {
    const theirs = await openSession(portal, luca);
    const here = await openSession(portal, maria);
    const fields = await formOf(here.browser, '/dati/sessioni', '/dati/sessioni/uscita', { quali: 'tutte' });
    await here.browser
      .post('/dati/sessioni/fine')
      .type('form')
      .send({ ...fields, sessione: theirs.id })
      .expect(303);
    assert.match((await here.browser.get('/dati/sessioni')).text, /era già finita/);
    await theirs.browser.get('/bacheca').expect(200);
  });

  it('takes no end without the token of this session, and ends nothing for odd names', async () => {
    const here = await openSession(portal, maria);
    const other = await openSession(portal, maria);
    await here.browser.post('/dati/sessioni/fine').type('form').send({ sessione: other.id }).expect(403);
    const fields = await formOf(here.browser, '/dati/sessioni', '/dati/sessioni/fine', { sessione: other.id });
    for (const sessione of ['', "' OR 1=1", 'null', '00000000-0000-4000-8000-000000000000']) {
      await here.browser
        .post('/dati/sessioni/fine')
        .type('form')
        .send({ ...fields, sessione })
        .expect(303);
    }
    assert.equal(await open(maria), 2);
  });

  it('ends all the others and keeps this one', async () => {
    const here = await openSession(portal, maria);
    for (let count = 0; count < 3; count++) await openSession(portal, maria);
    await openSession(portal, luca);
    const fields = await formOf(here.browser, '/dati/sessioni', '/dati/sessioni/uscita', { quali: 'altre' });
    await here.browser.post('/dati/sessioni/uscita').type('form').send(fields).expect(303);
    assert.match((await here.browser.get('/dati/sessioni').expect(200)).text, /resta aperta solo questa sessione/);
    assert.equal(await open(maria), 1);
    assert.equal(await open(luca), 1);
  });

  it('signs out on every device', async () => {
    const here = await openSession(portal, maria);
    const other = await openSession(portal, maria);
    const fields = await formOf(here.browser, '/dati/sessioni', '/dati/sessioni/uscita', { quali: 'tutte' });
    const answer = await here.browser.post('/dati/sessioni/uscita').type('form').send(fields).expect(303);
    assert.equal(pathOf(answer.headers.location), '/');
    assert.match(String(answer.headers['set-cookie']), /myinps=;/);
    for (const { browser } of [here, other]) await browser.get('/bacheca').expect(303);
    assert.equal(await open(maria), 0);
  });

  it('ends this one alone with Esci, and tells how', async () => {
    const here = await openSession(portal, maria, { device: 'Edge/Windows' });
    const other = await openSession(portal, maria);
    const fields = await formOf(here.browser, '/dati', '/esci');
    const answer = await here.browser.post('/esci').type('form').send(fields);
    assert.ok([200, 303].includes(answer.status));
    await here.browser.get('/bacheca').expect(303);
    await other.browser.get('/bacheca').expect(200);
    const last = (await auditOf(maria)).at(-1)!;
    assert.deepEqual(
      [last.action, last.object_id, last.details.how, last.details.device],
      ['session.end', here.id, 'out', 'Edge/Windows'],
    );
  });

  it('lets a weak session end weak ones, not strong ones', async () => {
    const weak = await openSession(portal, maria, { method: 'pin', level: 1 });
    const alike = await openSession(portal, maria, { method: 'pin', level: 1 });
    const strong = await openSession(portal, maria);
    const page = load((await weak.browser.get('/dati/sessioni').expect(200)).text);
    assert.equal(page('form[action="/dati/sessioni/fine"]').length, 1);
    assert.match(page('main').text(), /Aperta con un accesso più sicuro/);
    const fields = await formOf(weak.browser, '/dati/sessioni', '/dati/sessioni/fine', { sessione: alike.id });
    await weak.browser
      .post('/dati/sessioni/fine')
      .type('form')
      .send({ ...fields, sessione: strong.id })
      .expect(303);
    await strong.browser.get('/bacheca').expect(200);
    await weak.browser.post('/dati/sessioni/fine').type('form').send(fields).expect(303);
    await alike.browser.get('/bacheca').expect(303);
  });
});

describe('the limits of a session', () => {
  it('is 8 hours, however busy', async () => {
    const { browser } = await openSession(portal, maria);
    for (let minutes = 0; minutes < 8 * 60 - 10; minutes += 10) {
      await browser.get('/dati/sessioni').expect(200);
      portal.clock.move({ minutes: 10 });
    }
    await browser.get('/dati/sessioni').expect(200);
    portal.clock.move({ minutes: 10 });
    await browser.get('/dati/sessioni').expect(303);
  });

  it('never raises or lowers how strongly somebody was recognised, whatever is written later', async () => {
    const { id } = await openSession(portal, maria, { method: 'pin', level: 1 });
    const [row] = await portal.db.query<{ token_hash: Buffer; csrf_key: string }>(
      'SELECT token_hash, csrf_key FROM session',
    );
    const now = portal.clock.now();
    await portal.db.query('SELECT session_write($1, $2, $3, $4, $5, $6, $7, $8)', [
      row!.token_hash,
      maria.id,
      row!.csrf_key,
      { level: 3, method: 'spid', staffId: null, publicId: '00000000-0000-4000-8000-000000000000' },
      'spid',
      now,
      now.add({ minutes: 15 }),
      now.add({ hours: 80 }),
    ]);
    const [kept] = await portal.db.query('SELECT level, method, kind, public_id FROM session');
    assert.deepEqual(kept, { level: 1, method: 'pin', kind: 'citizen', public_id: id });
  });

  it('cannot be brought back to life by a late write', async () => {
    const { browser } = await openSession(portal, maria);
    const [row] = await portal.db.query<{ token_hash: Buffer; csrf_key: string }>(
      'SELECT token_hash, csrf_key FROM session',
    );
    portal.clock.move({ minutes: 16 });
    const now = portal.clock.now();
    await portal.db.query('SELECT session_write($1, $2, $3, $4, $5, $6, $7, $8)', [
      row!.token_hash,
      maria.id,
      row!.csrf_key,
      { level: 2 },
      'spid',
      now,
      now.add({ minutes: 15 }),
      now.add({ hours: 8 }),
    ]);
    await browser.get('/bacheca').expect(303);
  });
});

describe('the access record', () => {
  it('shows what happened to my sessions, newest first, and nobody else’s', async () => {
    await forgetEntries(portal.db);
    const note = (who: Citizen, action: string, details: object) =>
      portal.db.query(
        `INSERT INTO audit_entry (at, action, kind, subject, actor_kind, actor, purpose, details) VALUES ($1, $2, 'session', $3, 'system', 'sign-in', 'security', $4)`,
        [portal.clock.now(), action, who.id, details],
      );
    await note(maria, 'session.start', { method: 'spid', level: 2, device: 'Firefox/Windows' });
    portal.clock.move({ minutes: 1 });
    await note(maria, 'session.refused', { device: '/' });
    portal.clock.move({ minutes: 1 });
    await note(maria, 'session.end', { how: 'elsewhere', device: 'Safari/iOS' });
    await note(luca, 'session.start', { method: 'cns', level: 2, device: 'Opera/Linux' });
    const { browser } = await openSession(portal, maria);
    const $ = load((await browser.get('/dati/accessi?cosa=ingressi').expect(200)).text);
    const rows = $('tbody tr')
      .map((_, row) => $(row).find('td').eq(1).text().replace('Che cosa: ', ''))
      .get();
    assert.deepEqual(rows, [
      'Sessione chiusa da un altro dispositivo Da dove: Safari su iOS',
      'Tentativo non riuscito con il PIN Da dove: Dispositivo non riconosciuto',
      'Accesso con SPID, livello 2 Da dove: Firefox su Windows',
    ]);
  });

  it('pages by key, each line once', async () => {
    await forgetEntries(portal.db);
    for (let index = 0; index < 45; index++) {
      await portal.db.query(
        `INSERT INTO audit_entry (at, action, kind, subject, actor_kind, actor, purpose, details) VALUES ($1, 'session.start', 'session', $2, 'system', 'sign-in', 'security', $3)`,
        [
          portal.clock.now().subtract({ minutes: Math.floor(index / 3) }),
          maria.id,
          { method: 'spid', level: 2, device: `${index}` },
        ],
      );
    }
    const { browser } = await openSession(portal, maria);
    const times: string[] = [];
    let page = '/dati/accessi?cosa=ingressi';
    for (const rows of [20, 20, 5]) {
      const $ = load((await browser.get(page).expect(200)).text);
      assert.equal($('tbody tr').length, rows);
      times.push(
        ...$('tbody time')
          .map((_, one) => $(one).attr('datetime')!)
          .get(),
      );
      page = $('.pagination a[href*="prima="]').attr('href') ?? '';
    }
    assert.equal(page, '');
    assert.deepEqual(times, times.toSorted().toReversed());
    for (const odd of ['x', '2026-99-99T00:00:00Z_1', "' OR 1=1", '2026-04-01T00:00:00Z_99999999999999999999']) {
      const $ = load(
        (await browser.get(`/dati/accessi?cosa=ingressi&prima=${encodeURIComponent(odd)}`).expect(200)).text,
      );
      assert.equal($('tbody tr').length, 20, odd);
    }
  });

  it('tells of a session that ended by itself, once its row is cleared away', async () => {
    await forgetEntries(portal.db);
    await openSession(portal, maria, { device: 'Chrome/Linux' });
    const ends = portal.clock.now().add({ minutes: 15 });
    portal.clock.move({ hours: 1 });
    await portal.db.query('SELECT sessions_sweep($1)', [portal.clock.now().subtract({ minutes: 30 })]);
    const { browser } = await openSession(portal, maria);
    const $ = load((await browser.get('/dati/accessi?cosa=ingressi').expect(200)).text);
    assert.match($('tbody tr').first().text(), /Sessione finita da sola[\s\S]*Chrome su Linux/);
    assert.equal(Temporal.Instant.from($('tbody time').first().attr('datetime')!).toString(), ends.toString());
  });

  it('tells of a try that failed with my code, and keeps nothing of codes nobody has', async () => {
    await forgetEntries(portal.db);
    const signIn = portal.app.get(SignInService);
    const req = { get: () => 'Firefox/1 (Windows)' } as unknown as Parameters<SignInService['noteRefused']>[0];
    await signIn.noteRefused(req, maria.fiscalCode);
    await signIn.noteRefused(req, 'GRBNNA88L50A952D', 'locked');
    const rows = await portal.db.query('SELECT action, subject FROM audit_entry');
    assert.deepEqual(rows, [{ action: 'session.refused', subject: maria.id }]);
    const { browser } = await openSession(portal, maria);
    const $ = load((await browser.get('/dati/accessi?cosa=ingressi').expect(200)).text);
    assert.match($('tbody tr').first().text(), /Tentativo non riuscito con il PIN[\s\S]*Firefox su Windows/);
  });

  it('is found from I tuoi dati', async () => {
    const { browser } = await openSession(portal, maria);
    const $ = load((await browser.get('/dati').expect(200)).text);
    assert.equal($('main a[href="/dati/accessi"]').length, 1);
    assert.equal($('main a[href="/dati/sessioni"]').length, 1);
  });
});
