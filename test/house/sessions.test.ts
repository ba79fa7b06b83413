import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import { after, before, beforeEach, describe, it } from 'node:test';
import express from 'express';
import { AuthWeb } from '#src/auth/index.js';
import type { Identity } from '#src/auth/identity.js';
import { SignInService } from '#src/auth/sign-in.service.js';
import { Texts } from '#src/common/texts.js';
import { NOW, testApp, type TestApp } from '../support/app.ts';
import { addAppointment, addSlots, citizenOf, officesNear, type Citizen } from '../support/people.ts';
import { PATIENCE_MS } from '../support/process.ts';
import { signedInAs, type SignedIn } from '../support/sign-in.ts';
import { visit, type Answer } from '../support/visit.ts';

let portal: TestApp;
let maria: Citizen;
let luca: Citizen;
let office: string;
before(async () => {
  portal = await testApp();
  maria = await citizenOf(portal.db, 'maria', portal.clock.now());
  luca = await citizenOf(portal.db, 'luca', portal.clock.now());
  [office = ''] = await officesNear(portal.db, '058091');
  await addSlots(portal.db, [office], '2026-04-07', 3);
});
after(async () => portal.close());
beforeEach(() => portal.clock.set(NOW));

const get = (path: string, cookie: string) => visit(portal.url, path, { cookie });
const post = (path: string, cookie: string, form: Record<string, string>) => visit(portal.url, path, { cookie, form });
const path = (answer: Answer) => (answer.headers.location ?? '').replace(/^https?:\/\/[^/]+/, '').replace(/#.*/, '');
const isSignedIn = async (cookie: string) => (await get('/bacheca', cookie)).status === 200;

/** The real session middleware and sign-in, behind one route: what every strategy ends with. */
async function signInServer(app: TestApp): Promise<{ url: string }> {
  const server = express();
  if (app.config.trustProxy.length > 0) server.set('trust proxy', app.config.trustProxy);
  // What web.ts does before: whoever looks has a language.
  const texts = app.app.get(Texts);
  server.use((req, _res, next) => {
    req.visitor = { t: texts.for('it'), lang: 'it', chosen: false };
    next();
  });
  server.use(...app.app.get(AuthWeb).middleware(new Set(['/in'])));
  server.post('/in', (req, res, next) => {
    app.app
      .get(SignInService)
      .signIn(req, IDENTITY)
      .then(() => res.send('in'), next);
  });
  const listening = server.listen(0, '127.0.0.1');
  await new Promise((done) => listening.once('listening', done));
  after(() => listening.closeAllConnections());
  after(() => void listening.close());
  return { url: `http://127.0.0.1:${(listening.address() as AddressInfo).port}` };
}

const IDENTITY = {
  method: 'spid',
  level: 2,
  issuer: 'https://gestore.example',
  fiscalCode: 'SPSLCU95T03F839O',
  spidCode: 'PROV0000000004',
  name: 'Luca',
  familyName: 'Esposito',
  dateOfBirth: '1995-12-03',
  gender: 'M',
  placeOfBirth: 'F839',
  email: null,
  mobile: null,
  domicile: null,
  nameId: '_x',
  nameQualifier: 'https://gestore.example',
  sessionIndex: null,
  purpose: 'private',
} as unknown as Identity;

async function signIn(server: { url: string }, headers: Record<string, string> = {}): Promise<string> {
  const answer = await fetch(`${server.url}/in`, { method: 'POST', headers, signal: AbortSignal.timeout(PATIENCE_MS) });
  assert.equal(answer.status, 200, await answer.text());
  return answer.headers.get('set-cookie') ?? '';
}

describe('the cookie', () => {
  it('is out of reach of scripts and other sites, lasts for the browser session, and is not set before signing in', async () => {
    const server = await signInServer(portal);
    const cookie = await signIn(server);
    assert.match(cookie, /^myinps=s%3A[\w-]{43}\.[^;]+; Path=\/; HttpOnly; SameSite=Lax$/);
    assert.equal(await isSignedIn(cookie.split(';')[0]!), true);
    for (const page of ['/', '/accedi', '/guida', '/nowhere'])
      assert.equal((await visit(portal.url, page)).headers['set-cookie'], undefined, page);
  });

  it('is bound to the host over https: __Host-, Secure, and only through a trusted balancer', async () => {
    const env = { BASE_URL: 'https://portale.example', TRUST_PROXY: 'loopback', NO_DEVELOPMENT_DOUBLES: '1' };
    const secure = await testApp({ db: portal.db, env });
    const server = await signInServer(secure);
    try {
      assert.match(
        await signIn(server, { 'X-Forwarded-Proto': 'https' }),
        /^__Host-myinps=s%3A[\w-]{43}\.[^;]+; Path=\/; HttpOnly; Secure; SameSite=Lax$/,
      );
      assert.equal(await signIn(server), '', 'never over plain http');
      const page = await visit(secure.url, '/');
      assert.match(page.headers['strict-transport-security'] ?? '', /^max-age=\d{8,}; includeSubDomains/);
      assert.match(page.headers['content-security-policy'] ?? '', /upgrade-insecure-requests/);
      const signedIn = await signedInAs(secure, maria);
      const left = await visit(secure.url, '/esci', { cookie: signedIn.cookie, form: { _csrf: signedIn.csrf() } });
      assert.match(left.headers['set-cookie'] ?? '', /__Host-myinps=;.*Path=\/;.*Expires=Thu, 01 Jan 1970.*Secure/);
    } finally {
      await secure.close();
    }
  });

  it('never becomes a signed-in one when somebody planted it: made up, or of a session of theirs', async () => {
    const server = await signInServer(portal);
    const attacker = await signedInAs(portal, maria);
    for (const planted of ['myinps=s%3Aplanted.AAAA', 'myinps=planted', attacker.cookie]) {
      const fresh = (await signIn(server, { Cookie: planted })).split(';')[0]!;
      assert.notEqual(fresh, planted);
      assert.equal(await isSignedIn(fresh), true);
      assert.equal(await isSignedIn(planted), false, planted);
    }
  });

  it('opens nothing when it is altered, and its token stands nowhere in the database', async () => {
    const { cookie } = await signedInAs(portal, maria);
    assert.equal(await isSignedIn(cookie), true);
    const at = cookie.indexOf('%3A') + 5;
    const altered = cookie.slice(0, at) + (cookie[at] === 'A' ? 'B' : 'A') + cookie.slice(at + 1);
    assert.equal(await isSignedIn(altered), false);
    const token = /s%3A([\w-]+)\./.exec(cookie)![1]!;
    const rows = await portal.db.query<{ all: string }>('SELECT string_agg(s::text, chr(10)) AS all FROM session s');
    assert.ok(rows[0]!.all.length > 100 && !rows[0]!.all.includes(token));
  });
});

describe('time limits', () => {
  it('ends after 15 minutes without a request', async () => {
    const { cookie } = await signedInAs(portal, maria);
    portal.clock.move({ minutes: 14, seconds: 59 });
    const other = await signedInAs(portal, maria);
    assert.equal(await isSignedIn(cookie), true);
    portal.clock.move({ minutes: 15 });
    assert.equal(await isSignedIn(other.cookie), false);
    assert.equal(path(await get('/bacheca', other.cookie)), '/accedi?ritorno=%2Fbacheca');
  });

  it('shows when it ends, and starts again when the person asks to stay', async () => {
    const { cookie, csrf } = await signedInAs(portal, maria);
    portal.clock.move({ seconds: 30 });
    assert.match((await get('/dati', cookie)).$.text(), /09:15/);
    portal.clock.move({ minutes: 10 });
    const extended = await post('/sessione/estendi', cookie, { _csrf: csrf(), ritorno: '/dati?x=1' });
    assert.deepEqual([extended.status, path(extended)], [303, '/dati?x=1']);
    portal.clock.move({ minutes: 14 });
    assert.match((await get('/dati', cookie)).$.text(), /09:39/);
  });

  it('ends after 8 hours, however busy', async () => {
    const { cookie } = await signedInAs(portal, maria);
    for (let minutes = 0; minutes < 470; minutes += 10) {
      portal.clock.move({ minutes: 10 });
      assert.equal(await isSignedIn(cookie), true, `after ${minutes + 10} minutes`);
    }
    portal.clock.move({ minutes: 9 });
    assert.match((await get('/dati', cookie)).$.text(), /17:00/, 'the page says the end of the working day');
    portal.clock.move({ minutes: 1 });
    assert.equal(await isSignedIn(cookie), false);
  });

  it('is touched at most once a minute', async () => {
    const { cookie } = await signedInAs(portal, luca);
    const touched = async () =>
      (
        await portal.db.query<{ at: Temporal.Instant }>(
          'SELECT max(touched_at) AS at FROM session WHERE citizen_id = $1',
          [luca.id],
        )
      )[0]!.at.toString();
    for (const [seconds, expected] of [
      [59, '07:00:00Z'],
      [60, '07:01:00Z'],
      [119, '07:01:00Z'],
      [120, '07:02:00Z'],
    ] as const) {
      portal.clock.set(Temporal.Instant.from(NOW).add({ seconds }).toString());
      await get('/dati', cookie);
      assert.equal(await touched(), `2026-04-01T${expected}`);
    }
  });
});

describe('leaving', () => {
  it('ends the session for good: the old cookie opens nothing, and Back shows nothing', async () => {
    const { cookie, csrf } = await signedInAs(portal, maria);
    const page = await get('/dati', cookie);
    assert.equal(page.headers['cache-control'], 'no-store');
    const left = await post('/esci', cookie, { _csrf: csrf() });
    assert.deepEqual([left.status, path(left)], [303, '/']);
    assert.match(left.headers['set-cookie'] ?? '', /myinps=;.*Expires=Thu, 01 Jan 1970/);
    assert.equal(await isSignedIn(cookie), false);
    assert.equal((await post('/dati/residenza', cookie, { _csrf: csrf(), comune: 'Milano' })).status, 303);
    const [row] = await portal.db.query<{ residence_istat: string }>(
      'SELECT residence_istat FROM citizen WHERE id = $1',
      [maria.id],
    );
    assert.equal(row!.residence_istat, '058091');
  });

  it('is a form, not a link', async () => {
    const { cookie } = await signedInAs(portal, maria);
    assert.equal((await get('/esci', cookie)).status, 404);
    assert.equal(await isSignedIn(cookie), true);
  });
});

describe('forms of others', () => {
  const residence = async () =>
    (
      await portal.db.query<{ residence_istat: string }>('SELECT residence_istat FROM citizen WHERE id = $1', [
        maria.id,
      ])
    )[0]!.residence_istat;

  it('are refused: token missing, empty, of another session, altered, too long, doubled', async () => {
    const { cookie, csrf } = await signedInAs(portal, maria);
    const stranger = await signedInAs(portal, luca);
    const good = csrf();
    const altered = good.slice(0, -2) + (good.at(-2) === 'A' ? 'B' : 'A') + good.slice(-1);
    const bad: (string | null)[] = [
      null,
      '',
      'x',
      stranger.csrf(),
      altered,
      `${good}AAAA`,
      good.repeat(20),
      good.slice(1),
    ];
    for (const token of bad) {
      const form: Record<string, string> = { comune: 'Milano', ...(token === null ? {} : { _csrf: token }) };
      assert.equal((await post('/dati/residenza', cookie, form)).status, 403, String(token).slice(0, 60));
    }
    const doubled = { type: 'application/x-www-form-urlencoded', text: `_csrf=${good}&_csrf=${good}&comune=Milano` };
    assert.equal((await visit(portal.url, '/dati/residenza', { cookie, body: doubled })).status, 403);
    assert.equal(
      (await visit(portal.url, `/dati/residenza?_csrf=${good}`, { cookie, form: { comune: 'Milano' } })).status,
      403,
    );
    assert.equal(await residence(), '058091');
  });

  it('are refused by where they come from, even with a good token', async () => {
    const { cookie, csrf } = await signedInAs(portal, maria);
    const send = (headers: Record<string, string>) =>
      fetch(`${portal.url}/dati/residenza`, {
        method: 'POST',
        redirect: 'manual',
        headers: { Cookie: cookie, 'Content-Type': 'application/x-www-form-urlencoded', ...headers },
        body: new URLSearchParams({ _csrf: csrf(), comune: 'Roma' }).toString(),
      }).then((answer) => answer.status);
    const cases: [Record<string, string>, number][] = [
      [{ Origin: 'https://evil.example' }, 403],
      [{ Origin: 'null' }, 403],
      [{ Origin: 'http://localhost:3001' }, 403],
      [{ Origin: 'http://localhost:3000.evil.example' }, 403],
      [{ Origin: 'http://localhost:3000' }, 303],
    ];
    for (const [headers, status] of cases) assert.equal(await send(headers), status, JSON.stringify(headers));
    // fetch() sets Sec-Fetch-* by itself: those by hand.
    const sent = async (site: string | null) => {
      const agent = portal.browser().post('/dati/residenza').set('Cookie', cookie).type('form').redirects(0);
      if (site) agent.set('Sec-Fetch-Site', site);
      return (await agent.send({ _csrf: csrf(), comune: 'Roma' })).status;
    };
    for (const site of ['cross-site', 'same-site', 'anything']) assert.equal(await sent(site), 403, site);
    for (const site of ['same-origin', 'none', null]) assert.equal(await sent(site), 303, String(site));
  });

  it('may be sent twice from two tabs: each page has a token of its own that stays good', async () => {
    const { cookie } = await signedInAs(portal, maria);
    const token = async () => String((await get('/dati/residenza', cookie)).$('input[name=_csrf]').last().val());
    const [first, second] = [await token(), await token()];
    assert.notEqual(first, second);
    for (const one of [second, first, first])
      assert.equal((await post('/dati/residenza', cookie, { _csrf: one, comune: 'Roma' })).status, 303);
  });
});

describe('a form sent after the session ended', () => {
  const SECRET = 'annotazione riservatissima';
  let ended: SignedIn;
  let appointment: string;
  let number = 0;
  beforeEach(async () => {
    await portal.db.query('DELETE FROM appointment');
    ended = await signedInAs(portal, maria);
    const startAt = `2026-04-0${7 + (number % 2)}T${String(7 + (number++ % 3)).padStart(2, '0')}:00:00Z`;
    appointment = await addAppointment(portal.db, maria, {
      office,
      topic: 'isee',
      state: 'held',
      startAt,
      heldAt: portal.clock.now(),
      holdFor: 60,
    });
    portal.clock.move({ minutes: 16 });
  });

  const sendDetails = () =>
    post(`/appuntamenti/${appointment}/dettagli`, ended.cookie, {
      _csrf: ended.csrf(),
      nota: SECRET,
      email: 'nuova@posta.example',
      telefono: '',
      lingua: 'de',
    });

  async function parkedAt(sent: Answer): Promise<string> {
    assert.equal(sent.status, 303);
    const url = new URL(sent.headers.location ?? '');
    assert.deepEqual([url.pathname, url.searchParams.get('scaduta')], ['/accedi', '1']);
    const back = url.searchParams.get('ritorno') ?? '';
    assert.match(back, /^\/ripresa\/[0-9a-f-]{36}$/);
    return back;
  }

  it('comes back filled in for the same person, with a fresh token, and nothing was done', async () => {
    const back = await parkedAt(await sendDetails());
    const again = await signedInAs(portal, maria);
    const page = await get(back, again.cookie);
    assert.equal(page.status, 200);
    assert.equal(page.headers['cache-control'], 'no-store');
    assert.equal(page.$('textarea[name=nota]').val(), SECRET);
    assert.equal(page.$('input[name=email]').val(), 'nuova@posta.example');
    assert.equal(page.$('select[name=lingua] option[selected]').attr('value'), 'de');
    const form = page.$('main form').has('textarea[name=nota]');
    const [row] = await portal.db.query<{ note: string; details_at: unknown }>(
      'SELECT note, details_at FROM appointment WHERE id = $1',
      [appointment],
    );
    assert.deepEqual(row, { note: '', details_at: null });
    const fields = { _csrf: String(form.find('input[name=_csrf]').val()), nota: SECRET, email: 'nuova@posta.example' };
    const sent = await post(String(form.attr('action')), again.cookie, fields);
    assert.equal(path(sent), `/appuntamenti/${appointment}/riepilogo`);
    const [done] = await portal.db.query<{ note: string }>('SELECT note FROM appointment WHERE id = $1', [appointment]);
    assert.equal(done!.note, SECRET);
  });

  it('brings the residence form back as well', async () => {
    const back = await parkedAt(
      await post('/dati/residenza', ended.cookie, { _csrf: ended.csrf(), comune: 'Castelvetro' }),
    );
    const page = await get(back, (await signedInAs(portal, maria)).cookie);
    assert.equal(page.$('input[name=comune]').val(), 'Castelvetro');
    assert.equal(page.$('[aria-invalid=true]').length, 0, 'it is shown, not judged');
  });

  it('is kept so that nobody can read it in the table', async () => {
    await sendDetails();
    const rows = await portal.db.query<{ sealed: Buffer }>('SELECT * FROM parked_form ORDER BY parked_at DESC LIMIT 1');
    const plain = JSON.stringify(rows) + rows[0]!.sealed.toString('latin1');
    for (const secret of [
      SECRET,
      'riservatissima',
      'nuova@posta',
      'dettagli',
      Buffer.from(SECRET).toString('base64').slice(0, 20),
    ])
      assert.ok(!plain.includes(secret), secret);
    assert.ok(rows[0]!.sealed.length > SECRET.length);
  });

  it('is destroyed when somebody else asks for it', async () => {
    const back = await parkedAt(await sendDetails());
    const other = await get(back, (await signedInAs(portal, luca)).cookie);
    assert.equal(path(other), '/bacheca');
    assert.ok(!other.html.includes(SECRET));
    assert.equal(path(await get(back, (await signedInAs(portal, maria)).cookie)), '/bacheca', 'gone for its owner too');
  });

  it('is gone after 30 minutes', async () => {
    const back = await parkedAt(await sendDetails());
    portal.clock.move({ minutes: 30 });
    assert.equal(path(await get(back, (await signedInAs(portal, maria)).cookie)), '/bacheca');
  });

  it('is not kept when the session ended more than 30 minutes ago, or the token is not its own', async () => {
    const rows = async () => (await portal.db.query('SELECT 1 FROM parked_form')).length;
    const kept = await rows();
    const forged = await post('/dati/residenza', ended.cookie, {
      _csrf: (await signedInAs(portal, luca)).csrf(),
      comune: 'Roma',
    });
    assert.equal(path(forged), '/accedi');
    portal.clock.move({ minutes: 31 });
    assert.equal(path(await sendDetails()), '/accedi');
    assert.equal(await rows(), kept);
  });

  it('is neither kept nor repeated when it is no form: confirming leads to the page above, and books nothing', async () => {
    await portal.db.query(`UPDATE appointment SET details_at = $2, contact_email = 'a@b.example' WHERE id = $1`, [
      appointment,
      portal.clock.now(),
    ]);
    const forms = async () => (await portal.db.query('SELECT FROM parked_form')).length;
    const kept = await forms();
    const answer = await post(`/appuntamenti/${appointment}/conferma`, ended.cookie, { _csrf: ended.csrf() });
    assert.equal(path(answer), `/accedi?scaduta=1&ritorno=${encodeURIComponent(`/appuntamenti/${appointment}`)}`);
    assert.equal(await forms(), kept);
    const [row] = await portal.db.query<{ state: string }>('SELECT state FROM appointment WHERE id = $1', [
      appointment,
    ]);
    assert.equal(row!.state, 'held');
  });

  it('asks for a sign-in first, and knows nothing of made-up names', async () => {
    const back = await parkedAt(await sendDetails());
    assert.equal(path(await visit(portal.url, back)), '/accedi');
    const { cookie } = await signedInAs(portal, maria);
    assert.equal(path(await get(`/ripresa/${randomUUID()}`, cookie)), '/bacheca');
    assert.equal((await get('/ripresa/x', cookie)).status, 404);
  });
});
