import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { WHEN_LATE } from '#src/common/access.js';
import { LEAVING } from '#src/auth/posts.middleware.js';
import { testApp, type TestApp } from '../support/app.ts';
import { addressOf, arrangeOdd, BROKEN, choicesOf, formOf, ODD, visitorFor, type OddWorld } from '../support/odd.ts';
import { routesOf, type Route } from '../support/routes.ts';
import { visit, type Answer, type Visit } from '../support/visit.ts';

/** Parameters that are read without @Query: by middleware, by a strategy, or whatever their name is. */
const READ_BESIDES = [
  'ritorno',
  'lingua',
  'idp',
  'per',
  'livello',
  'state',
  'code',
  'SAMLRequest',
  'SAMLResponse',
  'x',
];

let portal: TestApp;
let world: OddWorld;
let routes: Route[];
before(async () => {
  portal = await testApp();
  world = await arrangeOdd(portal);
  routes = routesOf(portal.app);
});
after(() => portal.close());

/** What went wrong on our side, a line for each: an empty list is what each walk wants. */
class Faults {
  readonly lines: string[] = [];
  asked = 0;

  async ask(route: Route, path: string, how: Visit = {}, expected = (status: number) => status < 500): Promise<Answer> {
    const answer = await visit(portal.url, path, how);
    this.asked++;
    const busy = answer.status === 503 && route.path === '/cns/accedi';
    if (!expected(answer.status) && !busy)
      this.lines.push(`${answer.status} ${route.method} ${path.slice(0, 160)} ${(how.body?.text ?? '').slice(0, 160)}`);
    return answer;
  }
}

const gets = () => routes.filter(({ method }) => method === 'GET');
const posts = () => routes.filter(({ method }) => method === 'POST');
/** Thousands of requests: a machine that is busy with other things takes minutes. */
const LONG = { timeout: 900_000 };
const FORM = 'application/x-www-form-urlencoded';
const encoded = (value: string) => encodeURIComponent(value);

async function cookieFor(route: Route): Promise<{ cookie: string }> {
  return { cookie: (await visitorFor(route, portal, world)).cookie };
}

/** In every name, parameter and field; of the others each has a third, by its name: all together meet each many times. */
const ALWAYS = ['__proto__', '0000-01-01', '0000-01-01T00:00:00Z_5'];
const someOdd = (name: string): string[] => {
  const third = Buffer.from(name).reduce((sum, byte) => sum + byte, 0) % 3;
  return ODD.filter((one, index) => index % 3 === third || ALWAYS.includes(one));
};

/** The bodies of a form, one for each way in which one field of it is odd. */
function* oddBodies(route: Route, token: () => string): Generator<string> {
  for (const odd of [...Object.keys(formOf(route, world)), '_csrf', '__proto__']) {
    const others = () =>
      Object.entries({ ...formOf(route, world), _csrf: token() })
        .filter(([name]) => name !== odd)
        .map(([name, value]) => `${name}=${encoded(value)}&`)
        .join('');
    for (const value of [...someOdd(route.path + odd).map(encoded), '%00', '%FF', `a&${odd}=b`])
      yield `${others()}${odd}=${value}`;
    yield others();
  }
}

function endsSession({ headers }: Answer): boolean {
  return headers['clear-site-data'] !== undefined || /\/accedi\b/.test(headers.location ?? '');
}

describe('whatever a request holds', () => {
  it('as the name of a record: it is not found', LONG, async () => {
    const faults = new Faults();
    for (const route of routes.filter(({ path }) => path.includes(':'))) {
      const visitor = await visitorFor(route, portal, world);
      const how: Visit = { cookie: visitor.cookie };
      if (route.method === 'POST') how.form = { ...formOf(route, world), _csrf: visitor.csrf() };
      for (const [, name = ''] of route.path.matchAll(/:(\w+)/g)) {
        for (const value of [...someOdd(route.path + name).map(encoded), ...BROKEN]) {
          await faults.ask(route, addressOf(route, world, { [name]: value }), how, (status) =>
            [400, 403, 404].includes(status),
          );
        }
      }
    }
    assert.deepEqual(faults.lines, []);
    assert.ok(faults.asked > 500);
  });

  it('as a parameter of an address that its page reads: it is never a fault of ours', LONG, async () => {
    const faults = new Faults();
    const read = new Set<string>();
    for (const route of gets()) {
      const who = await cookieFor(route);
      for (const value of ['__proto__', '0000-01-01'])
        await faults.ask(
          route,
          `${addressOf(route, world)}?${READ_BESIDES.map((name) => `${name}=${value}`).join('&')}`,
          who,
        );
      for (const name of route.queries) {
        read.add(name);
        const others = choicesOf(route, world).filter((one) => !one.startsWith(`${name}=`));
        for (const value of [...someOdd(route.path + name).map(encoded), '%00', '%FF', `a&${name}=b`])
          await faults.ask(route, `${addressOf(route, world)}?${[...others, `${name}=${value}`].join('&')}`, who);
      }
    }
    assert.deepEqual(faults.lines, []);
    assert.ok(read.size >= 25, `${read.size} parameters`);
  });

  it('in a field of a form, or in a field that comes twice: it is never a fault of ours', LONG, async () => {
    const faults = new Faults();
    for (const route of posts()) {
      let visitor = await visitorFor(route, portal, world);
      for (const body of oddBodies(route, () => visitor.csrf())) {
        const answer = await faults.ask(route, addressOf(route, world), {
          cookie: visitor.cookie,
          body: { type: FORM, text: body },
        });
        if (endsSession(answer)) visitor = await visitorFor(route, portal, world);
      }
    }
    assert.deepEqual(faults.lines, []);
  });

  it('in a great many parameters: they mean nothing', LONG, async () => {
    const faults = new Faults();
    const many = Array.from({ length: 2_000 }, (_, index) => `p${index}=1`).join('&');
    for (const route of gets()) {
      const address = addressOf(route, world);
      await faults.ask(route, `${address}?${many.slice(0, 12_000)}`, await cookieFor(route));
    }
    assert.deepEqual(faults.lines, []);
  });
});

/** Other spellings of a path, with whether a page is led to by it. */
function* misspelled(path: string): Generator<readonly [spelling: string, leads: boolean]> {
  const [first = '', ...rest] = path.slice(1).split('/');
  const capital = first.charAt(0).toUpperCase() + first.slice(1);
  yield [`/${[capital, ...rest].join('/')}`, true];
  yield [`/${[first.toUpperCase(), ...rest].join('/')}`, true];
  yield [`${path}/`, true];
  yield [`${path}//`, true];
  if (rest.length > 0) yield [`/${first}//${rest.join('/')}`, true];
  yield [`${path}%2f`, false];
  yield [`${path}%2F`, false];
  yield [`/%${first.charCodeAt(0).toString(16)}${path.slice(2)}`, false];
  yield [`${path};x`, false];
  yield [`${path}.`, false];
  yield [`${path}%20`, false];
}

describe('a path in another spelling', () => {
  it('leads a person to the page, once, and is no page itself', LONG, async () => {
    const faults = new Faults();
    for (const route of gets().filter(({ path }) => path !== '/')) {
      const who = await cookieFor(route);
      const path = addressOf(route, world);
      // The last part of these is the name of a record, which the spelling changes.
      const named = /:\w+$/.test(route.path);
      for (const [spelling, leads] of misspelled(path)) {
        const answer = await faults.ask(route, `${spelling}?a=1`, who, (status) =>
          leads ? status === 301 : [400, 404].includes(status) || (named && status < 500),
        );
        if (leads && answer.headers.location !== `http://localhost:3000${path}?a=1`)
          faults.lines.push(`${spelling} leads to ${answer.headers.location}`);
      }
    }
    assert.deepEqual(faults.lines, []);
    assert.ok(faults.asked > 700);
  });

  it('is no route for a form: neither with a session nor without one, nor past a list of paths', LONG, async () => {
    const faults = new Faults();
    for (const route of posts()) {
      const visitor = await visitorFor(route, portal, world);
      const named = /:\w+$|indirizzo$/.test(route.path);
      for (const [spelling] of misspelled(addressOf(route, world))) {
        const form = { ...formOf(route, world), _csrf: visitor.csrf() };
        // Where the last part names a record, what it names is not found, or is not looked for by nobody.
        const refused = (status: number) => [400, 404].includes(status) || (named && status === 303);
        await faults.ask(route, spelling, { cookie: visitor.cookie, form }, (status) => [400, 404].includes(status));
        await faults.ask(route, spelling, { form }, refused);
        await faults.ask(
          route,
          spelling,
          { body: { type: 'application/json', text: '{}' } },
          (status) => status === 415,
        );
      }
    }
    assert.deepEqual(faults.lines, []);
  });

  it('never leads to another site', async () => {
    for (const path of ['//evil.example/Bacheca/', '/\\evil.example/bacheca/', '/Bacheca//evil.example'])
      assert.equal((await visit(portal.url, portal.url + path)).status, 404, path);
    for (const path of ['/Sedi//?x=//evil.example', '/sedi/AG-058091//', '/Accedi/?ritorno=https://evil.example']) {
      const { status, headers } = await visit(portal.url, portal.url + path);
      assert.equal(status, 301, path);
      assert.equal(new URL(headers.location!).host, 'localhost:3000', path);
    }
  });
});

describe('a form that came too late', () => {
  const ROUTED = /:\w+/g;
  const late = (): Route[] => posts().filter(({ access, path }) => access !== 'anyone' && !LEAVING.has(path));
  const saidBy = ({ handler }: Route): unknown => Reflect.getMetadata(WHEN_LATE, handler);

  it('has a route that says where it leads: to itself filled in, or to a page', () => {
    const silent = late().filter((route) => !route.resumable && saidBy(route) === undefined);
    assert.deepEqual(
      silent.map(({ path }) => path),
      [],
    );
    const both = late().filter((route) => route.resumable && saidBy(route) !== undefined);
    assert.deepEqual(
      both.map(({ path }) => path),
      [],
    );
    const pages = new Set(gets().map(({ path }) => path));
    for (const route of late()) {
      const page = saidBy(route);
      if (typeof page !== 'string') continue;
      assert.ok(pages.has(page), `${route.path} leads to ${page}`);
      const named = page.match(ROUTED) ?? [];
      assert.ok(
        named.every((name) => route.path.includes(name)),
        route.path,
      );
    }
  });

  it('leads its person, signed in again, to a page of the same record, and nothing is done', LONG, async () => {
    const faults: string[] = [];
    for (const route of late()) {
      // Of the forms of one person the newest are kept.
      portal.clock.move({ seconds: 1 });
      const copies = await portal.db.query<{ state: string }>(
        'SELECT id, state, downloaded_at FROM data_export ORDER BY id',
      );
      const visitor = await visitorFor(route, portal, world);
      await portal.db.query('SELECT session_end(token_hash, $1) FROM session WHERE ended_at IS NULL', [
        portal.clock.now(),
      ]);
      const form = { ...formOf(route, world), _csrf: visitor.csrf() };
      const query = choicesOf(route, world).join('&');
      const sent = await visit(portal.url, `${addressOf(route, world)}?${query}`, { cookie: visitor.cookie, form });
      const { pathname, searchParams } = new URL(sent.headers.location ?? '', portal.url);
      assert.equal(pathname, route.access === 'staff' ? '/operatore/accedi' : '/accedi', route.path);
      const back = searchParams.get('ritorno') ?? '/operatore';
      const { cookie } = await visitorFor(route, portal, world);
      const last = await followed(back, cookie);
      const page = saidBy(route);
      const wanted = typeof page === 'string' ? ofSameRecord(page, route) : null;
      const isPage = last.status === 200 && last.headers['content-type']?.startsWith('text/html');
      if (!isPage || last.headers['content-disposition'])
        faults.push(`${route.path} leads to ${last.status} ${last.path}`);
      if (wanted && !last.passed.some((path) => path === wanted))
        faults.push(`${route.path}: not by ${wanted} but ${last.passed}`);
      assert.deepEqual(await portal.db.query('SELECT id, state, downloaded_at FROM data_export ORDER BY id'), copies);
    }
    assert.deepEqual(faults, []);
  });

  /** The page with the names of records that the address of the form has. */
  function ofSameRecord(page: string, route: Route): string {
    const parts = addressOf(route, world).split('/');
    const names = route.path.split('/');
    return page.replace(ROUTED, (name) => parts[names.indexOf(name)]!);
  }

  async function followed(path: string, cookie: string): Promise<Answer & { passed: string[] }> {
    const passed = [path];
    for (;;) {
      const answer = await visit(portal.url, passed.at(-1)!, { cookie });
      if (answer.status !== 303 || passed.length > 4) return { ...answer, passed };
      const { pathname, search } = new URL(answer.headers.location ?? '', portal.url);
      passed.push(pathname + search);
    }
  }
});
