import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { LANGUAGES } from '#src/common/texts.js';
import { testApp, type TestApp } from '../../support/app.ts';
import { citizenOf } from '../../support/people.ts';
import { clean, faults, invalidHtml } from '../../support/page-checks.ts';
import { TextBrowser } from '../../support/text-browser.ts';
import { visit } from '../../support/visit.ts';
import { openSession } from './open-session.ts';

let portal: TestApp;
let weak: string;
let strong: string;
let empty: string;
let staff: string;
before(async () => {
  portal = await testApp();
  const now = portal.clock.now();
  const maria = await citizenOf(portal.db, 'maria', now);
  weak = (await openSession(portal, maria, { method: 'pin', level: 1 })).cookie;
  strong = (await openSession(portal, maria)).cookie;
  empty = (await openSession(portal, await citizenOf(portal.db, 'luca', now), { device: '/' })).cookie;
  for (const action of ['start', 'step-up', 'end', 'expire', 'refused', 'locked', 'unlocked']) {
    for (const how of action === 'end' ? ['out', 'elsewhere', 'everywhere', 'replaced', '?'] : ['']) {
      await portal.db.query(
        `INSERT INTO audit_entry (at, action, kind, subject, actor_kind, actor, purpose, details) VALUES ($1, $2, 'session', $3, 'system', 'sign-in', 'security', $4)`,
        [now, `session.${action}`, maria.id, { method: 'eidas', level: 3, device: 'Lynx/', how }],
      );
    }
  }
  staff = await staffCookie();
});
after(() => portal.close());

/** Signs in at the development provider, and takes the cookie out of the browser's jar. */
async function staffCookie(): Promise<string> {
  const browser = new TextBrowser({ from: 'http://localhost:3000', to: portal.url });
  await browser.open('/operatore/accedi');
  await browser.follow('Entra con le credenziali');
  await browser.submit('Entra come Elena Conti');
  const jars = browser as unknown as { cookies: Map<string, Map<string, string>> };
  return `myinps=${jars.cookies.get('localhost:3000')!.get('myinps')}`;
}

type Case = readonly [name: string, path: string, cookie: () => string, status: number, title: string];
const PAGES: readonly Case[] = [
  ['sessions', '/dati/sessioni', () => strong, 200, 'Le tue sessioni aperte'],
  ['sessions, of a weak one', '/dati/sessioni', () => weak, 200, 'Le tue sessioni aperte'],
  ['sessions, one alone', '/dati/sessioni', () => empty, 200, 'Le tue sessioni aperte'],
  ['accesses', '/dati/accessi', () => strong, 200, 'Chi ha visto i miei dati'],
  ['accesses, none', '/dati/accessi?chi=operatore', () => empty, 200, 'Chi ha visto i miei dati'],
  [
    'accesses, after the last',
    '/dati/accessi?prima=2020-01-01T00:00:00Z_1',
    () => strong,
    200,
    'Chi ha visto i miei dati',
  ],
  ['step-up, level', '/accedi/rafforza?livello=2&ritorno=/dati', () => weak, 200, 'Serve un accesso più sicuro'],
  ['step-up, way in', '/accedi/rafforza?modi=cie&ritorno=/dati', () => strong, 200, 'Serve un accesso più sicuro'],
  ['staff sign-in', '/operatore/accedi', () => '', 200, 'Accesso del personale'],
  ['staff refused', '/operatore/rientro?state=x', () => '', 403, 'Accesso non riuscito'],
  ['staff home', '/operatore', () => staff, 200, 'Area del personale'],
];

for (const language of LANGUAGES) {
  describe(`pages of sessions and staff, ${language}`, () => {
    for (const [name, path, cookie, status, title] of PAGES) {
      it(name, async () => {
        const answer = await visit(portal.url, path, { cookie: cookie(), language });
        assert.equal(answer.status, status, clean(answer.$('main').text()).slice(0, 300));
        if (language === 'it') assert.equal(clean(answer.$('h1').text()), title);
        assert.deepEqual(faults(answer, { title, language, error: status >= 400 }), []);
        assert.deepEqual(invalidHtml(answer.html), []);
        assert.equal(answer.headers['cache-control'], 'no-store');
        assert.ok(answer.bytes < 14_600, `${answer.bytes} bytes`);
      });
    }
  });
}
