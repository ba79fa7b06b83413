import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { brotliCompressSync } from 'node:zlib';
import { load } from 'cheerio';
import { readStyle } from '#src/common/style.js';
import { LANGUAGES } from '#src/common/texts.js';
import type { TestApp } from '../support/app.ts';
import { INVENTORY, NOT_PAGES, type InventoryPage } from '../support/inventory.ts';
import { clean, faults, invalidHtml, requests } from '../support/page-checks.ts';
import { routesOf } from '../support/routes.ts';
import { openPortals, type Portals } from '../support/portals.ts';
import { oddPlainSigns } from '../support/signs.ts';
import { ANCHORS } from '../support/text-browser.ts';
import { visit, type Answer } from '../support/visit.ts';

const LIMIT = 14_600;
const WANTED = 8_000;
const RAW_LIMIT = 45_000;
const ELEMENTS = 600;

let portals: Portals;
let portal: TestApp;
const heavy: string[] = [];
/** Every page in Italian, as it came, for the checks that look at many. */
const seen: { page: InventoryPage; answer: Answer }[] = [];

before(async () => {
  portals = await openPortals();
  portal = portals.world.portal;
});
after(async () => {
  await portals.close();
  if (heavy.length > 0)
    console.log(`# heavier than the ${WANTED} bytes we want:\n${heavy.map((line) => `#   ${line}`).join('\n')}`);
});

describe('the inventory of pages', () => {
  it('has every page of the program', () => {
    const walked = new Set(INVENTORY.map(({ route }) => route));
    const gets = routesOf(portal.app)
      .filter(({ method }) => method === 'GET')
      .map(({ path }) => `GET ${path}`);
    assert.deepEqual(
      gets.filter((route) => !walked.has(route) && !(route in NOT_PAGES)),
      [],
      'pages without an entry',
    );
  });

  it('has no page that the program has not', () => {
    const routes = routesOf(portal.app).map(({ method, path }) => `${method} ${path}`);
    const named = [...INVENTORY.map(({ route }) => route), ...Object.keys(NOT_PAGES)];
    assert.deepEqual(
      named.filter((route) => route !== 'error' && !routes.includes(route)),
      [],
    );
  });

  it('has the wrong answer of every form', () => {
    const forms = routesOf(portal.app).filter(({ method, resumable }) => method === 'POST' && resumable);
    assert.ok(forms.length >= 6);
    for (const { path } of forms)
      assert.ok(
        INVENTORY.some(({ route, status }) => route === `POST ${path}` && status === 422),
        path,
      );
  });

  it('calls each page by a name of its own', () => {
    assert.equal(new Set(INVENTORY.map(({ name }) => name)).size, INVENTORY.length);
  });
});

for (const language of LANGUAGES) {
  describe(`every page, ${language}`, () => {
    for (const page of INVENTORY) {
      it(page.name, async () => {
        const answer = await portals.open(page, language);
        if (language === 'it') seen.push({ page, answer });
        assert.equal(answer.status, page.status, clean(answer.$('main').text()).slice(0, 300));
        const expected = { title: page.title, language, error: page.status >= 400 };
        assert.deepEqual(faults(answer, expected).filter(isOurs), []);
        assert.equal(answer.$('form[action^="http"] [name=_csrf]').length, 0, 'our token is given to others');
        assert.deepEqual(invalidHtml(answer.html), []);
        for (const [selector, count] of page.rows) assert.equal(answer.$(selector).length, count, selector);
        weigh(page, language, answer);
        headers(page, answer);
      });
    }
  });
}

describe('pages together', () => {
  it('lead only to pages that are there, and to places in them that are there', async () => {
    const wrong: string[] = [];
    for (const [key, from] of linksByPerson()) {
      const [cookie = '', href = ''] = key.split(' ');
      const fault = await linkFault(href, cookie);
      if (fault) wrong.push(`${href} (on "${from}"): ${fault}`);
    }
    assert.deepEqual(wrong, []);
  });

  it('send their forms to routes of the program', () => {
    const routes = routesOf(portal.app).map(({ method, path }) => ({
      method,
      pattern: new RegExp(`^${path.replaceAll(/:[a-z]+/g, '[^/]+')}$`),
    }));
    assert.ok(seen.length === INVENTORY.length);
    for (const { page, answer } of seen) {
      for (const form of answer.$('form').toArray()) {
        const method = (answer.$(form).attr('method') ?? 'get').toUpperCase();
        const { origin, pathname: path } = new URL(answer.$(form).attr('action') ?? '', 'http://x');
        if (origin !== 'http://x') {
          assert.ok(answer.headers['content-security-policy']!.includes(`form-action 'self' ${origin}`), page.name);
          continue;
        }
        assert.ok(
          routes.some((route) => route.method === method && route.pattern.test(path)),
          `${page.name}: ${method} ${path}`,
        );
      }
    }
  });

  it('say the same things in other words in each language', async () => {
    for (const page of INVENTORY.filter(({ route }) => route.startsWith('GET')).slice(0, 12)) {
      const texts = [];
      for (const language of LANGUAGES) texts.push(clean((await portals.open(page, language)).$('main').text()));
      assert.equal(new Set(texts).size, LANGUAGES.length, page.name);
    }
  });

  it('lead to calendar files without signs that nobody sees', async () => {
    const { people, appointments } = portals.world;
    for (const language of LANGUAGES)
      for (const id of [appointments.next, appointments.phone]) {
        const how = { cookie: people.maria.cookie, language };
        const { html: file } = await visit(portal.url, `/appuntamenti/${id}/calendario.ics`, how);
        assert.match(file, /^BEGIN:VCALENDAR\r\n/);
        assert.deepEqual(oddPlainSigns(file), [], language);
      }
  });

  it('write each token afresh, so that a compressed page never repeats a secret', async () => {
    const page = INVENTORY.find(({ name }) => name === 'residence')!;
    const tokens = (await portals.open(page))
      .$('input[name=_csrf]')
      .toArray()
      .map((one) => one.attribs.value);
    const again = (await portals.open(page)).$('input[name=_csrf]').first().attr('value');
    assert.ok(tokens[0] && again && tokens[0] !== again);
  });
});

describe('the style', () => {
  it('is small: 20 kB, 5 kB on the wire', () => {
    const { bytes: css } = readStyle('public');
    assert.ok(css.length <= 20_000, `${css.length} bytes`);
    assert.ok(brotliCompressSync(css).length <= 5_000, `${brotliCompressSync(css).length} bytes compressed`);
  });

  it('loads nothing and moves nothing', () => {
    const { bytes: css } = readStyle('public');
    assert.doesNotMatch(css.toString(), /@import|@font-face|url\(|expression|animation|transition/u);
  });
});

describe('redirects', () => {
  it('carry whole addresses and, after a form, a fragment of their own', async () => {
    const { maria } = portals.world.people;
    const to = async (path: string, form?: Record<string, string>, cookie = maria.cookie) =>
      visit(portal.url, path, { cookie, ...(form ? { form: { _csrf: maria.csrf(), ...form } } : {}) });
    const answers = [
      await to('/bacheca', undefined, ''),
      await visit(portal.url, '/?lingua=de', { headers: { 'Sec-Fetch-Site': 'same-origin' } }),
      await to('/accedi?ritorno=/dati'),
      await to('/dati/residenza', { comune: 'Roma' }),
      await to('/notifiche/lette', { stato: 'tutte', mostrate: '2020-01-01T00:00:00Z' }),
      await to('/sessione/estendi', { ritorno: '/notifiche' }),
    ];
    for (const { path, status, headers: found } of answers) {
      assert.equal(status, 303, path);
      assert.match(found.location ?? '', /^http:\/\/localhost:3000\//u, path);
    }
    assert.match(answers[3]!.headers.location!, /#esito$/);
    assert.match(answers[4]!.headers.location!, /#esito$/);
    const shown = await to(new URL(answers[3]!.headers.location!).pathname);
    assert.equal(shown.$('#esito[role=status][tabindex="-1"]').length, 1);
    assert.equal((await to('/dati')).$('#esito').length, 0, 'the message is shown once');
  });
});

describe('these checks', () => {
  it('are awake: a bad page is seen through', () => {
    const html =
      '<!DOCTYPE html><html><head><title>x</title><style></style></head><body><div style="a:b" onclick="x()"><h3></h3><script></script><ul><li>1</li><li>2</li></ul><form method="post"><input name="a"></form><p id="d"></p><p id="d"></p><section id="f">08:30-\u206012:30</section><link rel="icon" href="data:image/svg+xml,%3Csvg viewBox=0/%3E"><img src="http://evil.example/x.png"></div></body></html>';
    assert.ok(invalidHtml(html).length >= 5);
    const answer = { html, $: load(html) } as Answer;
    const found = faults(answer, { title: 'Prova', language: 'it', error: false }).join('\n');
    for (const fault of [
      '0 h1',
      'lang undefined',
      '0 main > #main',
      'id "f" on <section>',
      'no address may hold',
      'a sign nobody sees',
      'without one label',
      'without token',
      'style attribute',
      'onclick',
      'script',
      'id "d" twice',
      'without space',
      'img http',
      'h3 "" after h0',
    ])
      assert.ok(found.includes(fault), `${fault} is not found in\n${found}`);
  });
});

/** A form that goes to an identity provider must not hold our token. */
const isOurs = (fault: string): boolean => !/^form https?:.* without token$/.test(fault);

function weigh(page: InventoryPage, language: string, { $, html, bytes }: Answer): void {
  const name = `${page.name} (${language})`;
  assert.ok(bytes <= LIMIT, `${name}: ${bytes} bytes on the wire`);
  assert.ok(html.length <= RAW_LIMIT, `${name}: ${html.length} bytes unpacked`);
  assert.ok($('*').length <= ELEMENTS, `${name}: ${$('*').length} elements`);
  assert.ok(requests($) <= 3, `${name}: ${requests($)} requests`);
  if (bytes > WANTED && language === 'it') heavy.push(`${bytes} ${name}`);
}

function headers(page: InventoryPage, { headers: found }: Answer): void {
  const policy = found['content-security-policy']!;
  assert.match(
    policy,
    /^default-src 'none'; style-src 'sha256-[A-Za-z0-9+/=]+'; img-src 'self' data:; form-action 'self'/,
  );
  assert.match(policy, /frame-ancestors 'none'; base-uri 'none'/);
  assert.doesNotMatch(policy, /unsafe|script-src|\*/);
  assert.equal(found['x-content-type-options'], 'nosniff');
  assert.equal(found['x-frame-options'], 'DENY');
  assert.equal(found['referrer-policy'], 'same-origin');
  assert.equal(found['cross-origin-opener-policy'], 'same-origin');
  assert.match(found['x-request-id'] ?? '', /^[0-9a-f-]{36}$/);
  assert.equal(found['content-type'], 'text/html; charset=utf-8');
  assert.equal(found['content-encoding'], 'br');
  assert.equal(found['x-powered-by'], undefined);
  const kept = found['cache-control'] !== 'no-store';
  assert.ok(
    !kept || (page.who === 'nobody' && page.route.startsWith('GET') && [200, 422].includes(page.status)),
    'this page may not be kept',
  );
  for (const name of ['Accept-Encoding', ...(kept ? ['Accept-Language', 'Cookie'] : [])])
    assert.ok(found.vary?.includes(name), `Vary without ${name}`);
}

/** Each of our links, once for each person who sees it. @returns cookie and address, with a page it is on */
function linksByPerson(): Map<string, string> {
  const links = new Map<string, string>();
  for (const { page, answer } of seen) {
    const cookie = page.who === 'nobody' || page.who === 'leaving' ? '' : portals.world.people[page.who].cookie;
    for (const one of answer.$('a[href]').toArray()) {
      // Places in the page itself are looked for by the checks of each page.
      if (one.attribs.href!.startsWith('#')) continue;
      const url = new URL(one.attribs.href!, new URL(answer.path, 'http://portal'));
      if (url.origin !== 'http://portal' || url.searchParams.has('lingua')) continue;
      links.set(`${cookie} ${url.pathname}${url.search}${url.hash}`, page.name);
    }
  }
  assert.ok(links.size > 100);
  return links;
}

const answers = new Map<string, Promise<Answer>>();

async function linkFault(href: string, cookie: string): Promise<string> {
  const url = new URL(href, 'http://portal');
  const key = `${cookie} ${url.pathname}${url.search}`;
  if (!answers.has(key)) answers.set(key, visit(portal.url, url.pathname + url.search, { cookie }));
  const { status, $, headers: found } = await answers.get(key)!;
  // The pages of errors were reached on purpose: their own address is in the path above the content.
  const gone = seen.some(({ page, answer }) => page.status >= 400 && answer.path === url.pathname + url.search);
  // 302: on to the site where somebody is recognised.
  if (![200, 302, 303].includes(status) && !gone) return `answers ${status}`;
  if (status > 300 && status < 400 && !found.location) return 'leads nowhere';
  const isPage = status === 200 && found['content-type']?.startsWith('text/html');
  if (isPage && url.hash && !$(`[id="${url.hash.slice(1)}"]`).is(ANCHORS)) return 'the place is not there';
  return '';
}
