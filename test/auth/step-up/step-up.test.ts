import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, it } from 'node:test';
import { load } from 'cheerio';
import { testApp, type TestApp } from '../../support/app.ts';
import { forgetEntries } from '../../support/audit.ts';
import { citizenOf, type Citizen } from '../../support/people.ts';
import { formOf, openSession, pathOf, type OpenSession } from '../sessions/open-session.ts';

let portal: TestApp;
let maria: Citizen;
let luca: Citizen;
before(async () => {
  portal = await testApp();
  maria = await citizenOf(portal.db, 'maria', portal.clock.now());
  luca = await citizenOf(portal.db, 'luca', portal.clock.now());
});
after(() => portal.close());
beforeEach(async () => {
  await portal.db.query('DELETE FROM session');
  await portal.db.query('DELETE FROM parked_form');
});

/** Like a PIN's: level 1. */
const weakSession = (citizen: Citizen) => openSession(portal, citizen, { method: 'pin', level: 1 });
const parked = () => portal.db.query('SELECT id FROM parked_form');
const residence = async (citizen: Citizen) =>
  (
    await portal.db.query<{ residence_istat: string }>('SELECT residence_istat FROM citizen WHERE id = $1', [
      citizen.id,
    ])
  )[0]!.residence_istat;

/** Sends the form of the residence, which asks for level 2. @returns the page of the step-up */
async function sendResidence(weak: OpenSession, comune: string): Promise<{ page: string; arrival: string }> {
  const fields = await formOf(weak.browser, '/dati/residenza', '/dati/residenza#errori').catch(() =>
    formOf(weak.browser, '/dati/residenza', '/dati/residenza'),
  );
  const answer = await weak.browser
    .post('/dati/residenza')
    .type('form')
    .send({ ...fields, comune })
    .expect(303);
  const page = pathOf(answer.headers.location);
  assert.match(page, /^\/accedi\/rafforza\?/);
  return { page, arrival: await arrivalOf(weak, page) };
}

/** Where the ways in on a step-up page lead back to. */
async function arrivalOf(weak: OpenSession, page: string): Promise<string> {
  const $ = load((await weak.browser.get(page).expect(200)).text);
  const arrivals = new Set(
    $('main form input[name=ritorno]')
      .map((_, one) => $(one).attr('value')!)
      .get(),
  );
  assert.equal(arrivals.size, 1);
  return [...arrivals][0]!;
}

describe('a route that asks for level 2', () => {
  it('lets a session of level 2 through', async () => {
    const strong = await openSession(portal, maria);
    const fields = await formOf(strong.browser, '/dati/residenza', '/dati/residenza#errori').catch(() =>
      formOf(strong.browser, '/dati/residenza', '/dati/residenza'),
    );
    const answer = await strong.browser
      .post('/dati/residenza')
      .type('form')
      .send({ ...fields, comune: 'Milano' })
      .expect(303);
    assert.equal(pathOf(answer.headers.location), '/dati');
    assert.equal(await residence(maria), '015146');
  });

  it('leads a PIN session to a page that says why and offers the ways that are enough', async () => {
    const weak = await weakSession(maria);
    const { page } = await sendResidence(weak, 'Torino');
    const $ = load((await weak.browser.get(page).expect(200)).text);
    assert.equal($('h1').text(), 'Serve un accesso più sicuro');
    assert.match($('main').text(), /Sei entrato con PIN/);
    assert.match($('main').text(), /conservato, cifrato, per 30 minuti/);
    assert.ok($('main form[action="/spid/accedi"]').length > 0);
    assert.equal($('#pin').length, 0, 'a PIN is not enough');
    assert.notEqual(await residence(maria), '001272');
  });

  it('brings the same person back to the form they were sending, filled in and not sent, in a stronger session', async () => {
    const weak = await weakSession(maria);
    const lived = await residence(maria);
    const { arrival } = await sendResidence(weak, 'Forlì');
    portal.clock.move({ minutes: 3 });
    const strong = await openSession(portal, maria);
    const back = pathOf((await strong.browser.get(arrival).expect(303)).headers.location);
    assert.match(back, /^\/ripresa\//);
    const $ = load((await strong.browser.get(back).expect(200)).text);
    assert.equal($('#comune').attr('value'), 'Forlì');
    assert.equal(await residence(maria), lived, 'nothing is done by itself');
    const token = $('form input[name=_csrf]').last().attr('value')!;
    await strong.browser.post('/dati/residenza').type('form').send({ _csrf: token, comune: 'Forlì' }).expect(303);
    assert.equal(await residence(maria), '040012');
  });

  it('ends the weaker session (rotation), once, and notes the step-up in the access record', async () => {
    await forgetEntries(portal.db);
    const weak = await weakSession(maria);
    const { arrival } = await sendResidence(weak, 'Torino');
    const strong = await openSession(portal, maria);
    for (let time = 0; time < 2; time++) await strong.browser.get(arrival).expect(303);
    await weak.browser.get('/bacheca').expect(303);
    await strong.browser.get('/bacheca').expect(200);
    const entries = await portal.db.query<{ action: string; object_id: string }>(
      "SELECT action, object_id FROM audit_entry WHERE subject = $1 AND kind = 'session' ORDER BY id",
      [maria.id],
    );
    assert.deepEqual(entries, [
      { action: 'session.end', object_id: weak.id },
      { action: 'session.step-up', object_id: strong.id },
    ]);
    const $ = load((await strong.browser.get('/dati/accessi').expect(200)).text);
    assert.match($('tbody').text(), /Accesso rafforzato con SPID, livello 2/);
  });

  it('gives somebody else a session of their own and nothing of it: their Bacheca, the form destroyed', async () => {
    const weak = await weakSession(maria);
    const { arrival } = await sendResidence(weak, 'Torino');
    assert.equal((await parked()).length, 1);
    const other = await openSession(portal, luca);
    const answer = await other.browser.get(arrival).expect(303);
    assert.equal(pathOf(answer.headers.location), '/bacheca');
    assert.match((await other.browser.get('/bacheca').expect(200)).text, /Luca/);
    assert.deepEqual(await parked(), []);
    await weak.browser.get('/bacheca').expect(303);
    const strong = await openSession(portal, maria);
    const back = new URL(arrival, 'http://a.example').searchParams.get('ritorno')!;
    assert.equal(pathOf((await strong.browser.get(back).expect(303)).headers.location), '/bacheca');
  });

  it('asks again, and keeps the form, when the same person comes back as weak as before', async () => {
    const weak = await weakSession(maria);
    const { arrival } = await sendResidence(weak, 'Aosta');
    const again = await weakSession(maria);
    const back = pathOf((await again.browser.get(arrival).expect(303)).headers.location);
    const page = pathOf((await again.browser.get(back).expect(303)).headers.location);
    assert.match(page, /^\/accedi\/rafforza\?/);
    assert.equal((await parked()).length, 1);
    const strong = await openSession(portal, maria);
    const form = pathOf((await strong.browser.get(await arrivalOf(again, page)).expect(303)).headers.location);
    assert.match((await strong.browser.get(form).expect(200)).text, /value="Aosta"/);
  });

  it('does not repeat a bare button: all sessions are ended only by pressing again', async () => {
    const weak = await weakSession(maria);
    const fields = await formOf(weak.browser, '/dati/sessioni', '/dati/sessioni/uscita', { quali: 'tutte' });
    const answer = await weak.browser.post('/dati/sessioni/uscita').type('form').send(fields).expect(303);
    const arrival = await arrivalOf(weak, pathOf(answer.headers.location));
    assert.deepEqual(await parked(), []);
    const strong = await openSession(portal, maria);
    assert.equal(pathOf((await strong.browser.get(arrival).expect(303)).headers.location), '/dati/sessioni');
    await strong.browser.get('/bacheca').expect(200);
  });

  it('leads on at once who is strong enough already', async () => {
    const strong = await openSession(portal, maria);
    const answer = await strong.browser.get('/accedi/rafforza?ritorno=%2Fdati&livello=2').expect(303);
    assert.equal(pathOf(answer.headers.location), '/dati');
  });
});

describe('the way back of a step-up', () => {
  it('leads nowhere but into the portal', async () => {
    const strong = await openSession(portal, maria);
    for (const evil of [
      'https://evil.example',
      '//evil.example',
      '/\\evil.example',
      'javascript:alert(1)',
      '/accedi',
    ]) {
      const page = `/accedi/rafforza?livello=2&ritorno=${encodeURIComponent(evil)}`;
      assert.equal(pathOf((await strong.browser.get(page).expect(303)).headers.location), '/bacheca', evil);
      const arrival = new URL(await arrivalOf(await weakSession(maria), page), 'http://a.example');
      assert.equal(arrival.searchParams.get('ritorno'), '/bacheca');
      arrival.searchParams.set('ritorno', evil);
      const answer = await strong.browser.get(arrival.pathname + arrival.search).expect(303);
      assert.equal(pathOf(answer.headers.location), '/bacheca');
    }
  });

  it('ends no session for a forged, altered or old request', async () => {
    const weak = await weakSession(maria);
    const strong = await openSession(portal, maria);
    const arrival = new URL(await arrivalOf(weak, '/accedi/rafforza?ritorno=%2Fdati&livello=2'), 'http://a.example');
    const good = arrival.searchParams.get('da')!;
    for (const da of ['', 'x', `A${good.slice(1)}`, good.slice(0, -4), `${good}AAAA`, weak.id]) {
      const answer = await strong.browser.get(`/rafforzata?da=${encodeURIComponent(da)}&ritorno=/dati`).expect(303);
      assert.equal(pathOf(answer.headers.location), '/bacheca', da);
      await weak.browser.get('/bacheca').expect(200);
    }
    for (let minutes = 0; minutes < 31; minutes += 10) {
      await weak.browser.get('/bacheca').expect(200);
      await strong.browser.get('/bacheca').expect(200);
      portal.clock.move({ minutes: 10 });
    }
    await strong.browser.get(arrival.pathname + arrival.search).expect(303);
    await weak.browser.get('/bacheca').expect(200);
  });

  it('needs somebody signed in', async () => {
    for (const page of ['/accedi/rafforza?ritorno=/dati', '/rafforzata?da=x&ritorno=/dati']) {
      assert.match((await portal.browser().get(page).expect(303)).headers.location!, /\/accedi\?ritorno=/);
    }
  });
});
