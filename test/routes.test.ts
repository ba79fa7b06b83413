import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, describe, it } from 'node:test';
import { testApp, type TestApp } from './support/app.ts';
import { routesOf, type Route } from './support/routes.ts';

let portal: TestApp;
let routes: Route[];
before(async () => {
  portal = await testApp();
  routes = routesOf(portal.app);
});
after(() => portal.close());

describe('who may use which route', () => {
  it('is as the list says (test/routes.txt): a change shows in review', () => {
    const found = routes.map(
      ({ method, path, access, resumable }) =>
        `${access.padEnd(8)} ${method.padEnd(5)} ${path}${resumable ? '  (resumable)' : ''}`,
    );
    const listed = readFileSync(new URL('./routes.txt', import.meta.url), 'utf8');
    assert.equal(`${found.join('\n')}\n`, listed);
  });

  it('leaves no route closed by forgetting to say who may use it', () => {
    assert.deepEqual(
      routes.filter(({ access }) => access === 'nobody'),
      [],
    );
  });

  it('sends whoever is not signed in to sign in, and back', async () => {
    const personal = routes.filter(({ access, method }) => access === 'citizen' && method === 'GET');
    assert.ok(personal.length >= 10);
    for (const { path } of personal) {
      const address = path.replaceAll(':id', '00000000-0000-4000-8000-000000000000');
      const answer = await portal.browser().get(address).expect(303);
      assert.equal(answer.headers.location, `http://localhost:3000/accedi?ritorno=${encodeURIComponent(address)}`);
    }
  });

  it('takes no form of a personal page from whoever is not signed in', async () => {
    const forms = routes.filter(({ access, method }) => access === 'citizen' && method === 'POST');
    assert.ok(forms.length >= 8);
    for (const { path } of forms) {
      const address = path.replaceAll(':id', '00000000-0000-4000-8000-000000000000');
      const answer = await portal.browser().post(address).type('form').send({ _csrf: 'x', istat: '058091' });
      assert.equal(answer.status, 303, address);
      // Who leaves is out already.
      assert.match(answer.headers.location!, address === '/esci' ? /^http:\/\/[^/]+\/#main$/ : /\/accedi#main$/);
    }
  });

  it('answers what does not exist with a page', async () => {
    const answer = await portal.browser().get('/non-esiste').expect(404);
    assert.match(answer.text, /<h1>/);
  });

  it('knows GET, HEAD and POST alone', async () => {
    for (const method of ['put', 'patch', 'delete', 'options'] as const) {
      const answer = await portal.browser()[method]('/').expect(405);
      assert.equal(answer.headers.allow, 'GET, HEAD, POST');
    }
  });
});
