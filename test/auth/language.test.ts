import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { load } from 'cheerio';
import { returnPath } from '#src/auth/session.rules.js';
import { staffReturnPath } from '#src/auth/strategies/staff/staff.rules.js';
import { testApp, type TestApp } from '../support/app.ts';
import { signIn } from '../support/saml/journey.ts';

let portal: TestApp;
before(async () => {
  portal = await testApp();
});
after(() => portal.close());

const language = (html: string) => /<html lang="(..)"/.exec(html)?.[1];

describe('the language', () => {
  it('is the browser’s until one is chosen by link, and then stays chosen', async () => {
    const browser = portal.browser();
    assert.equal(language((await browser.get('/').set('Accept-Language', 'en-GB,en;q=0.8')).text), 'en');
    const chosen = await browser.get('/guida?lingua=de&a=1').set('Sec-Fetch-Site', 'same-origin').expect(303);
    assert.equal(chosen.headers.location, 'http://localhost:3000/guida?a=1');
    assert.equal(language((await browser.get('/').set('Accept-Language', 'en')).text), 'de');
  });

  it('is Italian for a browser that asks for none of ours', async () => {
    assert.equal(language((await portal.browser().get('/').set('Accept-Language', 'fr,es;q=0.5')).text), 'it');
  });

  it('chosen while signed in is kept in the profile, and used where none was chosen', async () => {
    const first = portal.browser();
    await signIn(first, 'Entra come Luca Esposito, livello 2', '/bacheca');
    await first.get('/bacheca?lingua=en').set('Sec-Fetch-Site', 'same-origin').expect(303);
    assert.equal(language((await first.get('/bacheca')).text), 'en');
    const elsewhere = portal.browser();
    await signIn(elsewhere, 'Entra come Luca Esposito, livello 2', '/bacheca');
    assert.equal(language((await elsewhere.get('/bacheca').set('Accept-Language', 'it')).text), 'en');
  });

  const OURS: readonly (readonly [string, Record<string, string>])[] = [
    ['a page of ours', { 'Sec-Fetch-Site': 'same-origin', Referer: 'http://localhost:3000/guida' }],
    ['a page of ours that names no Referer', { 'Sec-Fetch-Site': 'same-origin' }],
    ['the address bar', { 'Sec-Fetch-Site': 'none' }],
    ['a page of ours in a text browser', { Referer: 'http://localhost:3000/guida?a=1' }],
  ];
  for (const [where, headers] of OURS) {
    it(`is chosen and stays so from ${where}`, async () => {
      const browser = portal.browser();
      const chosen = await browser.get('/?lingua=de').set(headers).expect(303);
      assert.match(String(chosen.headers['set-cookie']), /^lingua=de;/);
      assert.equal(language((await browser.get('/').set('Accept-Language', 'en')).text), 'de');
    });
  }

  const FOLLOWED = { 'Sec-Fetch-Mode': 'navigate', 'Sec-Fetch-Dest': 'document' };
  const FOREIGN: readonly (readonly [string, Record<string, string>])[] = [
    ['another site', { ...FOLLOWED, 'Sec-Fetch-Site': 'cross-site' }],
    [
      'another site that claims to be ours',
      { ...FOLLOWED, 'Sec-Fetch-Site': 'cross-site', Referer: 'http://localhost:3000/' },
    ],
    ['a sibling host', { ...FOLLOWED, 'Sec-Fetch-Site': 'same-site', Referer: 'http://altro.localhost:3000/' }],
    ['another site in an old browser', { Referer: 'https://evil.example/localhost:3000/' }],
    ['another port', { Referer: 'http://localhost:3001/' }],
    ['a host that begins as ours', { Referer: 'http://localhost:3000.evil.example/' }],
    ['somewhere that is not said', {}],
    ['a page without an origin', { Referer: 'data:text/html,x' }],
    ['something that is no address', { Referer: 'x' }],
    ['something odd', { ...FOLLOWED, 'Sec-Fetch-Site': '__proto__', Referer: 'http://localhost:3000/' }],
  ];
  for (const [where, headers] of FOREIGN) {
    it(`is that of one page, and nothing is stored, by a link from ${where}`, async () => {
      const browser = portal.browser();
      await signIn(browser, 'Entra come Maria Rossi, livello 2', '/bacheca');
      const stored = async () =>
        (await portal.db.query('SELECT language FROM citizen')).map((row) => JSON.stringify(row));
      const earlier = await stored();
      const shown = await browser.get('/dati?lingua=de&a=1').set(headers).expect(200);
      assert.equal(language(shown.text), 'de');
      assert.equal(shown.headers['set-cookie'], undefined);
      assert.match(shown.headers.vary ?? '', /Sec-Fetch-Site, Referer/);
      // Links of that page do not hand the choice on.
      const $ = load(shown.text);
      assert.deepEqual(
        $('a[hreflang]')
          .toArray()
          .map((one) => one.attribs.href),
        ['it', 'en'].map((code) => `/dati?a=1&lingua=${code}`),
      );
      assert.equal($('[name=ritorno]').attr('value'), '/dati?a=1');
      assert.equal(language((await browser.get('/dati').set('Accept-Language', 'en')).text), 'en');
      assert.deepEqual(await stored(), earlier);
    });
  }

  it('is not that of anything by an image of another site', async () => {
    const browser = portal.browser();
    await signIn(browser, 'Entra come Maria Rossi, livello 2', '/bacheca');
    const image = { 'Sec-Fetch-Site': 'cross-site', 'Sec-Fetch-Mode': 'no-cors', 'Sec-Fetch-Dest': 'image' };
    for (const path of ['/?lingua=de', '/dati?lingua=de', '/accedi?lingua=de'])
      assert.equal((await browser.get(path).set(image)).headers['set-cookie'], undefined, path);
    assert.equal(language((await browser.get('/dati').set('Accept-Language', 'en')).text), 'en');
  });

  it('is chosen once, also where a value of the address holds a question mark', async () => {
    const chosen = await portal
      .browser()
      .get('/sedi?comune=a?b&lingua=de')
      .set('Sec-Fetch-Site', 'same-origin')
      .expect(303);
    assert.equal(chosen.headers.location, 'http://localhost:3000/sedi?comune=a%3Fb');
  });

  it('is not chosen by whoever made the link to sign in, or to stay', async () => {
    assert.equal(returnPath('/dati?lingua=de&a=1'), '/dati?a=1');
    assert.equal(returnPath('/dati?lingua=de'), '/dati');
    assert.equal(returnPath('/bacheca??&lingua=de'), '/bacheca');
    assert.equal(returnPath('/dati?a=b?c&lingua=de'), '/dati?a=b%3Fc');
    assert.equal(staffReturnPath('/operatore?lingua=de'), '/operatore');
  });
});
