import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { returnPath } from '#src/auth/session.rules.js';

describe('where one goes after signing in', () => {
  for (const path of [
    '/bacheca',
    '/appuntamenti/nuovo?sede=RM-1&modo=desk',
    '/notifiche?stato=non-lette',
    '/sedi?comune=Forl%C3%AC',
  ]) {
    it(`is where one was going: ${path}`, () => assert.equal(returnPath(path), path));
  }

  const elsewhere = [
    'https://evil.example/',
    '//evil.example/',
    '/\\evil.example/',
    '/.//evil.example/finto',
    '/a/..//evil.example',
    '/%2e//evil.example',
    '/\tevil',
    '/evil\r\nSet-Cookie: a=b',
    'javascript:alert(1)',
    'bacheca',
    '',
    `/${'a'.repeat(1001)}`,
    ['/bacheca'],
    undefined,
  ];
  for (const wanted of elsewhere) {
    it(`is the Bacheca when ${JSON.stringify(wanted)?.slice(0, 40)} leads elsewhere`, () => {
      assert.equal(returnPath(wanted), '/bacheca');
    });
  }

  for (const path of ['/accedi', '/accedi/pin', '/esci', '/spid/acs', '/cie/acs', '/sessione/estendi', '/operatore']) {
    it(`is never a page of the way in itself: ${path}`, () => assert.equal(returnPath(path), '/bacheca'));
  }
});
