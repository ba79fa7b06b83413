import assert from 'node:assert/strict';
import net from 'node:net';
import { once } from 'node:events';
import type { Server } from 'node:http';
import { after, before, describe, it } from 'node:test';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { testApp, type TestApp } from '../support/app.ts';
import { citizenOf } from '../support/people.ts';
import { PATIENCE_MS, until } from '../support/process.ts';
import { signedInAs, type SignedIn } from '../support/sign-in.ts';
import { visit } from '../support/visit.ts';

let portal: TestApp;
let maria: SignedIn;
before(async () => {
  portal = await testApp();
  maria = await signedInAs(portal, await citizenOf(portal.db, 'maria', portal.clock.now()));
});
after(async () => {
  // Whatever it was sent, it lives on.
  assert.equal((await visit(portal.url, '/', {})).status, 200);
  assert.equal((await visit(portal.url, '/bacheca', { cookie: maria.cookie })).status, 200);
  await portal.close();
});

interface RawAnswer {
  status: number;
  text: string;
  /** Whether the server ended the connection. */
  closed: boolean;
}

/** Sends bytes as they are, which no client library would. */
function raw(request: string | Buffer, { url = portal.url } = {}): Promise<RawAnswer> {
  const { hostname, port } = new URL(url);
  return new Promise((done) => {
    let text = '';
    const socket = net.connect(Number(port), hostname, () => socket.write(request));
    const end = (closed: boolean) => {
      socket.destroy();
      done({ status: Number(/^HTTP\/1\.1 (\d{3})/.exec(text)?.[1] ?? 0), text, closed });
    };
    const timer = setTimeout(end, PATIENCE_MS, false);
    socket.setEncoding('latin1').on('data', (part: string) => (text += part));
    socket.on('error', () => {});
    socket.on('close', () => (clearTimeout(timer), end(true)));
  });
}

const get = (target: string, headers: string[] = [], method = 'GET') =>
  raw(
    `${method} ${target} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n${headers.map((line) => `${line}\r\n`).join('')}\r\n`,
  );

const FORM = 'application/x-www-form-urlencoded';

/** A POST of the residence form as Maria, with a good token unless the body brings its own. */
function post(
  body: string | Buffer,
  headers: string[] = [],
  type = FORM,
  path = '/dati/residenza',
): Promise<RawAnswer> {
  const bytes = Buffer.isBuffer(body) ? body : Buffer.from(body, 'latin1');
  const head = [
    `POST ${path} HTTP/1.1`,
    'Host: localhost',
    'Connection: close',
    `Cookie: ${maria.cookie}`,
    `Content-Type: ${type}`,
    `Content-Length: ${bytes.length}`,
    ...headers,
  ];
  return raw(Buffer.concat([Buffer.from(`${head.join('\r\n')}\r\n\r\n`, 'latin1'), bytes]));
}

const token = () => `_csrf=${maria.csrf()}`;

/** A clean refusal: a page with a reference number and nothing of the inside. */
function assertCleanPage({ status, text }: RawAnswer, wanted: number): void {
  assert.equal(status, wanted, text.slice(0, 300));
  assert.match(text, /x-request-id: [0-9a-f-]{36}/i);
  assert.match(text, /<h1/);
  assert.match(text, /cache-control: no-store/i);
  assertNothingInside(text);
}

function assertNothingInside(text: string): void {
  const found = /\n\s+at .*|[\w/]+\.(js|ts):\d+|\b(Syntax|Type|Range)Error\b|\bError: /.exec(text);
  assert.equal(found?.[0], undefined, 'something of the inside stands in the answer');
}

describe('bodies', () => {
  it('takes a proper form (so that the refusals below mean something)', async () => {
    const answer = await post(`${token()}&comune=Milano`);
    assert.equal(answer.status, 303, answer.text.slice(0, 300));
  });

  it('refuses what is too large, said beforehand, in pieces or compressed', async () => {
    assertCleanPage(await post(`${token()}&comune=${'a'.repeat(1_000_000)}`), 413);
    assertCleanPage(
      await post(gzipSync(`${token()}&comune=${'a'.repeat(50_000_000)}`), ['Content-Encoding: gzip']),
      413,
    );
    assertCleanPage(
      await post(brotliCompressSync(`${token()}&comune=${'a'.repeat(1_000_000)}`), ['Content-Encoding: br']),
      413,
    );
    const piece = `${(60_000).toString(16)}\r\n${'a'.repeat(60_000)}\r\n`;
    const chunked = `POST /dati/residenza HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Type: ${FORM}\r\nTransfer-Encoding: chunked\r\n\r\n`;
    assertCleanPage(await raw(`${chunked}${piece}${piece}${piece}0\r\n\r\n`), 413);
  });

  it('refuses 10,000 parameters, in a form and in an address', async () => {
    const many = Array.from({ length: 10_000 }, (_, index) => `p${index}=1`).join('&');
    assertCleanPage(await post(`${token()}&${many}`), 413);
    assert.equal((await get(`/sedi?${many}`)).status, 431);
    const short = Array.from({ length: 4_000 }, () => 'a').join('&');
    const answer = await get(`/sedi?${short}`);
    assert.equal(answer.status, 200);
  });

  const TYPES = [
    'application/json',
    'text/plain',
    'multipart/form-data; boundary=x',
    'application/xml',
    'text/html',
    `${FORM.slice(0, -1)}`,
    'x',
  ];
  for (const type of TYPES) {
    it(`refuses ${type}`, async () => {
      assertCleanPage(await post('{"comune":"Milano","__proto__":{"a":1}}', [], type), 415);
    });
  }

  it('refuses JSON that comes in pieces, without a length', async () => {
    const head = `POST /dati/residenza HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n`;
    assertCleanPage(await raw(`${head}2\r\n{}\r\n0\r\n\r\n`), 415);
  });

  it('refuses another charset and another compression than it knows', async () => {
    assertCleanPage(await post(`${token()}&comune=Milano`, [], `${FORM}; charset=utf-16`), 415);
    assertCleanPage(await post(`${token()}&comune=Milano`, ['Content-Encoding: zstd2']), 415);
    assertCleanPage(await post('not gzip at all', ['Content-Encoding: gzip']), 400);
  });

  for (const [what, text] of [
    ['NUL', 'Mil%00ano'],
    ['a control character', 'Mil%1Bano'],
    ['bytes that are no UTF-8', 'Mil\xffano'],
    ['a character that stands for them', 'Mil%EF%BF%BDano'],
  ] as const) {
    it(`refuses ${what}, in the value and in the name of a field`, async () => {
      assertCleanPage(await post(`${token()}&comune=${text}`), 400);
      assertCleanPage(await post(`${token()}&${text}=1`), 400);
    });
  }

  it('takes what is no encoding as it was typed, an unknown comune: a broken percent sign, wrong UTF-8, half a surrogate', async () => {
    for (const text of ['%ZZ%', 'Mil%FFano', 'Mil%C0%AEano', 'Mil%ED%A0%80ano']) {
      const answer = await post(`${token()}&comune=${text}`);
      assert.equal(answer.status, 422, text);
      assert.ok(answer.text.includes(`value="${text}"`), text);
    }
  });

  it('refuses a field that comes twice where one text is expected, and names like a[b]', async () => {
    assertCleanPage(await post(`${token()}&comune=Milano&comune=Roma`), 400);
    assert.equal((await post(`${token()}&comune[a]=Milano`)).status, 422);
    assertCleanPage(await raw(`GET /sedi?comune=a&comune=b HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`), 400);
  });

  it('is not touched by names of the prototype or of the renderer', async () => {
    for (const name of [
      '__proto__',
      'constructor',
      'prototype',
      'hasOwnProperty',
      'toString',
      'layout',
      'settings',
      '_locals',
      'cache',
      'partials',
    ]) {
      const answer = await post(`${token()}&${name}=x&${name}[a]=x&comune=${name}`);
      assert.equal(answer.status, 422, name);
      assertNothingInside(answer.text);
      assert.equal((await get(`/sedi?${name}=x&comune=${name}&lingua=${name}`)).status < 500, true, name);
    }
    assert.equal(({} as Record<string, unknown>).a, undefined);
  });

  it('does not read a form whose length is said twice, or differently', async () => {
    for (const lengths of [
      'Content-Length: 5\r\nContent-Length: 6',
      'Content-Length: 5\r\nTransfer-Encoding: chunked',
      'Content-Length: -1',
      'Content-Length: +5',
      'Transfer-Encoding: xchunked',
    ]) {
      const answer = await raw(
        `POST /dati/residenza HTTP/1.1\r\nHost: x\r\nContent-Type: ${FORM}\r\n${lengths}\r\n\r\n0\r\n\r\nGET /salute/viva HTTP/1.1\r\nHost: x\r\n\r\n`,
      );
      assert.equal(answer.status, 400, lengths);
      assert.equal(answer.closed, true);
      assert.doesNotMatch(answer.text, /viva/, 'a second request was smuggled');
    }
  });
});

describe('addresses', () => {
  for (const target of [
    '/.env',
    '/.git/config',
    '/css/.hidden',
    '/..%2f..%2fpackage.json',
    '/%2e%2e/package.json',
    '/../package.json',
    '/css/..%2f..%2fpackage.json',
    '/css/%2e%2e/%2e%2e/package.json',
    '/..\\..\\package.json',
    '/..%5c..%5cpackage.json',
    '/%252e%252e/package.json',
    '//etc/passwd',
    '/css//../../package.json',
    '/dist/main.js',
    '/views/errors/404.hbs',
    '/node_modules/express/package.json',
    '/.data/secret',
  ]) {
    it(`has nothing at ${target}`, async () => {
      const answer = await get(target);
      assert.ok([400, 404].includes(answer.status), `${answer.status}`);
      assertCleanPage(answer, answer.status);
      assert.doesNotMatch(answer.text, /"version"|root:|PGP|NODE_ENV/);
    });
  }

  for (const target of [
    '/%',
    '/%ZZ',
    '/%E0%A4%A',
    '/a%00b',
    '/sedi?comune=%00',
    '/sedi?comune=%FF',
    '/sedi/%00',
    '/appuntamenti/%1b',
  ]) {
    it(`refuses the broken address ${target}`, async () => assertCleanPage(await get(target), 400));
  }

  for (const target of [
    '//?lingua=de',
    '/\\?lingua=de',
    '//[::1?lingua=de',
    '/:80?lingua=en',
    'http://?lingua=de',
    '/?lingua=de&lingua=en',
    '/?lingua=de%0d%0aSet-Cookie:%20a=b',
    '/?lingua=%0d%0aX: y',
    '*',
    '?lingua=de',
    '/?%lingua=de',
    '/sedi?istat=%5B%5D&comune%5B%5D=x',
  ]) {
    it(`answers ${target} without a fault of its own`, async () => {
      const answer = await get(target, ['Sec-Fetch-Site: same-origin']);
      assert.ok(answer.status >= 200 && answer.status < 500, `${answer.status}`);
      assert.doesNotMatch(answer.text, /^Set-Cookie: a=b/im);
      assertNothingInside(answer.text);
    });
  }

  it('keeps nothing of a personal page under a name that caches like', async () => {
    for (const path of [
      '/bacheca/x.css',
      '/bacheca/x.js',
      '/bacheca%2fx.css',
      '/bacheca;x.css',
      '/bacheca%3fx.css',
      '/appuntamenti/x.png',
      '/dati/avatar.jpg',
    ]) {
      const answer = await get(path, [`Cookie: ${maria.cookie}`]);
      assertCleanPage(answer, 404);
    }
    assert.match((await get('/bacheca', [`Cookie: ${maria.cookie}`])).text, /cache-control: no-store/i);
    assert.match((await get('/bacheca')).text, /cache-control: no-store/i);
  });
});

describe('where answers lead', () => {
  const EVIL = [
    '//evil.example',
    '/\\evil.example',
    '/.//evil.example',
    '/%2e//evil.example',
    '/..//evil.example',
    '/a/..//evil.example',
    'https://evil.example',
    'javascript:alert(1)',
    '/\t/evil.example',
    '///evil.example',
    '/@evil.example',
    '/bacheca\r\nSet-Cookie: a=b',
    '\\\\evil.example',
  ];
  const ours = (text: string, what: string) => {
    const location = /^location: (.*)$/im.exec(text)?.[1]?.trim();
    if (location) assert.equal(new URL(location, portal.config.baseUrl).host, 'localhost:3000', what);
    return location;
  };

  it('is always here, whatever an address or a field says', async () => {
    let redirects = 0;
    for (const evil of EVIL) {
      const form = new URLSearchParams({ _csrf: maria.csrf(), ritorno: evil });
      const extended = await post(form.toString(), [], FORM, '/sessione/estendi');
      assert.equal(extended.status, 303);
      if (ours(extended.text, `ritorno=${evil}`)) redirects++;
      assert.doesNotMatch(extended.text, /^Set-Cookie: a=b/im);
      if (evil.startsWith('/') && !/\s/.test(evil)) {
        const language = await get(`${evil}/?lingua=de`, ['Sec-Fetch-Site: same-origin']);
        if (ours(language.text, `${evil}/?lingua=de`)) redirects++;
      }
      const ended = await get(`/accedi?ritorno=${encodeURIComponent(evil)}`, [`Cookie: ${maria.cookie}`]);
      assert.ok(ended.status < 400);
      ours(ended.text, `accedi ${evil}`);
    }
    assert.ok(redirects > EVIL.length);
  });

  it('does not depend on Host or what a proxy is said to have been asked', async () => {
    const poisons = [
      'X-Forwarded-Host: evil.example',
      'X-Forwarded-Proto: https',
      'X-Forwarded-Prefix: /evil.example',
      'Forwarded: host=evil.example',
      'X-Original-URL: /dati',
      'X-Rewrite-URL: /dati',
      'X-HTTP-Method-Override: DELETE',
    ];
    for (const target of ['/', '/accedi', '/bacheca', '/nowhere', '/?lingua=de', '/spid/metadata']) {
      const answer = await raw(
        `GET ${target} HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n${poisons.map((line) => `${line}\r\n`).join('')}\r\n`,
      );
      assert.ok(!answer.text.includes('evil.example'), target);
      assert.ok(answer.status >= 200 && answer.status < 500, `${target}: ${answer.status}`);
    }
    const whole = await get('http://evil.example/nowhere');
    assertCleanPage(whole, 404);
    assert.ok(!whole.text.includes('evil.example'));
    const links = (await get('//evil.example/nowhere')).text.match(/["'=]\s*(https?:)?\/\/evil\.example/g);
    assert.equal(links, null, 'a link of the page leads to another host');
  });

  it('asks for one Host', async () => {
    assert.equal((await raw('GET / HTTP/1.1\r\n\r\n')).status, 400);
    assert.equal((await raw('GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\nConnection: close\r\n\r\n')).status < 500, true);
  });
});

describe('methods and headers', () => {
  for (const method of ['PUT', 'DELETE', 'PATCH', 'TRACE', 'OPTIONS', 'PROPFIND', 'SEARCH']) {
    it(`does not do ${method}`, async () => {
      const answer = await get('/bacheca', [`Cookie: ${maria.cookie}`, 'X-Trace: geheim'], method);
      assert.equal(answer.status, 405);
      assert.match(answer.text, /allow: GET, HEAD, POST/i);
      assert.doesNotMatch(answer.text, /geheim/);
    });
  }

  it('answers HEAD as GET, without the body', async () => {
    const answer = await get('/', [], 'HEAD');
    assert.equal(answer.status, 200);
    assert.match(answer.text, /content-type: text\/html/i);
    assert.doesNotMatch(answer.text, /<html/);
  });

  it('refuses methods nobody knows, CONNECT, and what is no HTTP', async () => {
    assert.equal((await get('/', [], 'BREW')).status, 400);
    assert.equal((await get('evil.example:443', [], 'CONNECT')).text.includes('200'), false);
    assert.equal((await raw('\x16\x03\x01\x02\x00\x01\x00\r\n\r\n')).status, 400);
    assert.equal((await raw('GET / HTTP/1.1\r\nHost: x\r\nX: a\x00b\r\n\r\n')).status, 400);
  });

  it('refuses huge headers and cookies', async () => {
    assert.equal((await get('/', [`X-Long: ${'a'.repeat(20_000)}`])).status, 431);
    assert.equal((await get('/', [`Cookie: ${'a=b; '.repeat(5_000)}`])).status, 431);
    assert.equal((await get(`/${'a'.repeat(20_000)}`)).status, 431);
  });

  it('lives with odd values of headers that are read', async () => {
    for (const header of [
      'Accept-Language: ;;q=,,*;q=2',
      `Accept-Language: ${'de,'.repeat(2000)}`,
      'Accept-Encoding: x;q=9,*;q=0',
      'Cookie: lingua=; lingua=__proto__; myinps=%',
      'Cookie: myinps=s%3A%00.%FF',
      'Cookie: =',
      'If-None-Match: *',
      'Range: bytes=0-',
      'Expect: 100-continue',
    ]) {
      const answer = await get('/', [header]);
      assert.match(answer.text, /HTTP\/1\.1 200 /, header);
    }
    assert.ok((await get('/', ['Expect: 200-maybe'])).status < 500);
  });
});

describe('slow and many', () => {
  it('ends connections whose headers or body never come', async () => {
    const slow = await testApp({ db: portal.db, patience: { headersMs: 300, requestMs: 600, checkMs: 100 } });
    try {
      const headers = await raw('GET / HTTP/1.1\r\nHost: x\r\nX-Slow:', { url: slow.url });
      assert.deepEqual([headers.status, headers.closed], [408, true]);
      const body = await raw(
        `POST /esci HTTP/1.1\r\nHost: x\r\nContent-Type: ${FORM}\r\nContent-Length: 50\r\n\r\na=`,
        { url: slow.url },
      );
      assert.deepEqual([body.status, body.closed], [408, true]);
      assert.equal((await visit(slow.url, '/')).status, 200);
    } finally {
      await slow.close();
    }
  });

  it('ends connections that say nothing, half a line, or ask and never read', async () => {
    const patience = { headersMs: 300, requestMs: 600, checkMs: 100, stillMs: 400 };
    const short = await testApp({ db: portal.db, patience });
    try {
      const { hostname, port } = new URL(short.url);
      const many = 'GET / HTTP/1.1\r\nHost: x\r\n\r\n'.repeat(150);
      const closed = ['', '\r\n', 'GET / HT', many].map(async (bytes) => {
        const socket = net.connect(Number(port), hostname);
        socket.on('error', () => {});
        // Its end is seen by the server's own connections: who does not read hears of nothing.
        socket.pause();
        await once(socket, 'connect');
        if (bytes) socket.write(bytes);
        return socket;
      });
      const sockets = await Promise.all(closed);
      const server = short.app.getHttpServer() as Server;
      await until(() => connectionsOf(server).then((count) => count === 0), 'every one is ended');
      for (const socket of sockets) socket.destroy();
      assert.equal((await visit(short.url, '/')).status, 200);
    } finally {
      await short.close();
    }
  });

  it('turns away more requests than it can work on, and says when to come back', async () => {
    const small = await testApp({ db: portal.db, env: { MAX_CONCURRENT: '4' } });
    try {
      const answers = await Promise.all(
        Array.from({ length: 40 }, () => visit(small.url, '/bacheca', { cookie: maria.cookie })),
      );
      const away = answers.filter((answer) => answer.status === 503);
      assert.ok(away.length > 0 && away.length < 40, `${away.length} turned away`);
      assert.deepEqual([...new Set(answers.map((answer) => answer.status))].toSorted(), [200, 503]);
      for (const answer of away) {
        assert.match(answer.headers['retry-after'] ?? '', /^\d+$/);
        assert.equal(answer.headers['cache-control'], 'no-store');
        assert.equal(answer.$('h1').length, 1);
      }
      const healthy = await Promise.all(Array.from({ length: 20 }, () => visit(small.url, '/salute/viva')));
      assert.ok(healthy.every((answer) => answer.status === 200));
      assert.equal((await visit(small.url, '/')).status, 200, 'and goes on afterwards');
    } finally {
      await small.close();
    }
  });
});

function connectionsOf(server: Server): Promise<number> {
  return new Promise((done, fail) => server.getConnections((error, count) => (error ? fail(error) : done(count))));
}
