import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { LANGUAGES } from '#src/common/texts.js';
import { testApp, type TestApp } from '../../support/app.ts';
import { faults, invalidHtml } from '../../support/page-checks.ts';
import { visit } from '../../support/visit.ts';
import { arrangePins, JOHN, PIN } from './pin-support.ts';

const TITLES = {
  it: ['Entra con il PIN dall’estero', 'Troppi tentativi: aspetta prima di riprovare', 'Ricomincia dal modulo del PIN'],
  en: ['Sign in with a PIN from abroad', 'Too many tries: wait before you try again', 'Start again from the PIN form'],
  de: [
    'Mit der PIN aus dem Ausland anmelden',
    'Zu viele Versuche: Bitte warten Sie',
    'Beginnen Sie neu beim PIN-Formular',
  ],
} as const;

let portal: TestApp;
before(async () => {
  portal = await testApp();
  await arrangePins(portal.db, portal.clock.now());
});
after(() => portal.close());

for (const language of LANGUAGES) {
  describe(`the pages of the PIN in ${language}`, () => {
    const [title, locked, stale] = TITLES[language];
    let cookie = '';
    let token = '';

    const check = async (expected: { status: number; title: string }, form?: Record<string, string>) => {
      const page = await visit(portal.url, '/accedi/pin?ritorno=%2Fdati', {
        language,
        cookie,
        ...(form ? { form } : {}),
      });
      assert.equal(page.status, expected.status);
      assert.deepEqual(faults(page, { title: expected.title, language, error: expected.status !== 200 }), []);
      assert.deepEqual(invalidHtml(page.html), []);
      return page;
    };

    it('are sound: the form, empty and refused', async () => {
      const page = await check({ status: 200, title });
      cookie = page.headers['set-cookie']!.split(';')[0]!;
      token = page.$('form[method=post] [name=_csrf]').attr('value')!;
      await check({ status: 422, title }, { codice: '', pin: '', _csrf: token });
      await check({ status: 422, title }, { codice: JOHN, pin: 'WRONG000WRONG000', _csrf: token });
    });

    it('are sound: too many tries', async () => {
      await portal.db.query(
        `INSERT INTO pin_attempt (id, person, address, at, outcome)
         SELECT gen_random_uuid(), person, address, at, outcome FROM pin_attempt, generate_series(2, 5)`,
      );
      await check({ status: 429, title: locked }, { codice: JOHN, pin: PIN, _csrf: token });
      await portal.db.query('DELETE FROM pin_attempt');
    });

    it('are sound: a form left open too long', async () => {
      await check({ status: 403, title: stale }, { codice: JOHN, pin: PIN, _csrf: 'x' });
    });
  });
}
