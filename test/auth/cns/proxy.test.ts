import assert from 'node:assert/strict';
import { request } from 'node:http';
import { after, before, beforeEach, describe, it } from 'node:test';
import * as make from './cards.ts';
import { cnsPortal, type CnsPortal } from './journey.ts';
import { load } from 'cheerio';

const HEADER = 'X-Carta-Verificata';
const HOST = 'carta.portale.example';
const ENV = { CNS_PORT: '0', CNS_PROXY_HEADER: HEADER, CNS_URL: 'https://carta.portale.example' };

let trusted: make.Authority;
let card: make.Authority;
let proxied: CnsPortal;
let elsewhere: CnsPortal;
before(async () => {
  trusted = await make.authority();
  card = await make.card(trusted);
  proxied = await cnsPortal([trusted], { env: { ...ENV, CNS_PROXY_ADDRESSES: '10.1.2.3, 127.0.0.0/8' } });
  elsewhere = await cnsPortal([trusted], { env: { ...ENV, CNS_PROXY_ADDRESSES: '10.0.0.0/8, ::1' } });
});
after(() => Promise.all([proxied.close(), elsewhere.close()]));
beforeEach(() => {
  proxied.lines();
  elsewhere.lines();
});

/** Path and query of the entrance, as the button of /cns/accedi gives it. */
async function start(browser: ReturnType<CnsPortal['browser']>): Promise<string> {
  const page = await browser.get('/cns/accedi?ritorno=/dati').expect(200);
  const address = new URL(load(page.text)('main a.button').attr('href')!);
  assert.equal(address.origin, 'https://carta.portale.example');
  return address.pathname + address.search;
}

/** One request with these lines of headers, as they are. */
function sent(path: string, lines: readonly (readonly [string, string])[]): Promise<{ status: number }> {
  const { hostname, port } = new URL(proxied.url);
  return new Promise((done, fail) => {
    const asked = request({ hostname, port, path, headers: lines.flat(), agent: false, setHost: false }, (res) => {
      res.resume().on('end', () => done({ status: res.statusCode ?? 0 }));
    });
    asked.on('error', fail).end();
  });
}

const pem = () => encodeURIComponent(card.certificate);
const der = () => Buffer.from(card.cert.rawData).toString('base64');

describe('behind a proxy of the settings', () => {
  for (const [form, value] of [
    ['PEM, URL-encoded', pem],
    ['DER, base64', der],
    ['DER, structured field', () => `:${der()}:`],
  ] as const) {
    it(`lets the card of its header in: ${form}`, async () => {
      const browser = proxied.browser();
      const answer = await browser
        .get(await start(browser))
        .set('Host', HOST)
        .set(HEADER, value());
      assert.equal(answer.status, 303, answer.text);
      const { origin, pathname, search } = new URL(answer.headers.location!);
      assert.equal(origin, 'http://localhost:3000');
      const back = await browser.get(pathname + search);
      assert.equal(back.headers.location, 'http://localhost:3000/dati');
      assert.match((await browser.get('/bacheca')).text, /Maria Rossi/);
    });
  }

  it('takes an intermediate authority in the same header', async () => {
    const middle = await make.authority({ name: 'Intermedia', by: trusted });
    const below = await make.card(middle);
    const browser = proxied.browser();
    await browser
      .get(await start(browser))
      .set('Host', HOST)
      .set(HEADER, encodeURIComponent(make.chain(below, middle)))
      .expect(303);
  });

  it('judges the card itself, whatever the proxy verified', async () => {
    for (const [bad, reason] of [
      [await make.card(trusted, { policy: '1.2.3' }), 'policy'],
      [await make.card(await make.authority({ name: 'Altra' })), 'untrusted'],
      [await make.card(trusted, { to: '2026-01-01' }), 'expired'],
    ] as const) {
      const browser = proxied.browser();
      await browser
        .get(await start(browser))
        .set('Host', HOST)
        .set(HEADER, encodeURIComponent(bad.certificate))
        .expect(403);
      assert.deepEqual(proxied.reasons(), [reason]);
    }
  });

  it('refuses what is no certificate', async () => {
    for (const value of ['x', '%', 'AAAA', `${pem().slice(0, 300)}`, 'A'.repeat(12_000), `${der()}, ${der()}`]) {
      const browser = proxied.browser();
      const answer = await browser
        .get(await start(browser))
        .set('Host', HOST)
        .set(HEADER, value);
      assert.equal(answer.status, 403);
      assert.deepEqual(proxied.reasons(), ['unreadable'], value.slice(0, 20));
    }
  });

  it('refuses more than one certificate header, on two lines or joined by who stands in between', async () => {
    const path = await start(proxied.browser());
    const other = encodeURIComponent((await make.card(trusted)).certificate);
    const lines: Record<string, string[]> = {
      'the same twice': [pem(), pem()],
      'two cards': [pem(), other],
      'an empty one first': ['', pem()],
      'an empty one last': [pem(), ''],
      'two that are empty': ['', ''],
      'base64 twice': [der(), der()],
      'PEM and base64': [pem(), der()],
      'joined by a comma': [`${pem()},${other}`],
      'joined by a comma and a blank': [`${pem()}, ${other}`],
      'a comma and nothing': [`${pem()},`],
      'nothing and a comma': [`,${pem()}`],
      'a comma in code': [`${pem()}%2C${other}`],
      'words beside it': [`x${pem()}`],
    };
    for (const [what, values] of Object.entries(lines)) {
      const { status } = await sent(path, [['Host', HOST], ...values.map((value) => [HEADER, value] as const)]);
      assert.equal(status, 403, what);
      assert.deepEqual(proxied.reasons(), ['unreadable'], what);
    }
    const spelled = await sent(path, [
      ['Host', HOST],
      [HEADER.toLowerCase(), pem()],
      [HEADER.toUpperCase(), other],
    ]);
    assert.equal(spelled.status, 403, 'spelled in two ways');
    const hosts = [['Host', HOST] as const, ['Host', 'portale.example'] as const];
    for (const both of [hosts, hosts.toReversed()])
      assert.equal((await sent(path, [...both, [HEADER, pem()]])).status, 403, 'two hosts');
    assert.equal(
      (
        await sent(path, [
          ['Host', HOST],
          [HEADER, pem()],
        ])
      ).status,
      303,
      'one is taken',
    );
  });

  it('says that there was no card when the header is empty or missing', async () => {
    const browser = proxied.browser();
    const answer = await browser
      .get(await start(browser))
      .set('Host', HOST)
      .set(HEADER, '');
    assert.equal(answer.status, 403);
    assert.match(answer.text, /Non abbiamo trovato la carta/);
    await browser.get(await start(browser)).expect(403);
    assert.deepEqual(proxied.reasons(), ['no-certificate', 'no-certificate']);
  });

  it('answers in the language that was chosen on the portal, whose cookies do not come to this host', async () => {
    const browser = proxied.browser();
    await browser.get('/?lingua=de').set('Sec-Fetch-Site', 'same-origin').expect(303);
    const answer = await proxied
      .browser()
      .get(await start(browser))
      .set('Host', HOST)
      .expect(403);
    assert.match(answer.text, /lang="de"[\s\S]*Wir haben die Karte nicht gefunden/);
    assert.equal(answer.headers['content-language'], 'de');
  });

  it('reads the header at the entrance alone', async () => {
    const browser = proxied.browser();
    const answer = await browser.get('/bacheca').set('Host', HOST).set(HEADER, pem()).expect(303);
    assert.match(answer.headers.location!, /\/accedi/);
  });
});

describe('the same header from anybody else', () => {
  it('is refused, told in plain words and logged', async () => {
    const browser = elsewhere.browser();
    const answer = await browser
      .get(await start(browser))
      .set('Host', HOST)
      .set(HEADER, pem());
    assert.equal(answer.status, 403);
    assert.match(answer.text, /Non ti abbiamo potuto riconoscere/);
    const lines = elsewhere.lines().filter(({ msg }) => msg === 'CNS sign-in refused');
    assert.deepEqual(
      lines.map(({ reason, level }) => ({ reason, level })),
      [{ reason: 'proxy-untrusted', level: 40 }],
    );
    assert.doesNotMatch(JSON.stringify(lines), /RSSMRA/);
    await browser.get('/bacheca').expect(303);
  });

  it('is refused whatever addresses it says it was forwarded for', async () => {
    for (const name of ['X-Forwarded-For', 'X-Real-IP', 'Forwarded']) {
      const browser = elsewhere.browser();
      const value = name === 'Forwarded' ? 'for=10.1.2.3' : '10.1.2.3';
      await browser
        .get(await start(browser))
        .set('Host', HOST)
        .set(HEADER, pem())
        .set(name, value)
        .expect(403);
      assert.deepEqual(elsewhere.reasons(), ['proxy-untrusted']);
    }
  });

  it('does not exist as an address where no proxy is set', async () => {
    const plain = await cnsPortal([trusted]);
    await plain.browser().get('/cns/entra').set('Host', HOST).set(HEADER, pem()).expect(404);
    await plain.close();
  });

  it('believes no header on another host than that of the cards: there the proxy asks for none', async () => {
    const browser = proxied.browser();
    const entrance = await start(browser);
    await browser.get(entrance).set('Host', 'portale.example').set(HEADER, pem()).expect(403);
    assert.match(JSON.stringify(proxied.lines()), /proxy-untrusted/);
  });
});
