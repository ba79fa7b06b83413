import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
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
    const chosen = await browser.get('/guida?lingua=de&a=1').expect(303);
    assert.equal(chosen.headers.location, 'http://localhost:3000/guida?a=1');
    assert.equal(language((await browser.get('/').set('Accept-Language', 'en')).text), 'de');
  });

  it('is Italian for a browser that asks for none of ours', async () => {
    assert.equal(language((await portal.browser().get('/').set('Accept-Language', 'fr,es;q=0.5')).text), 'it');
  });

  it('chosen while signed in is kept in the profile, and used where none was chosen', async () => {
    const first = portal.browser();
    await signIn(first, 'Entra come Luca Esposito, livello 2', '/bacheca');
    await first.get('/bacheca?lingua=en').expect(303);
    assert.equal(language((await first.get('/bacheca')).text), 'en');
    const elsewhere = portal.browser();
    await signIn(elsewhere, 'Entra come Luca Esposito, livello 2', '/bacheca');
    assert.equal(language((await elsewhere.get('/bacheca').set('Accept-Language', 'it')).text), 'en');
  });
});
