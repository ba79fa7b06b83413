import assert from 'node:assert/strict';
import { Writable } from 'node:stream';
import { after, before, beforeEach, describe, it } from 'node:test';
import { load } from 'cheerio';
import { pino } from 'pino';
import type supertest from 'supertest';
import type { Log } from '#src/common/log.js';
import { testApp, type TestApp } from '../../support/app.ts';
import { citizenOf } from '../../support/people.ts';
import { formOf, openSession, pathOf } from '../sessions/open-session.ts';
import { CLIENT, startProvider, type Mischief, type Provider } from './provider.ts';

type Browser = ReturnType<typeof supertest.agent>;

const lines: { reason?: string; msg: string }[] = [];
let portal: TestApp;
let provider: Provider;
let second: Provider;
before(async () => {
  const now = (): number => portal.clock.now().epochMilliseconds;
  provider = await startProvider(now);
  second = await startProvider(now);
  portal = await testApp({
    log: pino(
      { level: 'info' },
      new Writable({ write: (chunk, _e, done) => (lines.push(JSON.parse(String(chunk))), done()) }),
    ) as Log,
    env: { OIDC_ISSUER: provider.issuer, OIDC_CLIENT_ID: CLIENT.id, OIDC_CLIENT_SECRET: CLIENT.secret },
  });
});
after(async () => {
  await portal.close();
  await provider.stop();
  await second.stop();
});
beforeEach(() => {
  provider.mischief = {};
  lines.length = 0;
});

/** Goes to the provider and comes back with a code. */
async function toProvider(browser: Browser, from = '/operatore'): Promise<URLSearchParams> {
  const page = load((await browser.get(`/operatore/accedi?ritorno=${encodeURIComponent(from)}`).expect(200)).text);
  const answer = await browser.get(page('main a.button').attr('href')!).expect(302);
  return provider.authorize(answer.headers.location!);
}

const comeBack = (browser: Browser, query: URLSearchParams) => browser.get(`/operatore/rientro?${query}`);

async function signIn(mischief: Mischief = {}): Promise<Browser> {
  provider.mischief = mischief;
  const browser = portal.browser();
  const answer = await comeBack(browser, await toProvider(browser)).expect(303);
  assert.equal(pathOf(answer.headers.location), '/operatore');
  return browser;
}

/** A sign-in that must fail for this reason: a page, no session, the reason in the log and nothing of the person. */
async function refused(browser: Browser, query: URLSearchParams, reason: string): Promise<void> {
  const answer = await comeBack(browser, query).expect(403);
  assert.match(answer.text, /Accesso non riuscito/);
  assert.doesNotMatch(String(answer.headers['set-cookie'] ?? ''), /myinps=s/);
  const line = lines.findLast(({ msg }) => msg === 'staff sign-in refused');
  assert.equal(line?.reason, reason);
  assert.doesNotMatch(JSON.stringify(line), /Elena|u-17/);
  await browser.get('/operatore').expect(303);
}

describe('sign-in of the staff', () => {
  it('asks the institute: code, PKCE, state, nonce, never a secret in the address', async () => {
    const browser = portal.browser();
    await toProvider(browser);
    const asked = provider.asked.at(-1)!;
    assert.equal(asked.get('response_type'), 'code');
    assert.equal(asked.get('client_id'), CLIENT.id);
    assert.equal(asked.get('redirect_uri'), 'http://localhost:3000/operatore/rientro');
    assert.equal(asked.get('code_challenge_method'), 'S256');
    assert.match(asked.get('code_challenge')!, /^[\w-]{43}$/);
    assert.equal(asked.get('prompt'), 'login');
    assert.equal(asked.get('tenant'), '1', 'what the provider put in its own address stays');
    for (const name of ['state', 'nonce']) assert.ok(asked.get(name)!.length >= 43);
    assert.ok(!asked.toString().includes(encodeURIComponent(CLIENT.secret)));
    const other = portal.browser();
    await toProvider(other);
    for (const name of ['state', 'nonce', 'code_challenge'])
      assert.notEqual(provider.asked.at(-1)!.get(name), asked.get(name));
  });

  it('shows name, office and roles', async () => {
    const browser = await signIn({ claims: { roles: ['operator', 'analyst'] } });
    const $ = load((await browser.get('/operatore').expect(200)).text);
    assert.equal($('h1').text(), 'Area del personale');
    assert.match($('main').text(), /Elena Conti[\s\S]*AG-058091[\s\S]*Operatore di sede[\s\S]*Analista/);
    assert.equal($('form[action="/operatore/esci"]').length, 1);
    assert.equal($('form[action="/operatore/estendi"]').length, 1);
    assert.equal($('form[action="/esci"]').length, 0);
  });

  it('opens a session of its own kind, with the limits of the others', async () => {
    const browser = await signIn();
    const [row] = await portal.db.query(
      `SELECT kind, citizen_id, staff_id IS NOT NULL AS staff FROM session ORDER BY created_at DESC LIMIT 1`,
    );
    assert.deepEqual(row, { kind: 'staff', citizen_id: null, staff: true });
    portal.clock.move({ minutes: 14 });
    await browser.get('/operatore').expect(200);
    portal.clock.move({ minutes: 16 });
    const answer = await browser.get('/operatore').expect(303);
    assert.equal(pathOf(answer.headers.location), '/operatore/accedi?ritorno=%2Foperatore');
  });

  it('is 8 hours at most, and can be extended until then', async () => {
    const browser = await signIn();
    for (let minutes = 0; minutes < 470; minutes += 10) {
      const fields = await formOf(browser as never, '/operatore', '/operatore/estendi');
      await browser.post('/operatore/estendi').type('form').send(fields).expect(303);
      portal.clock.move({ minutes: 10 });
    }
    await browser.get('/operatore').expect(200);
    portal.clock.move({ minutes: 11 });
    await browser.get('/operatore').expect(303);
  });

  it('keeps a member one member, with the roles of the last sign-in', async () => {
    await signIn({ claims: { sub: 'u-99', roles: ['editor'], office: undefined } });
    await signIn({ claims: { sub: 'u-99', roles: ['analyst'], name: 'Nuovo Nome' } });
    const rows = await portal.db.query(`SELECT name, roles FROM staff_member WHERE subject = 'u-99'`);
    assert.deepEqual(rows, [{ name: 'Nuovo Nome', roles: ['analyst'] }]);
  });

  it('ends with Esci, here and for whoever holds a copy of the cookie', async () => {
    const browser = await signIn();
    const fields = await formOf(browser as never, '/operatore', '/operatore/esci');
    await browser.post('/operatore/esci').type('form').send({}).expect(403);
    const answer = await browser.post('/operatore/esci').type('form').send(fields).expect(303);
    assert.equal(pathOf(answer.headers.location), '/');
    await browser.get('/operatore').expect(303);
    const [entry] = await portal.db.query<{ actor_kind: string }>(
      `SELECT actor_kind FROM audit_entry WHERE action = 'session.staff-end'`,
    );
    assert.equal(entry?.actor_kind, 'staff');
  });

  it('leads back to the staff page that was asked for, and to no other place', async () => {
    for (const [wanted, to] of [
      ['/operatore?vista=2', '/operatore?vista=2'],
      ['/bacheca', '/operatore'],
      ['//evil.example/operatore', '/operatore'],
      ['https://evil.example/operatore', '/operatore'],
      ['/operatore/../bacheca', '/operatore'],
      ['/operatore/esci', '/operatore'],
      ['/operatore@evil.example', '/operatore'],
    ] as const) {
      const browser = portal.browser();
      const answer = await comeBack(browser, await toProvider(browser, wanted)).expect(303);
      assert.equal(pathOf(answer.headers.location), to, wanted);
      assert.equal(new URL(answer.headers.location!).host, 'localhost:3000');
    }
  });
});

describe('an answer that is not ours', () => {
  it('without a state', async () => {
    const browser = portal.browser();
    const query = await toProvider(browser);
    query.delete('state');
    await refused(browser, query, 'state');
  });

  it('with another state, or two', async () => {
    const browser = portal.browser();
    const query = await toProvider(browser);
    const twice = new URLSearchParams(query);
    twice.append('state', query.get('state')!);
    await refused(browser, twice, 'state');
    query.set('state', 'x'.repeat(43));
    await refused(browser, query, 'state');
  });

  it('of another browser (a planted sign-in)', async () => {
    const query = await toProvider(portal.browser());
    await refused(portal.browser(), query, 'state');
    const victim = portal.browser();
    await toProvider(victim);
    await refused(victim, query, 'state');
  });

  it('a second time', async () => {
    const browser = portal.browser();
    const query = await toProvider(browser);
    const start = await browser.get('/operatore/accedi').expect(200);
    assert.ok(start);
    await comeBack(browser, query).expect(303);
    const asked = provider.exchanged.length;
    const again = await comeBack(browser, query).expect(403);
    assert.match(again.text, /Accesso non riuscito/);
    assert.equal(provider.exchanged.length, asked, 'the code is not even sent');
  });

  it('twice at the same time: one gets in', async () => {
    const browser = portal.browser();
    const query = await toProvider(browser);
    const cookie = (browser as never as { jar: { getCookies(o: object): { toValueString(): string } } }).jar
      .getCookies({ domain: '127.0.0.1', path: '/', secure: false, script: false })
      .toValueString();
    const answers = await Promise.all(
      [1, 2, 3, 4].map(() => portal.browser().get(`/operatore/rientro?${query}`).set('Cookie', cookie)),
    );
    assert.deepEqual(answers.map(({ status }) => status).toSorted(), [303, 403, 403, 403]);
  });

  it('after ten minutes', async () => {
    const browser = portal.browser();
    const query = await toProvider(browser);
    portal.clock.move({ minutes: 11 });
    await refused(browser, query, 'state');
  });

  it('that names another issuer, or none (mix-up)', async () => {
    const browser = portal.browser();
    const query = await toProvider(browser);
    query.set('iss', second.issuer);
    await refused(browser, query, 'response-invalid');
    const other = await toProvider(browser);
    other.delete('iss');
    await refused(browser, other, 'response-invalid');
    assert.equal(second.exchanged.length, 0);
  });

  it('with a code of another sign-in (another verifier)', async () => {
    const browser = portal.browser();
    const stolen = (await toProvider(portal.browser())).get('code')!;
    const query = await toProvider(browser);
    query.set('code', stolen);
    await refused(browser, query, 'token-code');
  });

  it('with a made-up code, two codes, or none', async () => {
    const browser = portal.browser();
    const query = await toProvider(browser);
    query.set('code', 'inventato');
    await refused(browser, query, 'token-code');
    const twice = await toProvider(browser);
    twice.append('code', 'altro');
    await refused(browser, twice, 'response-invalid');
    const none = await toProvider(browser);
    none.delete('code');
    await refused(browser, none, 'response-invalid');
  });

  it('that says no', async () => {
    const browser = portal.browser();
    const { state } = Object.fromEntries(await toProvider(browser));
    await refused(
      browser,
      new URLSearchParams({ error: 'access_denied', state: state!, iss: provider.issuer }),
      'declined',
    );
  });
});

const HOUR = 3600;
const seconds = () => Math.floor(portal.clock.now().epochMilliseconds / 1000);
const TOKENS: readonly (readonly [string, () => Mischief, string])[] = [
  ['nonce of another sign-in', () => ({ claims: { nonce: 'x'.repeat(43) } }), 'claim-nonce'],
  ['no nonce', () => ({ without: ['nonce'] }), 'claim-nonce'],
  ['another issuer', () => ({ claims: { iss: second.issuer } }), 'claim-iss'],
  ['no issuer', () => ({ without: ['iss'] }), 'claim-iss'],
  ['another audience', () => ({ claims: { aud: 'altro-servizio' } }), 'claim-aud'],
  ['no audience', () => ({ without: ['aud'] }), 'claim-aud'],
  ['several audiences without azp', () => ({ claims: { aud: [CLIENT.id, 'altro'] } }), 'claim-aud'],
  ['several audiences, made for another', () => ({ claims: { aud: [CLIENT.id, 'altro'], azp: 'altro' } }), 'claim-azp'],
  ['expired', () => ({ claims: { iat: seconds() - HOUR, exp: seconds() - 60 } }), 'claim-exp'],
  ['no expiry', () => ({ without: ['exp'] }), 'claim-exp'],
  ['not valid yet', () => ({ claims: { nbf: seconds() + HOUR } }), 'claim-nbf'],
  ['no subject', () => ({ without: ['sub'] }), 'claim-sub'],
  ['alg none', () => ({ signedBy: 'none' }), 'token-alg'],
  ['alg none in capitals', () => ({ signedBy: 'none', header: { alg: 'NONE' } }), 'token-alg'],
  ['HMAC with the client secret', () => ({ signedBy: 'secret' }), 'token-alg'],
  ['unknown key id', () => ({ signedBy: 'other', header: { kid: 'k9' } }), 'token-key'],
  ['key id that is a path', () => ({ signedBy: 'other', header: { kid: '../../etc/passwd' } }), 'token-key'],
  ['known key id, other key', () => ({ signedBy: 'other' }), 'token-signature'],
  ['own key in the header', () => ({ signedBy: 'other', header: { jwk: { kty: 'RSA' } } }), 'token-signature'],
  ['payload changed after signing', () => ({ tamper: withAdministrator }), 'token-signature'],
  ['signature cut off', () => ({ tamper: (token) => token.slice(0, token.lastIndexOf('.') + 1) }), 'token-signature'],
  ['not a token', () => ({ tamper: () => 'x.y.z' }), 'token-invalid'],
  [
    'no ID token',
    () => ({ answer: { status: 200, body: { access_token: 'a', token_type: 'Bearer' } } }),
    'token-invalid',
  ],
  [
    'a refusal of the provider',
    () => ({ answer: { status: 400, body: { error: 'invalid_request' } } }),
    'token-refused',
  ],
];

function withAdministrator(token: string): string {
  const [head, body, mark] = token.split('.');
  const claims = { ...JSON.parse(Buffer.from(body!, 'base64url').toString()), roles: ['administrator'] };
  return `${head}.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.${mark}`;
}

describe('an ID token that breaks a rule', () => {
  for (const [name, mischief, reason] of TOKENS) {
    it(`is refused: ${name} (${reason})`, async () => {
      provider.mischief = mischief();
      const browser = portal.browser();
      await refused(browser, await toProvider(browser), reason);
    });
  }
});

describe('roles', () => {
  const page = async (claims: Record<string, unknown>, without: string[] = []) => {
    provider.mischief = { claims, without };
    const browser = portal.browser();
    return { browser, answer: await comeBack(browser, await toProvider(browser)) };
  };

  it('come only from the names we know, in the claim we know', async () => {
    const odd = {
      roles: [
        'operator',
        'Administrator',
        'admin',
        'administrator ',
        'root',
        { administrator: true },
        ['administrator'],
      ],
      role: 'administrator',
      groups: ['administrator'],
      is_admin: true,
      permissions: ['*'],
      realm_access: { roles: ['administrator'] },
    };
    const { browser, answer } = await page(odd);
    assert.equal(answer.status, 303);
    const $ = load((await browser.get('/operatore').expect(200)).text);
    assert.equal($('main dl li').length, 1);
    assert.equal($('main dl li').text(), 'Operatore di sede');
  });

  for (const [name, claims, without] of [
    ['no roles at all', {}, ['roles']],
    ['roles of another kind', { roles: 'administrator' }, []],
    ['unknown roles alone', { roles: ['superuser'] }, []],
    ['roles as an object', { roles: { 0: 'administrator', length: 1 } }, []],
    ['an operator without office', { roles: ['operator'] }, ['office']],
    ['an operator of an odd office', { roles: ['operator'], office: "RM' OR '1'='1" }, []],
  ] as const) {
    it(`give nobody a way in: ${name}`, async () => {
      const { browser, answer } = await page(claims, [...without]);
      assert.equal(answer.status, 403);
      assert.match(answer.text, /Il tuo profilo non basta/);
      await browser.get('/operatore').expect(303);
    });
  }
});

describe('staff and citizens', () => {
  it('a citizen session is refused on staff routes', async () => {
    const maria = await citizenOf(portal.db, 'maria', portal.clock.now());
    const { browser } = await openSession(portal, maria);
    await browser.get('/operatore').expect(403);
    const fields = await formOf(browser, '/dati', '/esci');
    await browser.post('/operatore/esci').type('form').send(fields).expect(403);
    await browser.get('/bacheca').expect(200);
  });

  it('a staff session is nobody on citizen routes', async () => {
    const browser = await signIn();
    for (const path of [
      '/bacheca',
      '/dati',
      '/dati/sessioni',
      '/dati/accessi',
      '/appuntamenti',
      '/accedi/rafforza?ritorno=/dati',
    ]) {
      assert.match((await browser.get(path).expect(303)).headers.location!, /\/accedi\?ritorno=/, path);
    }
    const { text } = await browser.get('/accedi').expect(200);
    assert.match(text, /Accedi alla tua area personale/);
    const fields = await formOf(browser as never, '/operatore', '/operatore/esci');
    for (const path of ['/esci', '/sessione/estendi', '/dati/sessioni/uscita', '/dati/residenza']) {
      const answer = await browser.post(path).type('form').send(fields).expect(303);
      assert.match(answer.headers.location!, /\/accedi/, path);
    }
    await browser.get('/operatore').expect(200);
  });

  it('a row is of one kind for ever', async () => {
    const maria = await citizenOf(portal.db, 'maria', portal.clock.now());
    await signIn();
    await assert.rejects(
      portal.db.query(`UPDATE session SET citizen_id = $1 WHERE kind = 'staff'`, [maria.id]),
      /session_of_one_kind/,
    );
    await assert.rejects(
      portal.db.query(`UPDATE session SET kind = 'citizen' WHERE kind = 'staff'`),
      /session_of_one_kind/,
    );
  });

  it('signing in as staff ends the citizen session of the browser', async () => {
    const maria = await citizenOf(portal.db, 'maria', portal.clock.now());
    const citizen = await openSession(portal, maria);
    const started = await citizen.browser.get('/operatore/accedi/avvio').expect(302);
    const cookies = started.headers['set-cookie'] as unknown as string[];
    const own = cookies.map((one) => one.split(';')[0]).join('; ');
    const answer = await portal
      .browser()
      .get(`/operatore/rientro?${provider.authorize(started.headers.location!)}`)
      .set('Cookie', `${citizen.cookie}; ${own}`)
      .expect(303);
    assert.ok(answer);
    await citizen.browser.get('/bacheca').expect(303);
  });

  it('two tabs at the provider: the second of the same member is told and led on', async () => {
    const browser = portal.browser();
    const [one, other] = [await toProvider(browser), await toProvider(browser, '/operatore/diritti')];
    await comeBack(browser, one).expect(303);
    const there = await portal.db.query(`SELECT public_id FROM session WHERE ended_at IS NULL AND kind = 'staff'`);
    const answer = await comeBack(browser, other).expect(303);
    assert.equal(pathOf(answer.headers.location), '/operatore/diritti');
    assert.match((await browser.get('/operatore')).text, /già fatto l’accesso/);
    assert.deepEqual(
      await portal.db.query(`SELECT public_id FROM session WHERE ended_at IS NULL AND kind = 'staff'`),
      there,
    );
  });

  it('two tabs at the provider: another member does not take the place of the first', async () => {
    const browser = portal.browser();
    const one = await toProvider(browser);
    const other = await toProvider(browser);
    await comeBack(browser, one).expect(303);
    provider.mischief = { claims: { sub: 'u-another' } };
    const answer = await comeBack(browser, other).expect(403);
    assert.match(answer.text, /c’è già un’altra persona/);
    await browser.get('/operatore').expect(200);
  });

  it('whoever is not signed in is led to the staff sign-in, forms too', async () => {
    const answer = await portal.browser().get('/operatore').expect(303);
    assert.equal(pathOf(answer.headers.location), '/operatore/accedi?ritorno=%2Foperatore');
    const sent = await portal.browser().post('/operatore/estendi').type('form').send({ _csrf: 'x' }).expect(303);
    assert.equal(pathOf(sent.headers.location), '/operatore/accedi');
  });
});

describe('when the provider is down', () => {
  it('says so, and citizens come in as always', async () => {
    portal.clock.move({ hours: 1 });
    await provider.stop();
    try {
      const answer = await portal.browser().get('/operatore/accedi/avvio').expect(503);
      assert.match(answer.text, /ora non risponde/);
      assert.ok(answer.headers['retry-after']);
      await portal.browser().get('/operatore/accedi').expect(200);
      await portal.browser().get('/accedi').expect(200);
    } finally {
      await provider.start();
    }
  });

  it('between going and coming back', async () => {
    const browser = portal.browser();
    const query = await toProvider(browser);
    await provider.stop();
    try {
      await comeBack(browser, query).expect(503);
    } finally {
      await provider.start();
    }
    await comeBack(browser, await toProvider(browser)).expect(303);
  });

  it('or answers with an error of its own', async () => {
    provider.mischief = { answer: { status: 503, body: { error: 'temporarily_unavailable' } } };
    const browser = portal.browser();
    await comeBack(browser, await toProvider(browser)).expect(503);
  });
});
