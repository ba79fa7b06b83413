import assert from 'node:assert/strict';
import { inflateRawSync } from 'node:zlib';
import { after, before, beforeEach, describe, it } from 'node:test';
import { load } from 'cheerio';
import pg from 'pg';
import { pino } from 'pino';
import { SignedXml } from 'xml-crypto';
import { SpidProviders } from '#src/auth/index.js';
import { checkLetter } from '#src/common/fiscal-code.js';
import { Metrics } from '#src/common/metrics.js';
import { SamlEngine } from '#src/auth/saml/index.js';
import { testApp, type TestApp } from '../../support/app.ts';
import * as build from '../../support/saml/builder.ts';
import { handBack, leadsTo, press, signIn } from '../../support/saml/journey.ts';
import { testKeys, type TestKeys } from '../../support/saml/keys.ts';
import { staffSignedIn } from '../../support/sign-in.ts';

const OTHER_IDP = 'https://idp.example/metadata';
const MARIA_CODE = 'RSSMRA80E55H501U';

let portal: TestApp;
let keys: TestKeys;
let lines: Record<string, unknown>[] = [];

before(async () => {
  const log = pino(
    { level: 'info' },
    { write: (line: string) => void lines.push(JSON.parse(line) as Record<string, unknown>) },
  );
  [portal, keys] = await Promise.all([testApp({ log }), testKeys('provider')]);
  portal.app.get(SpidProviders).add(providerMetadata());
});
after(() => portal.close());
beforeEach(() => {
  lines = [];
});

/** Reasons in the log since the test began. */
function reasons(): unknown[] {
  return lines.filter((line) => line.msg === 'SPID answer refused').map((line) => line.reason);
}

describe('signing in with the development provider', () => {
  it('leads back to where one was going, signed in', async () => {
    const browser = portal.browser();
    const page = await signIn(browser, undefined, '/dati?x=1');
    assert.equal(page.status, 303, page.text);
    assert.equal(page.headers.location, 'http://localhost:3000/dati?x=1#main');
    assert.match((await browser.get('/bacheca')).text, /Maria Rossi/);
  });

  it('gives each of many people at the same moment their own identity', async () => {
    const people = ['Maria Rossi', 'Giovanni Bianchi', 'Anna Gruber', 'Luca Esposito'];
    const ready = await Promise.all(
      people.map(async (person) => {
        const browser = portal.browser();
        return { person, browser, answer: await press(await leadsTo(browser), `Entra come ${person}, livello 2`) };
      }),
    );
    const pages = await Promise.all(ready.map(({ browser, answer }) => handBack(browser, answer)));
    assert.deepEqual(
      pages.map((page) => page.status),
      [303, 303, 303, 303],
    );
    for (const { person, browser } of ready) assert.match((await browser.get('/bacheca')).text, new RegExp(person));
  });

  it('leads to the Bacheca when no way back was given, or a foreign one', async () => {
    for (const wanted of [
      '',
      'https://evil.example',
      '//evil.example',
      '/\\evil.example',
      'javascript:alert(1)',
      '/a\r\nSet-Cookie: x=1',
    ]) {
      const page = await signIn(portal.browser(), undefined, wanted);
      assert.equal(page.headers.location, 'http://localhost:3000/bacheca#main');
    }
  });

  it('gives the request a cookie of its own, bound to the host and good for ten minutes', async () => {
    const idp = (await leadsTo(portal.browser())).replace(/\/spid\/sso.*/, '/spid/metadata');
    const page = await portal.browser().get('/spid/accedi').query({ idp });
    const cookies = page.headers['set-cookie'] as unknown as string[];
    assert.match(
      cookies.find((one) => one.startsWith('__Host-spid=')) ?? '',
      /^__Host-spid=_[0-9a-f-]{36}; Max-Age=600; Path=\/; Expires=[^;]+; HttpOnly; Secure; SameSite=None$/,
    );
    assert.equal(page.headers['cache-control'], 'no-store');
  });

  it('sends an opaque RelayState', async () => {
    const address = new URL(await leadsTo(portal.browser(), '/dati/segreto'));
    assert.match(address.searchParams.get('RelayState') ?? '', /^[\w-]{32}$/);
    assert.doesNotMatch(
      inflateRawSync(Buffer.from(address.searchParams.get('SAMLRequest') ?? '', 'base64')).toString(),
      /segreto/,
    );
  });

  it('keeps the exchange, encrypted', async () => {
    await signIn(portal.browser());
    const rows = await portal.db.query<{ sealed: Buffer; outcome: string; keep: boolean }>(
      `SELECT sealed, outcome, keep_until = received_at + interval '24 months' AS keep FROM saml_exchange ORDER BY received_at DESC`,
    );
    assert.ok(rows.length > 0 && rows.every((row) => row.keep));
    assert.ok(rows.every((row) => !row.sealed.includes(MARIA_CODE) && !row.sealed.includes('Response')));
  });

  it('keeps of what a stranger posts the reason alone, and that once', async () => {
    const { browser, options } = await started();
    const junk = `<!--${'x'.repeat(60_000)}-->`;
    const forged = build.response({ ...options, keys: await testKeys('rogue') });
    const big = build.response({ ...options, signAssertion: false }).replace('Maria', 'M'.repeat(20_000));
    for (const xml of [junk, forged, big, forged.replace('Maria', 'Mario'), big])
      assert.equal((await handBack(browser, { SAMLResponse: build.packed(xml) })).status, 403);
    assert.deepEqual(await exchanges(options), [{ outcome: 'signature-foreign-key', sealed: null }]);
  });

  it('keeps what a provider signed, refused or not, each outcome once', async () => {
    const { browser, options } = await started();
    const late = build.response({
      ...options,
      edit: [[/NotOnOrAfter="[^"]+"/g, `NotOnOrAfter="${options.now}"`]],
    });
    for (let tries = 0; tries < 3; tries++) await handBack(browser, { SAMLResponse: build.packed(late) });
    assert.equal((await handBack(browser, { SAMLResponse: build.packed(build.response(options)) })).status, 303);
    const kept = await exchanges(options);
    assert.deepEqual(
      kept.map((one) => one.outcome),
      ['identified', 'subject-expired'],
    );
    assert.ok(kept.every((one) => one.sealed !== null && one.sealed > 5000));
  });

  it('keeps the beginning of a provider’s "no", which may be unsigned', async () => {
    const { browser, options } = await started();
    const no = build
      .declined(options, 'ErrorCode nr25')
      .replace('</samlp:Status>', `${' '.repeat(50_000)}</samlp:Status>`);
    for (let tries = 0; tries < 3; tries++)
      assert.equal((await handBack(browser, { SAMLResponse: build.packed(no) })).status, 403);
    const [kept, ...more] = await exchanges(options);
    assert.deepEqual([kept?.outcome, more], ['declined', []]);
    assert.ok(kept!.sealed! > 8192 && kept!.sealed! < 16_384, `${kept!.sealed} bytes`);
  });

  it('lets the sweeper, and nobody else, delete what is over', async () => {
    const sweep = async (system: string) => {
      const client = new pg.Client({ connectionString: portal.db.worker });
      await client.connect();
      await client.query(`SET app.kind = 'system'; SET app.subject = '${system}'`);
      const counts: (number | null)[] = [];
      for (const [table, column] of [
        ['saml_request', 'expires_at'],
        ['saml_seen', 'usable_until'],
        ['saml_exchange', 'keep_until'],
      ]) {
        counts.push((await client.query(`DELETE FROM ${table} WHERE ${column} < $1`, ['2126-01-01'])).rowCount);
      }
      await client.end();
      return counts;
    };
    assert.deepEqual(await sweep('public'), [0, 0, 0]);
    assert.ok((await sweep('sweeper')).every((count) => count !== null && count > 0));
  });

  it('writes no personal data in the log', async () => {
    await signIn(portal.browser());
    assert.ok(lines.length > 0);
    assert.doesNotMatch(JSON.stringify(lines), /RSSMRA|Maria|Rossi|posta\.example|39333/);
  });

  it('takes a stronger level, refuses a weaker one', async () => {
    assert.equal((await signIn(portal.browser(), 'Entra come Anna Gruber, livello 3')).status, 303);
    assert.equal((await signIn(portal.browser(), 'Entra come Anna Gruber, livello 1')).status, 403);
    assert.deepEqual(reasons(), ['level-too-low']);
  });
});

describe('when the provider says no', () => {
  for (const code of [19, 20, 21, 22, 23, 25, 30]) {
    it(`explains code ${code}, opens no session`, async () => {
      const browser = portal.browser();
      const page = await signIn(browser, `${code}:`);
      assert.equal(page.status, 403);
      const $ = load(page.text);
      assert.match($('title').text(), /^Errore: /);
      assert.equal($('h1').length, 1);
      assert.match($('main').text(), /[0-9a-f-]{36}/, 'a reference number');
      assert.equal((await browser.get('/bacheca')).status, 303);
    });
  }

  for (const [livello, other] of [
    ['2', '3'],
    ['3', '2'],
  ] as const)
    it(`names the level that was asked for: ${livello}`, async () => {
      for (const lingua of ['it', 'en', 'de']) {
        const { browser, options } = await started(undefined, '/bacheca', livello);
        await browser.get(`/?lingua=${lingua}`);
        const page = await handBack(browser, { SAMLResponse: build.packed(build.declined(options, 'ErrorCode nr20')) });
        const said = load(page.text)('main').text();
        assert.equal(said.match(new RegExp(`(?:livello|level|Stufe) ${livello}`, 'g'))?.length, 2, said);
        assert.doesNotMatch(said, new RegExp(`(?:livello|level|Stufe) ${other}`));
      }
    });

  it('says so in the language of the person', async () => {
    const browser = portal.browser();
    await browser.get('/?lingua=de').set('Sec-Fetch-Site', 'same-origin');
    assert.match((await signIn(browser, '25:')).text, /Sie haben die Anmeldung abgebrochen/);
  });

  it('lets one try again at once', async () => {
    const browser = portal.browser();
    await signIn(browser, '25:');
    assert.equal((await signIn(browser)).status, 303);
  });

  it('refuses a professional identity nobody asked for', async () => {
    assert.match((await signIn(portal.browser(), 'Entra come Paolo Verdi, livello 2')).text, /uso professionale/);
  });

  it('shows nothing of what an attacker writes in the message', async () => {
    const { options, browser } = await started();
    const page = await handBack(browser, {
      SAMLResponse: build.packed(build.declined(options, '&lt;script&gt;alert(1)&lt;/script&gt; ErrorCode nr25')),
    });
    assert.equal(page.status, 403);
    assert.doesNotMatch(page.text, /alert\(1\)/);
    assert.deepEqual(reasons(), ['status-failed']);
  });
});

describe('what is refused', () => {
  it('an answer nobody asked for, in a browser without a request', async () => {
    const answer = await press(await leadsTo(portal.browser()), 'Entra come Maria Rossi, livello 2');
    await refused(handBack(portal.browser(), answer), 'no-request');
  });

  it('an answer of another browser', async () => {
    const answer = await press(await leadsTo(portal.browser()), 'Entra come Maria Rossi, livello 2');
    const other = portal.browser();
    await leadsTo(other);
    await refused(handBack(other, answer), 'unsolicited');
  });

  it('the same answer at a second process, after the first or at the same moment', async () => {
    const second = await testApp({ db: portal.db });
    second.app.get(SpidProviders).add(providerMetadata());
    try {
      const one = await started();
      const answer = { SAMLResponse: build.packed(build.response(one.options)) };
      assert.equal((await handBack(one.browser, answer)).status, 303);
      const late = await handBack(second.browser(), answer).set('Cookie', one.cookie);
      assert.equal(late.status, 403);
      assert.match(late.text, /Non ti abbiamo potuto riconoscere/);
      const two = await started();
      const both = { SAMLResponse: build.packed(build.response(two.options)) };
      const pages = await Promise.all([
        handBack(two.browser, both),
        handBack(second.browser(), both).set('Cookie', two.cookie),
      ]);
      assert.deepEqual(pages.map((page) => page.status).toSorted(), [303, 403]);
    } finally {
      await second.close();
    }
  });

  it('the same answer a second time, even with the cookie kept', async () => {
    const { browser, cookie, options } = await started();
    const answer = { SAMLResponse: build.packed(build.response(options)) };
    assert.equal((await handBack(browser, answer)).status, 303);
    await refused(handBack(portal.browser(), answer).set('Cookie', cookie), 'unsolicited');
  });

  it('all but one of many at the same moment', async () => {
    const { cookie, options } = await started();
    const answer = { SAMLResponse: build.packed(build.response(options)) };
    const pages = await Promise.all(
      Array.from({ length: 8 }, () => handBack(portal.browser(), answer).set('Cookie', cookie)),
    );
    assert.deepEqual(pages.map((page) => page.status).toSorted(), [303, 403, 403, 403, 403, 403, 403, 403]);
    assert.ok(reasons().every((reason) => reason === 'request-used' || reason === 'unsolicited'));
  });

  it('an assertion used for another request', async () => {
    const first = await started();
    assert.equal(
      (
        await handBack(first.browser, {
          SAMLResponse: build.packed(build.response({ ...first.options, assertionId: '_twice' })),
        })
      ).status,
      303,
    );
    const second = await started();
    await refused(
      handBack(second.browser, {
        SAMLResponse: build.packed(build.response({ ...second.options, assertionId: '_twice' })),
      }),
      'replayed',
    );
    assert.equal(
      (await handBack(second.browser, { SAMLResponse: build.packed(build.response(second.options)) })).status,
      303,
      'the refusal used nothing up',
    );
  });

  it('an answer after ten minutes', async () => {
    const { browser, options } = await started();
    portal.clock.move({ minutes: 11 });
    await refused(
      handBack(browser, {
        SAMLResponse: build.packed(build.response({ ...options, now: portal.clock.now().toString() })),
      }),
      'unsolicited',
    );
  });

  it('an answer signed by a stranger, by its own reason', async () => {
    const { browser, options } = await started();
    await refused(
      handBack(browser, { SAMLResponse: build.packed(build.response({ ...options, keys: await testKeys('rogue') })) }),
      'signature-foreign-key',
    );
  });

  it('an answer of a provider one did not choose', async () => {
    const browser = portal.browser();
    const address = new URL(await leadsTo(browser));
    const request = inflateRawSync(Buffer.from(address.searchParams.get('SAMLRequest') ?? '', 'base64')).toString();
    const options = optionsFor(/ ID="([^"]+)"/.exec(request)?.[1] ?? '');
    const page = handBack(browser, { SAMLResponse: build.packed(build.response(options)) });
    // The development provider comes first or second: either way it is not the one that was asked.
    await refused(page, address.origin === 'https://idp.example' ? 'relay-state' : 'response-issuer');
  });

  it('a fiscal code that cannot be', async () => {
    const { browser, options } = await started();
    const attributes = { ...build.MARIA, fiscalNumber: 'TINIT-RSSMRA80E55H501A' };
    await refused(
      handBack(browser, { SAMLResponse: build.packed(build.response({ ...options, attributes })) }),
      'fiscal-number',
    );
  });

  it('a birthday that is still to come', async () => {
    const { browser, options } = await started();
    const attributes = { ...build.MARIA, dateOfBirth: portal.clock.now().add({ hours: 48 }).toString().slice(0, 10) };
    await refused(
      handBack(browser, { SAMLResponse: build.packed(build.response({ ...options, attributes })) }),
      'date-of-birth',
    );
  });

  for (const RelayState of [
    'https://evil.example',
    'javascript:alert(1)',
    '/dati',
    'x\r\nSet-Cookie: a=b',
    '<script>',
    '0'.repeat(5000),
  ]) {
    it(`a RelayState that is not ours: ${JSON.stringify(RelayState.slice(0, 30))}`, async () => {
      const { browser, options } = await started();
      const page = await refused(
        handBack(browser, { SAMLResponse: build.packed(build.response(options)), RelayState }),
        'relay-state',
      );
      assert.doesNotMatch(page.text, /evil\.example|alert\(1\)|<script>/);
    });
  }

  it('a form that is none: missing, doubled, not base64, too large', async () => {
    const { browser } = await started();
    await refused(handBack(browser, {}), 'message-missing');
    await refused(browser.post('/spid/acs').type('form').send('SAMLResponse=a&SAMLResponse=b'), 'message-missing');
    await refused(handBack(browser, { SAMLResponse: '***' }), 'message-encoding');
    assert.equal((await handBack(browser, { SAMLResponse: 'A'.repeat(400_000) })).status, 413);
  });

  it('the twenty-first try with one request', async () => {
    const { browser, options } = await started();
    for (let tries = 0; tries < 20; tries++) await handBack(browser, { SAMLResponse: build.packed('<x/>') });
    lines = [];
    await refused(handBack(browser, { SAMLResponse: build.packed(build.response(options)) }), 'unsolicited');
  });

  it('a provider nobody knows', async () => {
    assert.equal((await portal.browser().get('/spid/accedi').query({ idp: 'https://nobody.example' })).status, 404);
    assert.equal((await portal.browser().get('/spid/accedi')).status, 404);
  });
});

describe('when the answers are more than we can judge', () => {
  for (const reason of ['busy', 'too-slow'] as const) {
    it(`says so, and it counts as no try (${reason})`, async (test) => {
      const { browser, options } = await started();
      const answer = { SAMLResponse: build.packed(build.response(options)) };
      const verdict = { kind: 'refused', reason, requestId: null, signed: false } as const;
      const judge = test.mock.method(portal.app.get(SamlEngine).judge, 'judge', async () => verdict);
      for (let tries = 0; tries < 21; tries++) {
        const page = await handBack(browser, answer);
        assert.equal(page.status, 503);
        assert.ok(Number(page.headers['retry-after']) > 0);
        assert.match(load(page.text)('main').text(), /[0-9a-f-]{36}/, 'a reference number');
      }
      assert.deepEqual(await exchanges(options), []);
      judge.mock.restore();
      assert.equal((await handBack(browser, answer)).status, 303, 'the same answer, a moment later');
    });
  }

  it('says so to a logout too', async (test) => {
    const verdict = { kind: 'refused', reason: 'busy' } as const;
    test.mock.method(portal.app.get(SamlEngine).judge, 'judgeLogout', async () => verdict);
    const page = await portal
      .browser()
      .post('/spid/logout')
      .type('form')
      .send({ SAMLRequest: build.packed('<x/>') });
    assert.equal(page.status, 503);
    assert.ok(Number(page.headers['retry-after']) > 0);
  });
});

describe('an identity that disagrees with its fiscal code', () => {
  it('is taken, and noted without saying whose it is', async () => {
    const noted = async () => {
      const { values } = await portal.app.get(Metrics).oddIdentities.get();
      return Object.fromEntries(values.map(({ labels, value }) => [`${labels.method} ${labels.oddity}`, value]));
    };
    const { browser, options } = await started();
    const code = `RSSMRA80E55Z999${checkLetter('RSSMRA80E55Z999')}`;
    const attributes = {
      ...build.MARIA,
      fiscalNumber: `TINIT-${code}`,
      dateOfBirth: '1980-05-14',
      placeOfBirth: 'Z999',
    };
    const page = await handBack(browser, { SAMLResponse: build.packed(build.response({ ...options, attributes })) });
    assert.equal(page.status, 303, page.text);
    assert.equal((await browser.get('/bacheca')).status, 200);
    const [entry] = await portal.db.query<{ details: { oddities?: string } }>(
      `SELECT details FROM audit_entry a JOIN citizen c ON c.id = a.subject WHERE action = 'session.start' AND c.fiscal_code = $1`,
      [code],
    );
    assert.equal(entry?.details.oddities, 'birth-date birthplace-unknown');
    assert.deepEqual(await noted(), { 'spid birth-date': 1, 'spid birthplace-unknown': 1 });
    assert.doesNotMatch(JSON.stringify(lines), /RSSMRA|Z999|1980-05/);
  });
});

describe('signing in again while signed in', () => {
  const openSessions = async () =>
    (await portal.db.query<{ id: string }>('SELECT public_id AS id FROM session WHERE ended_at IS NULL')).map(
      ({ id }) => id,
    );
  /** The provider's page is on another site: its POST brings the request's cookie, not the session's (SameSite=Lax). */
  const crossSite = (cookie: string, answer: { SAMLResponse: string }) =>
    handBack(portal.browser(), answer).set('Cookie', cookie);

  it('ends the session that asked, though the answer came without its cookie', async () => {
    await portal.db.query('DELETE FROM session');
    const browser = portal.browser();
    await signIn(browser);
    const [old] = await openSessions();
    const { cookie, options } = await started(browser);
    assert.deepEqual(await openSessions(), [old], 'asking alone ends nothing');
    await crossSite(cookie, { SAMLResponse: build.packed('<x/>') });
    assert.deepEqual(await openSessions(), [old], 'nor does an answer that did not get in');
    const page = await crossSite(cookie, { SAMLResponse: build.packed(build.response(options)) });
    assert.equal(page.status, 303);
    const now = await openSessions();
    assert.equal(now.length, 1);
    assert.notEqual(now[0], old);
    const ends = await portal.db.query<{ details: { how: string } }>(
      `SELECT details FROM audit_entry WHERE action = 'session.end' AND object_id = $1`,
      [old],
    );
    assert.deepEqual(
      ends.map(({ details }) => details.how),
      ['replaced'],
    );
    assert.equal((await browser.get('/bacheca')).status, 303, 'the old cookie opens nothing');
  });

  it('ends it once, when the cookie did come along', async () => {
    await portal.db.query('DELETE FROM session');
    const browser = portal.browser();
    await signIn(browser);
    const [old] = await openSessions();
    const { options } = await started(browser);
    await handBack(browser, { SAMLResponse: build.packed(build.response(options)) });
    assert.equal((await openSessions()).length, 1);
    const ends = await portal.db.query(`SELECT 1 FROM audit_entry WHERE action = 'session.end' AND object_id = $1`, [
      old,
    ]);
    assert.equal(ends.length, 1);
  });

  it('ends a session of the staff in the same browser too', async () => {
    await portal.db.query('DELETE FROM session');
    const { cookie: staff } = await staffSignedIn(portal, { name: 'Elena Conti', office: null, roles: ['editor'] });
    const browser = portal.browser();
    browser.set('Cookie', staff);
    const { cookie, options } = await started(browser);
    await crossSite(cookie, { SAMLResponse: build.packed(build.response(options)) });
    const open = await portal.db.query('SELECT kind FROM session WHERE ended_at IS NULL');
    assert.deepEqual(open, [{ kind: 'citizen' }]);
  });

  it('is for the sign-in alone: nobody else may end a session by its name', async () => {
    const client = new pg.Client({ connectionString: portal.db.web });
    await client.connect();
    await client.query(`SET app.kind = 'system'; SET app.subject = 'public'`);
    await assert.rejects(
      client.query('SELECT session_give_way(gen_random_uuid(), $1)', ['2026-04-01']),
      /only the sign-in/,
    );
    await client.end();
  });
});

describe('two tabs of one browser at their providers', () => {
  const GIOVANNI = {
    ...build.MARIA,
    name: 'Giovanni',
    familyName: 'Bianchi',
    spidCode: 'TEST0000000002',
    fiscalNumber: 'TINIT-BNCGNN75C12F205J',
    dateOfBirth: '1975-03-12',
    gender: 'M',
  };
  const answer = (options: build.Options, changes: Partial<build.Options> = {}) => ({
    SAMLResponse: build.packed(build.response({ ...options, ...changes })),
  });
  const open = () => portal.db.query('SELECT public_id, level FROM session WHERE ended_at IS NULL');
  /** Two tabs that both went to the provider. */
  async function tabs() {
    await portal.db.query('DELETE FROM session');
    const browser = portal.browser();
    return { browser, first: await started(browser, '/dati'), second: await started(browser, '/appuntamenti') };
  }

  it('the second of the same person is told and led on, in the session of the first', async () => {
    const { browser, first, second } = await tabs();
    assert.equal((await handBack(browser, answer(first.options))).status, 303);
    const there = await open();
    const page = await handBack(browser, answer(second.options));
    assert.equal(page.status, 303, page.text);
    assert.equal(page.headers.location, 'http://localhost:3000/appuntamenti#main');
    assert.match(load((await browser.get('/appuntamenti')).text)('#esito').text(), /già fatto l’accesso/);
    assert.deepEqual(await open(), there);
  });

  it('so it is when the answer comes across sites, without the session’s cookie', async () => {
    const { browser, first, second } = await tabs();
    const cookie = `spid-sviluppo=${second.options.requestId}.${first.options.requestId}`;
    await handBack(browser, answer(first.options));
    const page = await handBack(portal.browser(), answer(second.options)).set('Cookie', cookie);
    assert.equal(page.status, 303);
    const there = new URL(page.headers.location!);
    const next = await browser.get(there.pathname + there.search);
    assert.equal(next.headers.location, 'http://localhost:3000/appuntamenti');
    assert.match((await browser.get('/appuntamenti')).text, /già fatto l’accesso/);
    assert.equal((await open()).length, 1);
  });

  it('the second of somebody else does not take the place of the first, and says why', async () => {
    const { browser, first, second } = await tabs();
    await handBack(browser, answer(first.options));
    const there = await open();
    const page = await handBack(browser, answer(second.options, { attributes: GIOVANNI }));
    assert.equal(page.status, 403);
    assert.match(load(page.text)('h1').text(), /c’è già un’altra persona/);
    assert.doesNotMatch(page.text.replace(/<header[^]*<\/header>/, ''), /Giovanni|Bianchi/);
    assert.deepEqual(await open(), there);
    assert.match((await browser.get('/bacheca')).text, /Maria Rossi/);
  });

  it('the second gets in when the first has gone out meanwhile, whoever it is', async () => {
    const { browser, first, second } = await tabs();
    await handBack(browser, answer(first.options));
    const csrf = load((await browser.get('/bacheca')).text)('form[action="/esci"] input[name="_csrf"]').attr('value');
    await browser.post('/esci').type('form').send({ _csrf: csrf });
    assert.equal((await handBack(browser, answer(second.options, { attributes: GIOVANNI }))).status, 303);
    assert.match((await browser.get('/bacheca')).text, /Giovanni Bianchi/);
  });

  it('a stronger level of the same person takes the place of a weaker one, even across sites', async () => {
    const { browser, first, second } = await tabs();
    const cookie = `spid-sviluppo=${second.options.requestId}.${first.options.requestId}`;
    await handBack(browser, answer(first.options));
    const page = await handBack(portal.browser(), answer(second.options, { level: 3 })).set('Cookie', cookie);
    assert.equal(page.headers.location, 'http://localhost:3000/appuntamenti#main');
    assert.deepEqual(
      (await open()).map(({ level }) => level),
      [3],
    );
  });

  it('a third tab is not lost either, and what was used is', async () => {
    const { browser, first, second } = await tabs();
    const third = await started(browser, '/dati/accessi');
    await handBack(browser, answer(second.options));
    for (const one of [third, first]) assert.equal((await handBack(browser, answer(one.options))).status, 303);
    await refused(handBack(browser, answer(first.options)), 'no-request');
  });

  it('one that fails leaves the first in, and its page does not say otherwise', async () => {
    const { browser, first, second } = await tabs();
    await handBack(browser, answer(first.options));
    const page = await handBack(browser, answer({ ...second.options, level: 1 }));
    assert.equal(page.status, 403);
    assert.doesNotMatch(page.text, /Non sei entrato/);
    assert.match(page.text, /se eri già dentro, lo sei ancora/);
    assert.match((await browser.get('/bacheca')).text, /Maria Rossi/);
  });

  it('nobody but the sign-in asks whose a session is', async () => {
    const client = new pg.Client({ connectionString: portal.db.web });
    await client.connect();
    await client.query(`SET app.kind = 'system'; SET app.subject = 'public'`);
    await assert.rejects(client.query('SELECT * FROM session_named(gen_random_uuid(), now())'), /only the sign-in/);
    await client.end();
  });
});

describe('what a page of another site fetches by itself', () => {
  const image = { 'Sec-Fetch-Site': 'cross-site', 'Sec-Fetch-Mode': 'no-cors', 'Sec-Fetch-Dest': 'image' };
  const kinds: [string, Record<string, string>][] = [
    ['an image', image],
    ['an image of a sibling host', { ...image, 'Sec-Fetch-Site': 'same-site' }],
    ['a script’s request', { ...image, 'Sec-Fetch-Mode': 'cors', 'Sec-Fetch-Dest': 'empty' }],
    ['a frame', { ...image, 'Sec-Fetch-Mode': 'navigate', 'Sec-Fetch-Dest': 'iframe' }],
    ['an object', { ...image, 'Sec-Fetch-Mode': 'navigate', 'Sec-Fetch-Dest': 'object' }],
  ];
  for (const [kind, headers] of kinds) {
    it(`begins no sign-in and pushes none out: ${kind}`, async () => {
      const { browser, options } = await started();
      const starts = [
        '/spid/accedi?idp=https%3A%2F%2Fidp.example%2Fmetadata',
        '/cie/accedi',
        '/eidas/accedi',
        '/cns/accedi',
        '/accedi/pin',
        '/operatore/accedi/avvio',
      ];
      for (const start of starts)
        for (let times = 0; times < 3; times++) {
          const page = await browser.get(start).set(headers);
          assert.equal(page.status, 403, start);
          assert.equal(page.headers['set-cookie'], undefined, start);
        }
      assert.equal((await handBack(browser, { SAMLResponse: build.packed(build.response(options)) })).status, 303);
    });

    it(`changes nothing else: ${kind}`, async () => {
      const browser = portal.browser();
      await signIn(browser);
      for (const path of [
        '/rafforzata',
        '/accedi?gia=1',
        '/spid/logout',
        '/bacheca',
        '/cns/rientro',
        '/operatore/rientro',
      ])
        assert.equal((await browser.get(path).set(headers)).status, 403, path);
      assert.equal((await browser.post('/spid/acs').type('form').send({}).set(headers)).status, 403);
      assert.equal((await browser.get('/bacheca')).status, 200);
    });
  }

  const people: [string, Record<string, string>][] = [
    ['a link of another site', { ...image, 'Sec-Fetch-Mode': 'navigate', 'Sec-Fetch-Dest': 'document' }],
    ['a link of ours', { 'Sec-Fetch-Site': 'same-origin', 'Sec-Fetch-Mode': 'navigate', 'Sec-Fetch-Dest': 'document' }],
    ['a bookmark', { 'Sec-Fetch-Site': 'none', 'Sec-Fetch-Mode': 'navigate', 'Sec-Fetch-Dest': 'document' }],
    ['an image of ours', { ...image, 'Sec-Fetch-Site': 'same-origin' }],
    ['a browser that says nothing', {}],
  ];
  for (const [kind, headers] of people)
    it(`is told from what a person does: ${kind}`, async () => {
      const page = await portal.browser().get('/spid/accedi').query({ idp: OTHER_IDP }).set(headers);
      assert.equal(page.status, 200);
    });

  it('takes the provider’s form, which comes across sites as a document', async () => {
    const { browser, options } = await started();
    const page = handBack(browser, { SAMLResponse: build.packed(build.response(options)) });
    assert.equal(
      (await page.set({ ...image, 'Sec-Fetch-Mode': 'navigate', 'Sec-Fetch-Dest': 'document' })).status,
      303,
    );
  });
});

describe('a provider that takes only forms', () => {
  it('is reached by a page with one button, allowed by the policy of that page', async () => {
    const page = await portal.browser().get('/spid/accedi').query({ idp: OTHER_IDP });
    assert.equal(page.status, 200);
    const $ = load(page.text);
    const form = $('form[method="post"][action="https://idp.example/sso"]');
    assert.equal(form.length, 1);
    assert.match(
      Buffer.from(form.find('input[name="SAMLRequest"]').attr('value') ?? '', 'base64').toString(),
      /<ds:SignatureValue>/,
    );
    assert.match(page.headers['content-security-policy'] ?? '', /form-action 'self' https:\/\/idp\.example;/);
  });
});

describe('/spid/metadata', () => {
  for (const way of ['spid', 'cie', 'eidas']) {
    it(`is signed once, however often /${way}/metadata is read`, async (test) => {
      await portal.browser().get(`/${way}/metadata`).expect(200);
      const signing = test.mock.method(SignedXml.prototype, 'computeSignature');
      for (let reads = 0; reads < 3; reads++) await portal.browser().get(`/${way}/metadata`).expect(200);
      assert.equal(signing.mock.callCount(), 0);
    });
  }

  it('is signed XML', async () => {
    const page = await portal
      .browser()
      .get('/spid/metadata')
      .buffer(true)
      .parse((res, done) => {
        let text = '';
        res.setEncoding('utf8');
        res.on('data', (part: string) => (text += part));
        res.on('end', () => done(null, text));
      });
    assert.equal(page.status, 200);
    assert.match(String(page.headers['content-type']), /^application\/samlmetadata\+xml/);
    assert.match(
      page.body as string,
      /^<md:EntityDescriptor[^>]*entityID="http&#58;|^<md:EntityDescriptor[^>]*entityID="http:\/\/localhost:3000"/,
    );
  });
});

/** A request to the provider whose keys the tests hold. */
async function started(browser = portal.browser(), ritorno = '/bacheca', livello = '2') {
  const page = await browser.get('/spid/accedi').query({ idp: OTHER_IDP, ritorno, livello });
  const request = Buffer.from(load(page.text)('input[name="SAMLRequest"]').attr('value') ?? '', 'base64').toString();
  const requestId = / ID="([^"]+)"/.exec(request)?.[1] ?? '';
  return { browser, cookie: `spid-sviluppo=${requestId}`, options: optionsFor(requestId) };
}

/** What is kept of the answers to a request. */
async function exchanges({ requestId }: build.Options) {
  return portal.db.query<{ outcome: string; sealed: number | null }>(
    'SELECT outcome, length(sealed) AS sealed FROM saml_exchange WHERE request_id = $1 ORDER BY outcome',
    [requestId],
  );
}

function optionsFor(requestId: string): build.Options {
  const unique = requestId.slice(1);
  return {
    keys,
    requestId,
    level: 2,
    issuer: OTHER_IDP,
    now: portal.clock.now().toString(),
    acs: 'http://localhost:3000/spid/acs',
    audience: 'http://localhost:3000',
    responseId: `_r${unique}`,
    assertionId: `_a${unique}`,
  };
}

async function refused(page: ReturnType<typeof handBack>, reason: string) {
  const answer = await page;
  assert.equal(answer.status, 403, answer.text);
  assert.deepEqual(reasons(), [reason]);
  assert.match(load(answer.text)('title').text(), /^Errore: /);
  assert.doesNotMatch(String(answer.headers['set-cookie'] ?? ''), /myinps=/, 'no session');
  lines = [];
  return answer;
}

function providerMetadata(): string {
  const body = keys.certificate.replace(/-----[A-Z ]+-----|\s+/g, '');
  return (
    `<md:EntityDescriptor xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata" xmlns:ds="http://www.w3.org/2000/09/xmldsig#" entityID="${OTHER_IDP}"><md:IDPSSODescriptor>` +
    `<md:KeyDescriptor use="signing"><ds:KeyInfo><ds:X509Data><ds:X509Certificate>${body}</ds:X509Certificate></ds:X509Data></ds:KeyInfo></md:KeyDescriptor>` +
    `<md:SingleSignOnService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST" Location="https://idp.example/sso"/></md:IDPSSODescriptor></md:EntityDescriptor>`
  );
}
