import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, it, mock } from 'node:test';
import { load } from 'cheerio';
import type { Request } from 'express';
import pg from 'pg';
import { pino } from 'pino';
import { SignInService } from '#src/auth/sign-in.service.js';
import { PinHasher, pinHash } from '#src/auth/strategies/pin/pin-hasher.js';
import { PinRepository } from '#src/auth/strategies/pin/pin.repository.js';
import { PinSweepJob } from '#src/auth/strategies/pin/pin-sweep.job.js';
import { Keys } from '#src/common/crypto.js';
import { Database, Sources } from '#src/common/database.js';
import { Unavailable } from '#src/common/errors.js';
import type { Jobs } from '#src/common/jobs.js';
import { dataSource } from '#src/data-source.js';
import { forgetFailures } from '../../../scripts/commands/pin-unlock.ts';
import { checkLetter } from '#src/common/fiscal-code.js';
import { testApp, type TestApp } from '../../support/app.ts';
import { citizenOf } from '../../support/people.ts';
import { signedInAs } from '../../support/sign-in.ts';
import {
  addHolder,
  arrangePins,
  enter,
  formToken,
  JOHN,
  NOBODY,
  outcomes,
  PIN,
  RESIDENT,
  sameText,
  send,
  TOO_LATE,
  WITH_DOCUMENT,
  type Browser,
  type Typed,
} from './pin-support.ts';

const WRONG = 'WRONG000WRONG000';
/** Every way not to get in that must look the same. */
const REFUSED: readonly (readonly [string, Typed, string])[] = [
  ['a wrong PIN', { pin: WRONG }, 'wrong-pin'],
  ['an unknown person', { codice: NOBODY }, 'unknown'],
  ['a resident in Italy', { codice: RESIDENT }, 'not-eligible'],
  ['a person with an Italian document', { codice: WITH_DOCUMENT }, 'not-eligible'],
  ['a PIN given out after the cut-off', { codice: TOO_LATE }, 'not-eligible'],
];

let portal: TestApp;
let lines: Record<string, unknown>[] = [];

before(async () => {
  const write = (line: string) => void lines.push(JSON.parse(line) as Record<string, unknown>);
  portal = await testApp({ log: pino({ level: 'info' }, { write }), env: { TRUST_PROXY: 'loopback' } });
  await arrangePins(portal.db, portal.clock.now());
});
after(() => portal.close());
beforeEach(async () => {
  lines = [];
  mock.restoreAll();
  await portal.db.query('DELETE FROM pin_attempt');
});

function reasons(): unknown[] {
  return lines.filter((line) => line.msg === 'PIN refused').map((line) => line.reason);
}

/** So many failures, each by somebody who waits a little. */
async function fail(count: number, typed: Typed = {}): Promise<void> {
  for (let index = 0; index < count; index++) {
    portal.clock.move({ seconds: 20 });
    assert.equal((await enter(portal.browser(), { pin: WRONG, ...typed })).status, 422);
  }
}

/** One failure and more like it, without the time they would take. */
async function failed(count: number, typed: Typed = {}): Promise<void> {
  await fail(1, typed);
  await portal.db.query(
    `INSERT INTO pin_attempt (id, person, address, at, outcome)
     SELECT gen_random_uuid(), person, address, at, outcome FROM pin_attempt, generate_series(2, $1)`,
    [count],
  );
}

describe('the page', () => {
  it('says first who may still use a PIN and what the others do, then asks', async () => {
    const page = await portal.browser().get('/accedi/pin').query({ ritorno: '/dati' }).expect(200);
    const $ = load(page.text);
    const text = $('main').text();
    assert.ok(text.indexOf('1° ottobre 2020') < text.indexOf('1° ottobre 2021'));
    assert.ok(page.text.indexOf('1° ottobre 2021') < page.text.indexOf('<form method="post"'));
    assert.ok(
      $('main a[href^="https://www.spid.gov.it/"]').length > 0 &&
        $('main a[href^="https://www.cartaidentita.interno.gov.it/"]').length > 0,
    );
    assert.equal($('#codice').attr('autocomplete'), 'username');
    assert.deepEqual(
      [$('#pin').attr('autocomplete'), $('#pin').attr('type'), $('#pin').attr('maxlength')],
      ['current-password', 'password', undefined],
    );
    assert.equal(page.headers['cache-control'], 'no-store');
  });

  it('is the last way in on /accedi, which leads there with the way back', async () => {
    const $ = load((await portal.browser().get('/accedi').query({ ritorno: '/dati' })).text);
    const form = $('form[action="/accedi/pin"]');
    assert.equal(form.find('input[name="ritorno"]').attr('value'), '/dati');
    assert.equal($('section.card form').last().attr('action'), '/accedi/pin');
  });

  it('shows the invented person in development alone', async () => {
    assert.match((await portal.browser().get('/accedi/pin')).text, new RegExp(PIN));
    const other = await testApp({ db: portal.db, env: { NO_DEVELOPMENT_DOUBLES: '1' } });
    assert.doesNotMatch((await other.browser().get('/accedi/pin')).text, new RegExp(`${PIN}|${JOHN}`));
    await other.close();
  });

  it('says what has not the form of a code or a PIN, shows the code again and never the PIN, and counts no try', async () => {
    for (const typed of [
      { codice: '' },
      { codice: 'МЛЛЖHN58D17Z401W' },
      { pin: '' },
      { pin: 'SEGRETO' },
      { codice: 'x', pin: 'SEGRETO' },
    ]) {
      const page = await enter(portal.browser(), typed);
      const $ = load(page.text);
      assert.equal(page.status, 422);
      assert.match($('title').text(), /^Errore: /);
      assert.equal($('#codice').attr('value'), typed.codice ?? JOHN);
      assert.equal($('#pin').attr('value'), '');
      assert.doesNotMatch(page.text, /SEGRETO/);
      for (const link of $('#errori a').toArray()) assert.equal($($(link).attr('href')!).length, 1);
    }
    assert.deepEqual(await outcomes(portal), []);
  });
});

describe('a code whose birthplace is in no list', () => {
  const UNLISTED = `TRMGNN60A01Z999${checkLetter('TRMGNN60A01Z999')}`;
  const HELD = `TRMGNN60A02Z999${checkLetter('TRMGNN60A02Z999')}`;
  before(() =>
    addHolder(
      portal.db,
      HELD,
      { issuedOn: '2018-04-12', residentAbroad: true, italianDocument: false },
      portal.clock.now(),
    ),
  );

  it('is asked about when it leads nowhere, in the same words whether somebody has it or not', async () => {
    const pages = [];
    for (const typed of [
      { codice: UNLISTED },
      { codice: HELD, pin: 'wrongwrongwrong1' },
      { codice: HELD.toLowerCase(), pin: 'wrongwrongwrong1' },
    ]) {
      const page = await enter(portal.browser(), typed);
      assert.equal(page.status, 422);
      const $ = load(page.text);
      assert.equal($('#codice').attr('value'), typed.codice);
      pages.push($('#errori').text());
    }
    assert.match(pages[0]!, /luogo di nascita.*È giusto\?/);
    assert.equal(new Set(pages).size, 1);
    const listed = load((await enter(portal.browser(), { codice: NOBODY })).text)('#errori').text();
    assert.match(listed, /Non puoi entrare con questo codice fiscale/);
    assert.doesNotMatch(listed, /È giusto/);
  });

  it('lets in who has it in our records and knows its PIN, and that is noted', async () => {
    const browser = portal.browser();
    assert.equal((await enter(browser, { codice: HELD })).status, 303);
    assert.equal((await browser.get('/bacheca')).status, 200);
    const rows = await portal.db.query(`SELECT 1 FROM audit_entry WHERE details ->> 'oddities' = 'birthplace-unknown'`);
    assert.equal(rows.length, 1);
  });
});

describe('John', () => {
  it('enters, at level 1 with the method said, and goes on to where he was going', async () => {
    const browser = portal.browser();
    const page = await enter(browser, { returnTo: '/dati?x=1' });
    assert.equal(page.status, 303, page.text);
    assert.equal(page.headers.location, 'http://localhost:3000/dati?x=1#main');
    assert.match((await browser.get('/bacheca')).text, /John Miller/);
    const [session] = await portal.db.query<{ data: { method: string; level: number } }>(
      'SELECT data FROM session ORDER BY created_at DESC LIMIT 1',
    );
    assert.deepEqual([session?.data.method, session?.data.level], ['pin', 1]);
    const [entry] = await portal.db.query<{ details: { method: string; level: number } }>(
      `SELECT details FROM audit_entry WHERE action = 'session.start' ORDER BY id DESC LIMIT 1`,
    );
    assert.deepEqual([entry?.details.method, entry?.details.level], ['pin', 1]);
  });

  it('enters however he writes his code, and pastes his PIN', async () => {
    for (const codice of [JOHN.toLowerCase(), ` ${JOHN.slice(0, 6)} ${JOHN.slice(6)} `, `${JOHN}\u200B`]) {
      assert.equal((await enter(portal.browser(), { codice, pin: ` ${PIN} ` })).status, 303, codice);
    }
  });

  it('stays who he is: name, birth and contacts are not changed by entering', async () => {
    const known = () =>
      portal.db.query(
        'SELECT name, family_name, born_on::text, gender, said_email, said_mobile FROM citizen WHERE fiscal_code = $1',
        [JOHN],
      );
    const earlier = await known();
    assert.equal((await enter(portal.browser())).status, 303);
    assert.deepEqual(await known(), earlier);
  });

  it('is led to a page of ours only', async () => {
    for (const returnTo of ['https://evil.example', '//evil.example', '/\\evil.example', '/accedi/pin']) {
      assert.equal(
        (await enter(portal.browser(), { returnTo, from: `192.0.2.${returnTo.length}` })).headers.location,
        'http://localhost:3000/bacheca#main',
      );
    }
  });

  it('is told that another tab was faster, and does not exchange his own session for a weaker one', async () => {
    const browser = portal.browser();
    const token = await formToken(browser);
    await enter(portal.browser());
    const [john] = await portal.db.query<{ id: string }>('SELECT id FROM citizen WHERE fiscal_code = $1', [JOHN]);
    const there = await signedInAs(portal, {
      ...(await citizenOf(portal.db, 'maria', portal.clock.now())),
      id: john!.id,
    });
    browser.jar.setCookie(`${there.cookie}; path=/`);
    const answer = await send(browser, token, { returnTo: '/dati' });
    assert.equal(answer.status, 303);
    assert.doesNotMatch(String(answer.headers['set-cookie'] ?? ''), /myinps=s/);
    assert.match((await browser.get('/dati')).text, /già fatto l’accesso/);
  });

  it('takes nobody’s place: whoever is in in this browser, or has planted a token of theirs in it', async () => {
    const planted = await signedInAs(portal, await citizenOf(portal.db, 'maria', portal.clock.now()));
    const browser = portal.browser();
    browser.jar.setCookie(`${planted.cookie}; path=/`);
    const page = await browser.get('/accedi/pin').expect(303);
    assert.equal(page.headers.location, 'http://localhost:3000/bacheca');
    const other = portal.browser();
    const token = await formToken(other);
    other.jar.setCookie(`${planted.cookie}; path=/`);
    const refused = await send(other, token);
    assert.equal(refused.status, 403);
    assert.match(refused.text, /In questo browser c’è già un’altra persona/);
    assert.doesNotMatch((await portal.browser().get('/bacheca').set('Cookie', planted.cookie)).text, /John Miller/);
    await enter(portal.browser());
  });
});

/** A form that is open, before anything is counted. */
async function openForm(): Promise<{ browser: Browser; token: string }> {
  const browser = portal.browser();
  return { browser, token: await formToken(browser) };
}

/** Counts what is done from here on: statements by their text, hashes by their cost. */
function counted(): { done: () => { statements: string[]; hashes: string[] } } {
  const db = portal.app.get(Database);
  const spies = (['query', 'execute'] as const).map((name) => mock.method(db, name));
  const hasher = mock.method(portal.app.get(PinHasher), 'matches');
  return {
    done: () => {
      const statements = spies.flatMap(({ mock: { calls } }) => calls.map(({ arguments: [sql] }) => sql));
      const hashes = hasher.mock.calls.map(({ arguments: [, hash] }) => costOf(hash));
      for (const spy of [...spies, hasher]) spy.mock.restore();
      return { statements, hashes };
    },
  };
}

/** Algorithm and parameters, and the lengths of salt and tag: what the time of a hash depends on. */
function costOf(hash: string): string {
  const parts = hash.split('$');
  const [salt, tag] = parts.slice(-2).map((part) => Buffer.from(part, 'base64').length);
  return `${parts.slice(0, -2).join('$')} ${salt}+${tag} bytes`;
}

describe('everybody else', () => {
  it('gets one and the same answer', async () => {
    // What comes after the last answer would else be counted by the next test.
    mock.method(portal.app.get(SignInService), 'noteRefused', async () => {});
    const pages = [];
    for (const [, typed] of REFUSED) {
      const page = await enter(portal.browser(), typed);
      assert.equal(page.headers['set-cookie'], undefined);
      pages.push({ status: page.status, text: sameText(page) });
    }
    assert.equal(pages[0]?.status, 422);
    assert.match(pages[0]?.text ?? '', /Non puoi entrare con questo codice fiscale e questo PIN/);
    for (const [index, page] of pages.entries())
      assert.ok(page.text === pages[0]?.text && page.status === 422, REFUSED[index]![0]);
    assert.deepEqual(
      reasons(),
      REFUSED.map(([, , reason]) => reason),
    );
  });

  // No clock: what is the same work takes the same time, on a busy machine as on an idle one.
  it('gets it after the same work: the same statements, and one hash of the same cost', async () => {
    const told = mock.method(portal.app.get(SignInService), 'noteRefused', async (req: Request) => {
      assert.equal(req.res?.writableFinished, true, 'what only concerns people who are known comes after the answer');
    });
    const works = [];
    for (const [name, typed] of REFUSED) {
      await portal.db.query('DELETE FROM pin_attempt');
      const form = await openForm();
      const work = counted();
      const page = await send(form.browser, form.token, typed);
      works.push({ name, status: page.status, ...work.done() });
    }
    const [first, ...others] = works;
    assert.ok(first!.statements.length >= 6, first!.statements.join('\n'));
    assert.deepEqual(first!.hashes, ['$argon2id$v=19$m=19456,t=2,p=1 16+32 bytes']);
    for (const { name, ...work } of others) assert.deepEqual({ name: '', ...work }, { ...first, name: '' }, name);
    assert.equal(told.mock.callCount(), REFUSED.length);
  });

  it('counts other work for who does get in, so that the count can tell', async () => {
    const form = await openForm();
    const work = counted();
    assert.equal((await send(form.browser, form.token)).status, 303);
    const { statements, hashes } = work.done();
    assert.equal(hashes.length, 1);
    assert.ok(statements.some((sql) => sql.includes('INTO citizen')));
  });

  it('leaves no code and no PIN in the log, nor in the record of tries', async () => {
    for (const [, typed] of REFUSED) await enter(portal.browser(), typed);
    await enter(portal.browser());
    assert.ok(lines.length > 5);
    assert.doesNotMatch(
      JSON.stringify(lines),
      new RegExp([JOHN, PIN, WRONG, NOBODY, RESIDENT, 'Miller', '192\\.0\\.2'].join('|'), 'i'),
    );
    const rows = await portal.db.query('SELECT * FROM pin_attempt');
    assert.ok(rows.length > 5);
    assert.doesNotMatch(JSON.stringify(rows), new RegExp([JOHN, PIN, NOBODY, '192\\.0\\.2'].join('|'), 'i'));
  });
});

describe('limits', () => {
  it('let at most five of twenty tries at once be judged, over two processes', async () => {
    const other = await testApp({
      db: portal.db,
      env: { TRUST_PROXY: 'loopback' },
      now: portal.clock.now().toString(),
    });
    try {
      const spies = [portal, other].map(({ app }) => mock.method(app.get(PinHasher), 'matches'));
      const ready = await Promise.all(
        Array.from({ length: 20 }, async (_, index) => {
          const browser = (index % 2 === 0 ? portal : other).browser();
          return { browser, token: await formToken(browser) };
        }),
      );
      const pages = await Promise.all(ready.map(({ browser, token }) => send(browser, token, { pin: WRONG })));
      const judged = spies.reduce((sum, spy) => sum + spy.mock.callCount(), 0);
      assert.ok(judged >= 1 && judged <= 5, `${judged} judged`);
      assert.equal(pages.filter(({ status }) => status === 422).length, judged);
      assert.equal(pages.filter(({ status }) => status === 429).length, 20 - judged);
    } finally {
      await other.close();
    }
  });

  it('lock after five failures, for the right PIN too, and say when it ends and whom to call', async () => {
    await fail(5);
    const page = await enter(portal.browser());
    assert.equal(page.status, 429);
    assert.equal(page.headers['retry-after'], '600');
    const hour = portal.clock
      .now()
      .add({ minutes: 10 })
      .toZonedDateTimeISO('Europe/Rome')
      .round({ smallestUnit: 'minute', roundingMode: 'ceil' });
    assert.match(
      page.text,
      new RegExp(`10 minuti, alle ${hour.toPlainTime().toString({ smallestUnit: 'minute' })} ora italiana`),
    );
    assert.match(page.text, /tel:\+3906164164/);
    assert.equal(reasons().at(-1), 'limit-pair');
    portal.clock.move({ minutes: 9, seconds: 59 });
    assert.equal((await enter(portal.browser())).status, 429);
    portal.clock.move({ seconds: 1 });
    assert.equal((await enter(portal.browser())).status, 303);
  });

  it('look the same for a code that nobody has', async () => {
    const pages = [];
    for (const codice of [JOHN, NOBODY]) {
      await portal.db.query('DELETE FROM pin_attempt');
      await failed(5, { codice });
      pages.push(await enter(portal.browser(), { codice }));
    }
    const [john, nobody] = pages.map((page) => ({
      status: page.status,
      text: sameText(page).replace(/alle \d\d:\d\d/, ''),
    }));
    assert.equal(john?.status, 429);
    assert.ok(john?.status === nobody?.status && john?.text === nobody?.text);
  });

  it('count every way of writing one code as one', async () => {
    for (const codice of [
      JOHN,
      JOHN.toLowerCase(),
      ` ${JOHN}`,
      `${JOHN}\u200B`,
      `${JOHN.slice(0, 3)} ${JOHN.slice(3)}`,
    ])
      await fail(1, { codice });
    assert.equal((await enter(portal.browser())).status, 429);
  });

  it('do not lock John out where he is for what an attacker does elsewhere', async () => {
    await failed(5, { from: '203.0.113.9' });
    assert.equal((await enter(portal.browser(), { from: '203.0.113.9' })).status, 429);
    assert.equal((await enter(portal.browser(), { from: '192.0.2.1' })).status, 303);
  });

  it('lock a person everywhere after fifty failures from many addresses, but where they have entered before', async () => {
    assert.equal((await enter(portal.browser(), { from: '192.0.2.1' })).status, 303);
    await portal.db.query(
      `INSERT INTO pin_attempt (id, person, address, at, outcome)
       SELECT gen_random_uuid(), person, rpad(n::text, 43, 'x'), $1, 'wrong-pin' FROM pin_attempt, generate_series(1, 50) n`,
      [portal.clock.now()],
    );
    assert.equal((await enter(portal.browser(), { from: '198.51.100.1' })).status, 429);
    assert.equal(reasons().at(-1), 'limit-person');
    assert.equal((await enter(portal.browser(), { from: '192.0.2.1' })).status, 303);
  });

  it('lock an address after twenty failures with many codes, not the people it tried', async () => {
    for (let index = 0; index < 20; index++) {
      const signs = `TRMGNN60A01Z4${String(index).padStart(2, '0')}`;
      await fail(1, { codice: signs + checkLetter(signs) });
    }
    assert.equal((await enter(portal.browser())).status, 429);
    assert.equal(reasons().at(-1), 'limit-address');
    assert.equal((await enter(portal.browser(), { from: '192.0.2.2' })).status, 303);
  });

  it('do not believe an address that no trusted balancer says', async () => {
    const open = await testApp({ db: portal.db, now: portal.clock.now().toString() });
    for (let index = 0; index < 4; index++) await enter(open.browser(), { pin: WRONG, from: `198.51.100.${index}` });
    assert.equal((await enter(open.browser(), { from: '198.51.100.50' })).status, 303);
    await portal.db.query(`UPDATE pin_attempt SET outcome = 'wrong-pin'`);
    assert.equal((await enter(open.browser(), { from: '198.51.100.77' })).status, 429);
    await open.close();
  });

  it('end at once when the Contact Center unlocks, which is written down', async () => {
    await failed(5);
    assert.equal((await enter(portal.browser())).status, 429);
    const query = async (sql: string, parameters?: unknown[]) => ({ rows: await portal.db.query(sql, parameters) });
    assert.equal(await forgetFailures(query, JOHN, portal.app.get(Keys), portal.clock.now()), 5);
    assert.equal(await forgetFailures(query, NOBODY, portal.app.get(Keys), portal.clock.now()), null);
    assert.equal((await enter(portal.browser())).status, 303);
    const entries = await portal.db.query<{ action: string; actor: string; details: object; subject: string }>(
      `SELECT * FROM audit_entry WHERE action = 'credential.unlock'`,
    );
    assert.deepEqual(
      entries.map(({ actor, details }) => [actor, details]),
      [['owner', { method: 'pin', forgotten: 5 }]],
    );
    const [john] = await portal.db.query<{ id: string }>('SELECT id FROM citizen WHERE fiscal_code = $1', [JOHN]);
    assert.equal(entries[0]?.subject, john?.id);
  });

  it('let two PINs be checked at once, twenty wait, and refuse more', async () => {
    const hasher = new PinHasher();
    const work = Promise.all(Array.from({ length: 22 }, () => hasher.matches(PIN, hasher.nobody)));
    await assert.rejects(hasher.matches(PIN, hasher.nobody), { status: 503 });
    assert.deepEqual(new Set(await work), new Set([false]));
    assert.equal(await hasher.matches(PIN, await pinHash(PIN)), true);
  });

  it('turn away what is too much at once, without counting it against anybody', async () => {
    const full = mock.method(portal.app.get(PinHasher), 'matches', () => Promise.reject(new Unavailable('full')));
    for (let index = 0; index < 6; index++) {
      const page = await enter(portal.browser());
      assert.equal(page.status, 503);
      assert.equal(page.headers['retry-after'], '5');
    }
    assert.deepEqual(new Set(await outcomes(portal)), new Set(['busy']));
    full.mock.restore();
    assert.equal((await enter(portal.browser())).status, 303);
  });
});

describe('a form from elsewhere', () => {
  it('is refused when the browser says so', async () => {
    for (const [header, value] of [
      ['Origin', 'https://evil.example'],
      ['Origin', 'null'],
      ['Sec-Fetch-Site', 'cross-site'],
      ['Sec-Fetch-Site', 'same-site'],
    ] as const) {
      const browser = portal.browser();
      const token = await formToken(browser);
      const page = await browser
        .post('/accedi/pin')
        .set(header, value)
        .type('form')
        .send({ codice: JOHN, pin: PIN, _csrf: token });
      assert.equal(page.status, 403, value);
      assert.equal((await browser.get('/bacheca')).status, 303);
    }
    assert.deepEqual(await outcomes(portal), []);
  });

  it('is refused without the cookie, with the token of another, with a cookie we never signed, or too old', async () => {
    const attacker = portal.browser();
    const theirs = await formToken(attacker);
    const seed = 'A'.repeat(43);
    const victim = portal.browser();
    const own = await formToken(victim);
    const cases: [string, string, string | null][] = [
      ['no cookie', theirs, null],
      ['token of another browser', theirs, 'own'],
      ['no token', '', 'own'],
      ['unsigned cookie', own, `pin=${seed}.${portal.clock.now().add({ hours: 1 }).epochMilliseconds}.${seed}`],
    ];
    for (const [name, token, cookie] of cases) {
      const browser = cookie === 'own' ? victim : portal.browser();
      const request = browser.post('/accedi/pin').type('form');
      if (cookie && cookie !== 'own') request.set('Cookie', cookie);
      const page = await request.send({ codice: JOHN, pin: PIN, _csrf: token });
      assert.equal(page.status, 403, name);
      assert.match(page.text, /Ricomincia dal modulo del PIN/);
    }
    portal.clock.move({ hours: 24 });
    assert.equal((await send(victim, own)).status, 403);
    assert.deepEqual(
      reasons(),
      Array.from({ length: 5 }, () => 'stale-form'),
    );
    assert.deepEqual(await outcomes(portal), []);
  });

  it('is taken from a text browser, which says nothing of where it comes from', async () => {
    const browser = portal.browser();
    const token = await formToken(browser);
    assert.equal(
      (await browser.post('/accedi/pin').type('form').send({ codice: JOHN, pin: PIN, _csrf: token })).status,
      303,
    );
  });

  it('needs a cookie bound to the host over https', async () => {
    const secure = await testApp({
      db: portal.db,
      env: { BASE_URL: 'https://portale.example', TRUST_PROXY: 'loopback' },
    });
    const page = await secure.browser().get('/accedi/pin').set('X-Forwarded-Proto', 'https');
    assert.match(
      String(page.headers['set-cookie']),
      /^__Host-pin=[^;]+; Max-Age=86400; Path=\/; Expires=[^;]+; HttpOnly; Secure; SameSite=Lax$/,
    );
    await secure.close();
  });

  it('is no longer good once used: the cookie is cleared', async () => {
    const browser = portal.browser();
    const token = await formToken(browser);
    assert.equal((await send(browser, token)).status, 303);
    assert.equal((await send(browser, token)).status, 403);
  });
});

describe('the tables', () => {
  it('take no PIN given out too late, and no hash of another cost', async () => {
    const fresh = await testApp();
    await assert.rejects(arrangePinsWith(fresh, '2020-10-01'), { code: '23514' });
    await arrangePinsWith(fresh, '2020-09-30');
    await assert.rejects(fresh.db.query(`UPDATE pin_credential SET hash = replace(hash, 't=2', 't=1')`), {
      code: '23514',
    });
    await fresh.close();
  });

  it('show a hash to the sign-in alone', async () => {
    for (const [kind, subject] of [
      ['system', 'public'],
      ['system', 'sweeper'],
      ['citizen', '00000000-0000-4000-8000-000000000000'],
    ] as const) {
      assert.equal(await seen(portal.db.web, kind, subject, 'pin_credential'), 0, subject);
      assert.equal((await seen(portal.db.web, kind, subject, 'pin_attempt')) > 0, false, subject);
    }
    assert.ok((await seen(portal.db.web, 'system', 'sign-in', 'pin_credential')) > 0);
  });

  it('forget failures after a day and entries after thirty, by the job', async () => {
    await fail(1);
    portal.clock.move({ seconds: 1 });
    assert.equal((await enter(portal.browser())).status, 303);
    const db = new Database(new Sources(null, dataSource({ url: portal.db.worker, pool: 1, name: 'test' })));
    await db.onModuleInit();
    const job = new PinSweepJob({} as Jobs, db, new PinRepository(db), portal.clock);
    const left = async (hours: number) => {
      portal.clock.move({ hours });
      await job.run();
      return outcomes(portal);
    };
    try {
      assert.deepEqual(await left(23), ['wrong-pin', 'ok']);
      assert.deepEqual(await left(2), ['ok']);
      assert.deepEqual(await left(24 * 28), ['ok']);
      assert.deepEqual(await left(24 * 2), []);
    } finally {
      await db.onApplicationShutdown();
    }
  });
});

/** A holder whose PIN was given out on this day, in a database with its own checks. */
async function arrangePinsWith({ db, clock }: TestApp, issuedOn: string): Promise<void> {
  await db.query('DELETE FROM citizen WHERE fiscal_code = $1', [RESIDENT]);
  await addHolder(db, RESIDENT, { issuedOn, residentAbroad: true, italianDocument: false }, clock.now());
}

async function seen(url: string, kind: string, subject: string, table: string): Promise<number> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query(`SET app.kind = '${kind}'; SET app.subject = '${subject}'; SET app.by = '${subject}'`);
  const { rows } = await client.query<{ count: string }>(`SELECT count(*) FROM ${table}`);
  await client.end();
  return Number(rows[0]?.count);
}
