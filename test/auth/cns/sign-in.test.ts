import 'reflect-metadata';
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { copyFileSync, writeFileSync } from 'node:fs';
import net from 'node:net';
import tls from 'node:tls';
import { after, before, beforeEach, describe, it } from 'node:test';
import { load } from 'cheerio';
import * as x509 from '@peculiar/x509';
import { PEOPLE } from '#src/dev/people.js';
import * as make from './cards.ts';
import { cnsPortal, entrance, present, signInWith, wayBack, type CnsPortal } from './journey.ts';

let portal: CnsPortal;
let root: make.Authority;
let trusted: make.Authority;
before(async () => {
  root = await make.authority({ name: 'Radice di prova' });
  trusted = await make.authority({ name: 'CNS Regione di prova', algorithm: 'rsa' });
  portal = await cnsPortal([trusted, root]);
});
after(() => portal.close());
beforeEach(() => void portal.lines());

/** Presents a card from a fresh browser; it must be refused with a page, for this reason. */
async function refused(card: make.Keys | null, reason: string, title: RegExp): Promise<void> {
  const browser = portal.browser();
  const answer = await present(await entrance(browser), card);
  assert.equal(answer.status, 403);
  assert.deepEqual(portal.reasons(), [reason]);
  const $ = load(answer.text);
  assert.match($('h1').text(), title);
  assert.equal($('main a.button').first().attr('href'), 'http://localhost:3000/accedi');
  assert.match($('main').text(), new RegExp(String(answer.headers['x-request-id'])));
  assert.equal(answer.headers.location, undefined);
  await browser.get('/bacheca').expect(303);
}

describe('a good card', () => {
  for (const person of PEOPLE) {
    it(`lets ${person.name} ${person.familyName} in, where they were going`, async () => {
      const browser = portal.browser();
      const back = await signInWith(
        browser,
        await make.card(trusted, { holder: person, algorithm: 'rsa' }),
        '/dati?x=1',
      );
      assert.equal(back.status, 303);
      assert.equal(back.headers.location, 'http://localhost:3000/dati?x=1');
      assert.match((await browser.get('/bacheca')).text, new RegExp(`${person.name} ${person.familyName}`));
      const rows = await portal.db.query('SELECT fiscal_code, name FROM citizen WHERE fiscal_code = $1', [
        person.fiscalCode,
      ]);
      assert.deepEqual(rows, [{ fiscal_code: person.fiscalCode, name: person.name }]);
    });
  }

  it('opens a session of the strongest level, by the method CNS, under its authority', async () => {
    await signInWith(portal.browser(), await make.card(trusted));
    const [row] = await portal.db.query<{ method: string; data: { level: number; provider: { issuer: string } } }>(
      'SELECT method, data FROM session ORDER BY created_at DESC LIMIT 1',
    );
    assert.equal(row?.method, 'cns');
    assert.equal(row.data.level, 3);
    assert.match(row.data.provider.issuer, /CN=CNS Regione di prova/);
  });

  it('may be the chip of an electronic identity card', async () => {
    const back = await signInWith(portal.browser(), await make.card(trusted, { policy: make.CIE_CHIP }));
    assert.equal(back.headers.location, 'http://localhost:3000/bacheca');
  });

  it('may have a fiscal code changed for omocodia', async () => {
    const holder = { ...make.MARIA, fiscalCode: 'RSSMRA80E55H50MM' };
    const back = await signInWith(portal.browser(), await make.card(trusted, { holder }));
    assert.equal(back.status, 303);
  });

  it('may come with an intermediate authority', async () => {
    const middle = await make.authority({ name: 'Intermedia di prova', by: root });
    const card = await make.card(middle);
    const back = await signInWith(portal.browser(), { key: card.key, certificate: make.chain(card, middle) });
    assert.equal(back.status, 303);
  });

  it('is read over TLS 1.2 and 1.3 alike, and not over older ones', async () => {
    const card = await make.card(trusted);
    for (const version of ['TLSv1.2', 'TLSv1.3'] as const) {
      const options = { minVersion: version, maxVersion: version };
      assert.equal((await present(await entrance(portal.browser()), card, options)).status, 303, version);
    }
    const old = { minVersion: 'TLSv1.1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' } as const;
    await assert.rejects(present(await entrance(portal.browser()), card, old));
  });

  it('never leads elsewhere than to a page of the portal', async () => {
    for (const wanted of [
      'https://evil.example',
      '//evil.example',
      '/\\evil.example',
      'javascript:alert(1)',
      '/esci',
    ]) {
      const back = await signInWith(portal.browser(), await make.card(trusted), wanted);
      assert.equal(back.headers.location, 'http://localhost:3000/bacheca');
    }
  });

  it('leaves nothing of the person in the log or readable in the database', async () => {
    await signInWith(portal.browser(), await make.card(trusted));
    assert.doesNotMatch(JSON.stringify(portal.lines()), /RSSMRA|Rossi/);
    const [row] = await portal.db.query<{ sealed: Buffer }>(
      'SELECT sealed FROM cns_ticket ORDER BY issued_at DESC LIMIT 1',
    );
    assert.ok(row && !row.sealed.includes('RSSMRA'));
  });
});

describe('a card is refused, with a page that says why', () => {
  it('when there is none', () => refused(null, 'no-certificate', /Non abbiamo trovato la carta/));

  it('of another policy of the right authority', async () => {
    for (const policy of ['1.3.76.16.2.2', '1.3.76.16.2.1.1', '1.3.76.47.44', '2.5.29.32.0', null]) {
      await refused(await make.card(trusted, { policy }), 'policy', /non serve per entrare/);
    }
  });

  it('of the right policy below an authority that may not issue it', async () => {
    const middle = await make.authority({ name: 'Firma di prova', by: root, policies: ['1.3.76.99.1'] });
    const card = await make.card(middle);
    await refused({ key: card.key, certificate: make.chain(card, middle) }, 'policy', /non serve per entrare/);
  });

  it('of an authority that is not in the list', async () => {
    await refused(await make.card(await make.authority({ name: 'Altra' })), 'untrusted', /non è riconosciuta/);
  });

  it('of an untrusted authority that comes along', async () => {
    const other = await make.authority({ name: 'Altra' });
    const card = await make.card(other);
    await refused({ key: card.key, certificate: make.chain(card, other) }, 'untrusted', /non è riconosciuta/);
  });

  it('of an authority that calls itself as a trusted one', async () => {
    const impostor = await make.authority({ name: 'CNS Regione di prova', algorithm: 'rsa' });
    await refused(await make.card(impostor), 'bad-signature', /non è riconosciuta/);
  });

  it('signed by itself', async () => {
    await refused(await make.card(undefined), 'self-signed', /non è riconosciuta/);
  });

  it('signed by another card', async () => {
    const thief = await make.card(trusted);
    const forged = await make.card(thief, { holder: PEOPLE[1]! });
    const sent = { key: forged.key, certificate: make.chain(forged, thief) };
    const answer = await present(await entrance(portal.browser()), sent);
    assert.equal(answer.status, 403);
    assert.match(String(portal.reasons()[0]), /^(issuer-not-authority|untrusted)$/);
  });

  it('signed by a card that does not say what its key is for', async () => {
    const thief = await make.card(trusted, { usages: null });
    const forged = await make.card(thief);
    await refused(
      { key: forged.key, certificate: make.chain(forged, thief) },
      'issuer-not-authority',
      /non è riconosciuta/,
    );
  });

  it('that has expired', async () => {
    await refused(await make.card(trusted, { from: '2020-01-01', to: '2026-04-01T06:59:59Z' }), 'expired', /è scaduta/);
  });

  it('that is not valid yet', async () => {
    await refused(await make.card(trusted, { from: '2026-04-01T07:00:01Z' }), 'not-yet-valid', /non è ancora valida/);
  });

  it('signed with SHA-1', async () => {
    const weak = { ...trusted, algorithm: { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-1' } as Algorithm };
    const key = await crypto.subtle.importKey(
      'pkcs8',
      x509.PemConverter.decodeFirst(trusted.key),
      { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-1' },
      false,
      ['sign'],
    );
    const card = await make.card({ ...weak, signingKey: key as CryptoKey });
    const browser = portal.browser();
    const answer = await present(await entrance(browser), card, { ciphers: 'DEFAULT@SECLEVEL=0' });
    assert.equal(answer.status, 403);
    assert.deepEqual(portal.reasons(), ['weak-signature']);
  });

  it('that is for servers, or for signing documents', async () => {
    for (const purposes of [[make.SERVER], null]) {
      await refused(await make.card(trusted, { purposes }), 'usage', /non serve per entrare/);
    }
    await refused(
      await make.card(trusted, { usages: x509.KeyUsageFlags.nonRepudiation }),
      'usage',
      /non serve per entrare/,
    );
  });

  it('whose holder is not named as on a CNS', async () => {
    for (const commonName of [
      'RSSMRA80E55H501U',
      'Maria Rossi',
      'RSSMRA80E55H501U/7430000012345678',
      'RSSMRA80E55H501/7430000012345678.hash',
      'rssmra80e55h501u/7430000012345678.hash',
      'TINIT-RSSMRA80E55H501U/7430000012345678.hash',
      'RSSMRA80E55H501U/7430000012345678.',
      ' RSSMRA80E55H501U/7430000012345678.hash',
    ]) {
      await refused(await make.card(trusted, { commonName }), 'subject', /Non ti abbiamo potuto riconoscere/);
    }
  });

  it('whose fiscal code cannot be', async () => {
    for (const code of ['RSSMRA80E55H501X', 'RSSMRA80E99H501K', 'AAAAAAAAAAAAAAAA']) {
      await refused(
        await make.card(trusted, { commonName: `${code}/7430000012345678.hash` }),
        'fiscal-code',
        /potuto riconoscere/,
      );
    }
  });

  it('of another country, with two holders, or without a name', async () => {
    const commonName = { CN: ['RSSMRA80E55H501U/7430000012345678.hash'] };
    const names = [{ '2.5.4.4': ['Rossi'] }, { '2.5.4.42': ['Maria'] }];
    for (const subject of [
      [{ C: ['FR'] }, ...names, commonName],
      [...names, commonName],
      [{ C: ['IT'] }, ...names, commonName, { CN: ['BNCGNN75C12F205J/7430000012345678.hash'] }],
      [{ C: ['IT'] }, commonName],
    ]) {
      await refused(await make.card(trusted, { subject: subject as x509.JsonName }), 'subject', /potuto riconoscere/);
    }
  });

  it('that carries a critical extension nobody here understands', async () => {
    const extensions = [new x509.Extension('1.2.3.4', true, new Uint8Array([5, 0]))];
    await refused(await make.card(trusted, { extensions }), 'critical-extension', /non è riconosciuta/);
  });

  it('in the language of the person', async () => {
    const address = await entrance(portal.browser());
    const german = await present(address, null, { headers: { 'Accept-Language': 'de' } });
    assert.match(german.text, /Wir haben die Karte nicht gefunden/);
    assert.equal(german.headers['content-language'], 'de');
    const english = await present(address, null, { headers: { 'Accept-Language': 'de', Cookie: 'lingua=en' } });
    assert.match(english.text, /We did not find the card/);
  });

  it('in the language chosen on the portal, whose cookies may not come along', async () => {
    const browser = portal.browser();
    await browser.get('/?lingua=de').set('Sec-Fetch-Site', 'same-origin').expect(303);
    const address = await entrance(browser);
    assert.match((await present(address, null)).text, /Wir haben die Karte nicht gefunden/);
    portal.clock.move({ hours: 1 });
    const late = await present(address, await make.card(trusted), { headers: { 'Accept-Language': 'en' } });
    assert.equal(late.headers['content-language'], 'de', 'a start that is over still says the language');
    const afterwards = { headers: { Cookie: 'lingua=en' } };
    assert.match((await present(address, null, afterwards)).text, /We did not find the card/);
  });

  it('where the portal is on https, by the cookie that no sibling host can set', async () => {
    const secure = await cnsPortal([trusted], { env: { BASE_URL: 'https://localhost:3000' } });
    const address = await entrance(secure.browser());
    for (const [cookie, language] of [
      ['__Host-lingua=de', 'de'],
      ['lingua=de', 'it'],
      ['lingua=en; __Host-lingua=de; lingua=en', 'de'],
      ['x__Host-lingua=de', 'it'],
      ['__Host-lingua=xx', 'it'],
      ['__Host-lingua=__proto__', 'it'],
    ] as const) {
      const answer = await present(address, null, { headers: { Cookie: cookie } });
      assert.equal(answer.headers['content-language'], language, cookie);
      const page = await secure.browser().get('/').set('Cookie', cookie);
      assert.equal(page.headers['content-language'], language, `the portal: ${cookie}`);
    }
    const plain = await present(await entrance(portal.browser()), null, { headers: { Cookie: '__Host-lingua=de' } });
    assert.equal(plain.headers['content-language'], 'it', 'over http nothing keeps that name apart');
    await secure.close();
  });
});

describe('the listener', () => {
  it('serves the entrance and nothing else', async () => {
    const { origin } = new URL(await entrance(portal.browser()));
    const card = await make.card(trusted);
    for (const path of [
      '/',
      '/accedi',
      '/bacheca',
      '/cns/rientro',
      '/cns/entra/',
      '/spid/metadata',
      '/CNS/ENTRA',
      '//cns/entra',
    ]) {
      assert.equal((await present(origin + path, card)).status, 404, path);
    }
    assert.equal((await present(`${origin}/cns/entra`, card, { method: 'POST' })).status, 405);
  });

  it('gives pages no script, no storage, no framing, and links to the portal alone', async () => {
    const { headers, text } = await present(await entrance(portal.browser()), null);
    assert.match(
      String(headers['content-security-policy']),
      /^default-src 'none'; style-src 'sha256-[^;]+'; .*frame-ancestors 'none'/,
    );
    assert.equal(headers['cache-control'], 'no-store');
    assert.equal(headers['referrer-policy'], 'no-referrer');
    const links = load(text)('[href], [action], [src]')
      .toArray()
      .flatMap(({ attribs }) => [attribs.href, attribs.action, attribs.src]);
    assert.ok(links.length > 10);
    assert.deepEqual(
      links.filter((link) => link?.startsWith('/')),
      [],
    );
  });

  it('listens to no header', async () => {
    const card = await make.card(trusted);
    const headers = { 'X-Client-Certificate': encodeURIComponent(card.certificate) };
    const answer = await present(await entrance(portal.browser()), null, { headers });
    assert.equal(answer.status, 403);
    assert.deepEqual(portal.reasons(), ['no-certificate']);
  });

  it('follows the trust list when it changes', async () => {
    const late = await make.authority({ name: 'Nuova autorità' });
    const card = await make.card(late);
    await refused(card, 'untrusted', /non è riconosciuta/);
    const file = portal.config.cns.trustListFile;
    copyFileSync(file, `${file}.before`);
    writeFileSync(file, make.chain(trusted, root, late));
    const back = await signInWith(portal.browser(), card);
    assert.equal(back.status, 303);
    writeFileSync(file, 'nothing that can be read');
    assert.equal(
      (await signInWith(portal.browser(), card)).status,
      303,
      'a broken list leaves the one before in force',
    );
    copyFileSync(`${file}.before`, file);
    await refused(card, 'untrusted', /non è riconosciuta/);
  });
});

describe('the listener, among many who are silent', () => {
  /** Opens a connection to the cards' address, says these bytes and no more. @returns its end */
  async function silent(port: number, bytes: string | Buffer): Promise<{ ended: Promise<unknown> }> {
    const socket = net.connect(port, 'localhost').resume();
    socket.on('error', () => {});
    const ended = new Promise((done) => socket.once('close', done));
    await once(socket, 'connect');
    if (bytes.length > 0) socket.write(bytes);
    return { ended };
  }

  const someHello = Buffer.from('16030100c8010000c40303', 'hex');

  it('ends those who say nothing or half a hello after a while', async () => {
    const patient = await cnsPortal([trusted], { patience: { helloMs: 300, headersMs: 300, checkMs: 100 } });
    const port = Number(new URL(await entrance(patient.browser())).port);
    const all = await Promise.all(['', someHello, 'GET / HTTP/1.1\r\n\r\n'].map((bytes) => silent(port, bytes)));
    await Promise.all(all.map(({ ended }) => ended));
    const shaken = tls.connect({ port, host: 'localhost', rejectUnauthorized: false }).resume();
    shaken.on('error', () => {});
    await new Promise((done) => shaken.once('close', done));
    await patient.close();
  });

  it('lets a person finish who says hello and then looks for the PIN, and not for ever', async () => {
    const patient = await cnsPortal([trusted], { patience: { helloMs: 60_000, handshakeMs: 500, checkMs: 100 } });
    const port = Number(new URL(await entrance(patient.browser())).port);
    await (
      await silent(port, await helloOf())
    ).ended;
    await patient.close();
  });

  it('takes a good card however many came before and say nothing', async () => {
    const hour = 3_600_000;
    const patience = { helloMs: hour, handshakeMs: hour, headersMs: hour, requestMs: hour, mostWaiting: 20 };
    const crowded = await cnsPortal([trusted], { patience });
    const port = Number(new URL(await entrance(crowded.browser())).port);
    const hello = await helloOf();
    const card = await make.card(trusted);
    for (const bytes of ['', someHello, hello]) {
      const all = [];
      for (let count = 0; count < 60; count++) all.push(await silent(port, bytes));
      const back = await signInWith(crowded.browser(), card);
      assert.equal(back.status, 303);
      // The oldest made room.
      await Promise.all(all.slice(0, 40).map(({ ended }) => ended));
    }
    await crowded.close();
  });

  /** The first message of a real TLS client. */
  async function helloOf(): Promise<Buffer> {
    const server = net.createServer();
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    const { port } = server.address() as net.AddressInfo;
    const client = tls.connect({ port, host: '127.0.0.1' }).on('error', () => {});
    const [socket] = (await once(server, 'connection')) as [net.Socket];
    const [hello] = (await once(socket, 'data')) as [Buffer];
    client.destroy();
    socket.destroy();
    server.close();
    return hello;
  }
});

describe('the start and the ticket', () => {
  const good = () => make.card(trusted);

  it('needs a start of the portal: a good card alone leads nowhere', async () => {
    const { origin } = new URL(await entrance(portal.browser()));
    for (const query of [
      '',
      '?avvio=',
      '?avvio=x',
      `?avvio=${'A'.repeat(200)}`,
      `?avvio=${'A'.repeat(5000)}`,
      '?avvio=%00',
    ]) {
      const answer = await present(`${origin}/cns/entra${query}`, await good());
      assert.equal(answer.status, 403, query);
      assert.deepEqual(portal.reasons(), ['start-missing']);
    }
  });

  it('begins again after ten minutes', async () => {
    const address = await entrance(portal.browser());
    portal.clock.move({ minutes: 10 });
    assert.equal((await present(address, await good())).status, 403);
    assert.deepEqual(portal.reasons(), ['start-expired']);
  });

  it('is good once', async () => {
    const browser = portal.browser();
    const back = wayBack(await present(await entrance(browser), await good()));
    await browser.get(back).expect(303);
    const again = await browser.get(back);
    assert.equal(again.status, 403);
    assert.match(again.text, /Bisogna ricominciare/);
    assert.deepEqual(portal.reasons(), ['ticket-used']);
  });

  it('is good once, of many who come at the same moment', async () => {
    const browser = portal.browser();
    const back = wayBack(await present(await entrance(browser), await good()));
    const answers = await Promise.all(Array.from({ length: 8 }, () => browser.get(back)));
    assert.deepEqual(answers.map(({ status }) => status).toSorted(), [303, 403, 403, 403, 403, 403, 403, 403]);
  });

  it('is good for a minute', async () => {
    const browser = portal.browser();
    const back = wayBack(await present(await entrance(browser), await good()));
    portal.clock.move({ seconds: 60 });
    const late = await browser.get(back);
    assert.equal(late.status, 403);
    assert.deepEqual(portal.reasons(), ['ticket-expired']);
  });

  it('is good in the browser that started: neither stolen nor planted', async () => {
    const owner = portal.browser();
    const back = wayBack(await present(await entrance(owner), await good()));
    const other = portal.browser();
    await entrance(other);
    assert.equal((await other.get(back)).status, 403);
    assert.deepEqual(portal.reasons(), ['ticket-other-browser']);
    await other.get('/bacheca').expect(303);
    assert.equal((await owner.get(back)).status, 403, 'a ticket that somebody else tried is used up');
    const empty = wayBack(await present(await entrance(owner), await good()));
    assert.equal((await portal.browser().get(empty)).status, 403, 'a browser without a secret');
  });

  it('is not to be guessed', async () => {
    for (const ticket of ['', 'x', 'A'.repeat(43), `${'A'.repeat(43)}&biglietto=x`]) {
      const answer = await portal.browser().get(`/cns/rientro?biglietto=${ticket}`);
      assert.equal(answer.status, 403);
      assert.deepEqual(portal.reasons(), ['ticket-unknown']);
    }
  });

  it('lets two tabs of one browser be under way', async () => {
    const browser = portal.browser();
    const first = await entrance(browser, '/dati');
    const second = await entrance(browser, '/notifiche');
    const back = await browser.get(wayBack(await present(first, await good())));
    assert.equal(back.headers.location, 'http://localhost:3000/dati');
    const there = await portal.db.query('SELECT public_id FROM session WHERE ended_at IS NULL');
    const other = await browser.get(wayBack(await present(second, await good())));
    assert.equal(other.headers.location, 'http://localhost:3000/notifiche');
    assert.match((await browser.get('/notifiche')).text, /già fatto l’accesso/);
    assert.deepEqual(await portal.db.query('SELECT public_id FROM session WHERE ended_at IS NULL'), there);
  });

  it('lets nobody take the place of whom another tab let in meanwhile', async () => {
    const browser = portal.browser();
    const [one, two] = PEOPLE as [(typeof PEOPLE)[number], (typeof PEOPLE)[number]];
    const first = await entrance(browser);
    const second = await entrance(browser);
    await browser
      .get(wayBack(await present(first, await make.card(trusted, { holder: one, algorithm: 'rsa' }))))
      .expect(303);
    const page = await browser.get(
      wayBack(await present(second, await make.card(trusted, { holder: two, algorithm: 'rsa' }))),
    );
    assert.equal(page.status, 403);
    assert.match(load(page.text)('h1').text(), /c’è già un’altra persona/);
    assert.match((await browser.get('/bacheca')).text, new RegExp(`${one.name} ${one.familyName}`));
  });

  it('opens a session under a new token: one that somebody planted before stays signed out', async () => {
    const browser = portal.browser();
    const session = (answer: { headers: Record<string, unknown> }) =>
      /myinps=([^;]+)/.exec(String(answer.headers['set-cookie']))?.[1];
    const planted = session(await signInWith(browser, await good()));
    const fresh = session(await signInWith(browser, await good()));
    assert.ok(planted && fresh && fresh !== planted);
    await portal.browser().get('/bacheca').set('Cookie', `myinps=${planted}`).expect(303);
  });

  it('sets a cookie that scripts cannot read and other sites do not bring along', async () => {
    const page = await portal.browser().get('/cns/accedi');
    const [cookie] = page.headers['set-cookie'] as unknown as string[];
    assert.match(cookie ?? '', /^cns-sviluppo=[\w-]{43}; Max-Age=600; Path=\/; Expires=[^;]+; HttpOnly; SameSite=Lax$/);
    assert.equal(page.headers['cache-control'], 'no-store');
  });
});
