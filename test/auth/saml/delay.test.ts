import assert from 'node:assert/strict';
import { request } from 'node:http';
import { after, before, describe, it } from 'node:test';
import { deflateRawSync } from 'node:zlib';
import { load } from 'cheerio';
import { SpidProviders } from '#src/auth/index.js';
import { testApp, type TestApp } from '../../support/app.ts';
import * as build from '../../support/saml/builder.ts';
import { testKeys, type TestKeys } from '../../support/saml/keys.ts';

/** A plain page takes its thread 1 or 2 ms: twenty of them are well below the 100 ms that others may be made to wait. */
const LIMIT_PAGES = 20;
const ROUNDS = 3;
const IDP = 'https://idp.example/metadata';

let portal: TestApp;
let keys: TestKeys;
before(async () => {
  [portal, keys] = await Promise.all([testApp(), testKeys('provider')]);
  portal.app.get(SpidProviders).add(metadata());
});
after(() => portal.close());

/** Bodies as hostile as the limits let them be, at the size that the form reader still takes. */
function hostile(good: string): Record<string, string> {
  const inside = (junk: string) => good.replace('<samlp:Status>', () => `${junk}<samlp:Status>`);
  const many = (count: number, one: (index: number) => string) =>
    Array.from({ length: count }, (_v, index) => one(index)).join('');
  return {
    'a signed response of a stranger': good,
    'deep elements': inside('<a>'.repeat(8000)),
    'many elements': inside('<a b="c"/>'.repeat(4500)),
    'many namespaces': inside(`<x ${many(3500, (i) => ` xmlns:n${i}="u${i}"`)}/>`),
    'many attributes': inside(`<x ${many(6000, (i) => ` a${i}=""`)}/>`),
    'many entities': inside('&amp;'.repeat(9000)),
    'many signatures': inside('<ds:Signature xmlns:ds="http://www.w3.org/2000/09/xmldsig#"/>'.repeat(500)),
    'many transforms': good.replace(/(<ds:Transform [^>]*\/?>(?:<\/ds:Transform>)?)/, (one) => one.repeat(400)),
    'one endless name': `<${'a'.repeat(60_000)}`,
    'one endless tag': `<a ${' '.repeat(60_000)}`,
    'ampersands alone': '&'.repeat(60_000),
    'angle brackets alone': '<'.repeat(60_000),
    'text alone': 'x'.repeat(60_000),
  };
}

describe('what a stranger posts takes the thread that serves pages no longer than twenty plain pages', () => {
  it('whatever its size and shape', async () => {
    const { cookie, good } = await pending();
    const forms = Object.entries(hostile(good)).map(
      ([name, xml]) => [name, '/spid/acs', `SAMLResponse=${encodeURIComponent(build.packed(xml))}`] as const,
    );
    const logouts = Object.entries(hostile(good)).map(
      ([name, xml]) =>
        [`${name}, to logout`, '/spid/logout', `SAMLRequest=${encodeURIComponent(build.packed(xml))}`] as const,
    );
    const others = [
      ['a huge field', '/spid/acs', `SAMLResponse=${'A'.repeat(95_000)}`],
      ['a million bytes', '/spid/acs', `SAMLResponse=${'A'.repeat(1_000_000)}`],
      ['many fields', '/cie/acs', Array.from({ length: 190 }, (_v, index) => `f${index}=x`).join('&')],
      ['percent signs', '/eidas/acs', `SAMLResponse=${'%25'.repeat(31_000)}`],
      ['not base64', '/cie/acs', `SAMLResponse=${'*'.repeat(90_000)}`],
      ['white space', '/spid/acs', `SAMLResponse=${'+'.repeat(90_000)}`],
      ['RelayState alone', '/spid/acs', `RelayState=${'x'.repeat(90_000)}`],
    ] as const;
    const plain = await pageCost();
    const figures: Figure[] = [];
    for (const [name, path, body] of [...forms, ...logouts, ...others])
      figures.push({ name, ...(await best(() => burdened(path, body, cookie), plain)) });
    tell(figures);
    assert.ok(figures.length > 30);
    assert.deepEqual(
      figures.filter(({ pages }) => pages > LIMIT_PAGES),
      [],
    );
  });

  it('nor does a redirect that unfolds', async () => {
    const { cookie } = await pending();
    const bomb = deflateRawSync(Buffer.alloc(8_000_000)).toString('base64');
    const path = `/spid/logout?SAMLRequest=${encodeURIComponent(bomb)}`;
    const figure = { name: 'a bomb', ...(await best(() => burdened(path, null, cookie), await pageCost())) };
    tell([figure]);
    assert.ok(figure.pages <= LIMIT_PAGES, `${figure.pages} pages`);
  });
});

/** What one hostile request cost. */
interface Burden {
  /** The longest that a small request waited while eight of them were under way: measured, never judged. */
  waited: number;
  /** The time of a processor that the thread of the pages spent on each, in ms. */
  spent: number;
}

interface Figure {
  name: string;
  /** In plain pages: it does not depend on the machine, nor on what else runs on it. */
  pages: number;
  waited: number;
}

function tell(figures: Figure[]): void {
  const worst = figures.toSorted((a, b) => b.pages - a.pages).slice(0, 4);
  const words = worst.map(
    ({ name, pages, waited }) => `${name} ${pages.toFixed(1)} pages (waited ${waited.toFixed(0)} ms)`,
  );
  console.log(`# heaviest: ${words.join(', ')}`);
}

/** The least of several rounds: what other tests and the collector add is not the request's. */
async function best(round: () => Promise<Burden>, plain: number): Promise<Omit<Figure, 'name'>> {
  const rounds: Burden[] = [];
  for (let count = 0; count < ROUNDS; count++) rounds.push(await round());
  const least = (figure: keyof Burden) => Math.min(...rounds.map((one) => one[figure]));
  return { pages: least('spent') / plain, waited: least('waited') };
}

/** What a plain page costs this thread. */
async function pageCost(): Promise<number> {
  const page = () => Promise.all(Array.from({ length: 8 }, () => send('/accedi', null, '')));
  const rounds: number[] = [];
  for (let count = 0; count < ROUNDS * 2; count++) rounds.push(await spentOn(page));
  return Math.min(...rounds) / 8;
}

/** Processor time of this thread, in ms: workers that verify have their own. */
async function spentOn(work: () => Promise<unknown>): Promise<number> {
  const start = process.threadCpuUsage();
  await work();
  const { user, system } = process.threadCpuUsage(start);
  return (user + system) / 1000;
}

async function burdened(path: string, body: string | null, cookie: string): Promise<Burden> {
  let waited = 0;
  const attack = () => Promise.all(Array.from({ length: 8 }, () => send(path, body, cookie)));
  const spent = (await spentOn(attack)) / 8;
  const under = { way: true };
  const attacks = attack().finally(() => (under.way = false));
  do {
    const start = performance.now();
    await send('/salute/viva', null, '');
    waited = Math.max(waited, performance.now() - start);
  } while (under.way);
  await attacks;
  return { waited, spent };
}

function send(path: string, body: string | null, cookie: string): Promise<void> {
  return new Promise((done) => {
    const headers: Record<string, string> = { Cookie: cookie };
    if (body !== null) headers['Content-Type'] = 'application/x-www-form-urlencoded';
    const sent = request(
      new URL(path, portal.url),
      { method: body === null ? 'GET' : 'POST', headers, agent: false },
      (res) => {
        res.resume();
        res.on('close', done);
      },
    );
    // The program may close the connection on a body that is too large: that is an answer too.
    sent.on('error', () => done());
    sent.end(body ?? undefined);
  });
}

/** A browser that has a request open, so that its posts are judged and not turned away at the door. */
async function pending(): Promise<{ cookie: string; good: string }> {
  const page = await portal.browser().get('/spid/accedi').query({ idp: IDP });
  const asked = Buffer.from(load(page.text)('input[name="SAMLRequest"]').attr('value') ?? '', 'base64').toString();
  const requestId = / ID="([^"]+)"/.exec(asked)?.[1] ?? '';
  const good = build.response({
    keys: await testKeys('rogue'),
    requestId,
    level: 2,
    issuer: IDP,
    now: portal.clock.now().toString(),
    acs: 'http://localhost:3000/spid/acs',
    audience: 'http://localhost:3000',
  });
  return { cookie: `spid-sviluppo=${requestId}`, good };
}

function metadata(): string {
  const body = keys.certificate.replace(/-----[A-Z ]+-----|\s+/g, '');
  return (
    `<md:EntityDescriptor xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata" xmlns:ds="http://www.w3.org/2000/09/xmldsig#" entityID="${IDP}"><md:IDPSSODescriptor>` +
    `<md:KeyDescriptor use="signing"><ds:KeyInfo><ds:X509Data><ds:X509Certificate>${body}</ds:X509Certificate></ds:X509Data></ds:KeyInfo></md:KeyDescriptor>` +
    `<md:SingleSignOnService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST" Location="https://idp.example/sso"/></md:IDPSSODescriptor></md:EntityDescriptor>`
  );
}
