import assert from 'node:assert/strict';
import { createPublicKey, sign, verify } from 'node:crypto';
import { after, before, beforeEach, describe, it } from 'node:test';
import { deflateRawSync, inflateRawSync } from 'node:zlib';
import { load } from 'cheerio';
import { pino } from 'pino';
import { SpidProviders } from '#src/auth/index.js';
import { testApp, type TestApp } from '../../support/app.ts';
import * as build from '../../support/saml/builder.ts';
import { signIn } from '../../support/saml/journey.ts';
import { testKeys, type TestKeys } from '../../support/saml/keys.ts';

const IDP = 'https://idp.example/metadata';
const OTHER = 'https://other.example/metadata';
const SLO = 'http://localhost:3000/spid/logout';
const REDIRECT = 'urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect';
const POST = 'urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST';
const TRANSIENT = 'urn:oasis:names:tc:SAML:2.0:nameid-format:transient';

let portal: TestApp;
let keys: TestKeys;
let otherKeys: TestKeys;
let lines: Record<string, unknown>[] = [];
let made = 0;

before(async () => {
  const log = pino(
    { level: 'info' },
    { write: (line: string) => void lines.push(JSON.parse(line) as Record<string, unknown>) },
  );
  [portal, keys, otherKeys] = await Promise.all([testApp({ log }), testKeys('provider'), testKeys('other')]);
  portal.app.get(SpidProviders).add(metadata(IDP, keys, POST, 'https://idp.example'));
  portal.app.get(SpidProviders).add(metadata(OTHER, otherKeys, REDIRECT, 'https://other.example'));
});
after(() => portal.close());
beforeEach(() => {
  lines = [];
});

const reasons = () => lines.filter((line) => line.msg === 'SPID logout refused').map((line) => line.reason);

/** Signs in with the provider whose keys the tests hold. */
async function signedIn(nameId: string, idp = IDP, sessionIndex: string | null = null) {
  const browser = portal.browser();
  const start = await browser.get('/spid/accedi').query({ idp });
  const packed = load(start.text)('input[name="SAMLRequest"]').attr('value');
  const url = start.headers.location ? new URL(start.headers.location) : null;
  const request = packed
    ? Buffer.from(packed, 'base64').toString()
    : inflateRawSync(Buffer.from(url?.searchParams.get('SAMLRequest') ?? '', 'base64')).toString();
  const requestId = / ID="([^"]+)"/.exec(request)?.[1] ?? '';
  const unique = `${++made}`;
  const edit: [string | RegExp, string][] = [['_transient-name', nameId]];
  if (sessionIndex) edit.push(['<saml:AuthnStatement ', `<saml:AuthnStatement SessionIndex="${sessionIndex}" `]);
  const xml = build.response({
    keys: idp === IDP ? keys : otherKeys,
    now: portal.clock.now().toString(),
    requestId,
    issuer: idp,
    acs: 'http://localhost:3000/spid/acs',
    audience: 'http://localhost:3000',
    level: 2,
    responseId: `_r${unique}`,
    assertionId: `_a${unique}`,
    edit,
  });
  const page = await browser
    .post('/spid/acs')
    .type('form')
    .send({ SAMLResponse: build.packed(xml) });
  assert.equal(page.status, 303, page.text);
  return browser;
}

type Browser = ReturnType<TestApp['browser']>;
const isIn = async (browser: Browser) => (await browser.get('/bacheca')).status === 200;

interface Wish {
  id?: string;
  issuer?: string;
  nameId?: string;
  qualifier?: string;
  index?: string;
  destination?: string;
  at?: string;
  until?: string;
  edit?: [string | RegExp, string];
}

function logoutRequest(wish: Wish = {}): string {
  const { issuer = IDP, nameId = '_somebody', destination = SLO } = wish;
  const at = wish.at ?? portal.clock.now().toString();
  const until = wish.until ? ` NotOnOrAfter="${wish.until}"` : '';
  const index = wish.index ? `<samlp:SessionIndex>${wish.index}</samlp:SessionIndex>` : '';
  const xml =
    `<samlp:LogoutRequest xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion" ID="${wish.id ?? `_l${++made}`}" Version="2.0" IssueInstant="${at}" Destination="${destination}"${until}>` +
    `<saml:Issuer>${issuer}</saml:Issuer><saml:NameID Format="${TRANSIENT}" NameQualifier="${wish.qualifier ?? issuer}">${nameId}</saml:NameID>${index}</samlp:LogoutRequest>`;
  if (!wish.edit) return xml;
  const changed = xml.replace(...wish.edit);
  assert.notEqual(changed, xml);
  return changed;
}

/** A redirect as a provider signs it. */
function query(xml: string, by: TestKeys | null = keys, field = 'SAMLRequest', algorithm = build.RSA_SHA256): string {
  const plain = `${field}=${encodeURIComponent(deflateRawSync(xml).toString('base64'))}&RelayState=r1`;
  if (!by) return plain;
  const signed = `${plain}&SigAlg=${encodeURIComponent(algorithm)}`;
  const hash = algorithm.endsWith('sha1') ? 'sha1' : algorithm.endsWith('sha512') ? 'sha512' : 'sha256';
  return `${signed}&Signature=${encodeURIComponent(sign(hash, Buffer.from(signed), by.key).toString('base64'))}`;
}

const byRedirect = (text: string) => portal.browser().get(`/spid/logout?${text}`);
const byPost = (xml: string, field = 'SAMLRequest') =>
  portal
    .browser()
    .post('/spid/logout')
    .set('Origin', 'https://idp.example')
    .type('form')
    .send({ [field]: build.packed(xml) });

describe('a provider asks to end a session', () => {
  it('by redirect: ends that session, leaves others alone, answers signed', async () => {
    const [gone, stays] = [await signedIn('_gone'), await signedIn('_stays')];
    const page = await byRedirect(query(logoutRequest({ id: '_ask1', nameId: '_gone' })));
    assert.equal(page.status, 200, 'this provider takes answers by POST only');
    assert.equal(await isIn(gone), false);
    assert.equal(await isIn(stays), true);
    const $ = load(page.text);
    const form = $('form[action="https://idp.example/slo"]');
    assert.equal(form.find('input[name="RelayState"]').attr('value'), 'r1');
    const answer = Buffer.from(form.find('input[name="SAMLResponse"]').attr('value') ?? '', 'base64').toString();
    assert.match(answer, /<samlp:LogoutResponse /);
    assert.match(answer, /InResponseTo="_ask1"/);
    assert.match(answer, /<ds:SignatureValue>/);
    assert.match(answer, /status:Success"/);
    assert.match(page.headers['content-security-policy'] ?? '', /form-action 'self' https:\/\/idp\.example/);
  });

  it('by POST, and answers by redirect where the provider takes that, with a signature over the query', async () => {
    const browser = await signedIn('_by-post', OTHER);
    const page = await byPost(build.signed(logoutRequest({ issuer: OTHER, nameId: '_by-post' }), otherKeys));
    assert.equal(page.status, 302, page.text);
    assert.equal(await isIn(browser), false);
    const url = new URL(page.headers.location ?? '');
    assert.equal(url.origin, 'https://other.example');
    const signature = Buffer.from(url.searchParams.get('Signature') ?? '', 'base64');
    const text = url.search.slice(1, url.search.indexOf('&Signature='));
    const certificate = await ourCertificate();
    assert.ok(verify('sha256', Buffer.from(text), createPublicKey(certificate), signature));
  });

  it('ends every session of the name, or only those of the index it gives', async () => {
    const [one, two] = [await signedIn('_twice', IDP, 'i1'), await signedIn('_twice', IDP, 'i2')];
    await byRedirect(query(logoutRequest({ nameId: '_twice', index: 'i1' })));
    assert.deepEqual([await isIn(one), await isIn(two)], [false, true]);
    await byRedirect(query(logoutRequest({ nameId: '_twice' })));
    assert.equal(await isIn(two), false);
  });

  it('never ends the session of another provider that has the same name', async () => {
    const browser = await signedIn('_same', OTHER);
    assert.equal((await byRedirect(query(logoutRequest({ nameId: '_same' })))).status, 200);
    assert.equal(await isIn(browser), true);
    await byRedirect(query(logoutRequest({ nameId: '_same', qualifier: OTHER })));
    assert.equal(await isIn(browser), true);
  });

  it('is written in the access record of the person', async () => {
    await signedIn('_audited');
    await byRedirect(query(logoutRequest({ nameId: '_audited' })));
    const rows = await portal.db.query<{ details: { by?: string } }>(
      `SELECT details FROM audit_entry WHERE action = 'session.end' ORDER BY id DESC LIMIT 1`,
    );
    assert.equal(rows[0]?.details.by, 'provider');
  });

  it('says yes when there is nobody left to sign out', async () => {
    assert.equal((await byRedirect(query(logoutRequest({ nameId: '_never-was' })))).status, 200);
  });

  it('takes SHA-512', async () => {
    const browser = await signedIn('_strong');
    await byRedirect(query(logoutRequest({ nameId: '_strong' }), keys, 'SAMLRequest', build.RSA_SHA512));
    assert.equal(await isIn(browser), false);
  });
});

describe('what does not end a session', () => {
  const long = (xml: string, by: TestKeys | null = keys) => byRedirect(query(xml, by));
  const rows: [string, string, () => ReturnType<typeof byRedirect>][] = [
    ['an unsigned redirect', 'logout-unsigned', () => long(logoutRequest(), null)],
    ['an unsigned POST', 'logout-unsigned', () => byPost(logoutRequest())],
    ['a POST signed by a stranger', 'signature-foreign-key', () => byPost(build.signed(logoutRequest(), otherKeys))],
    ['a redirect signed by another provider', 'signature-invalid', () => long(logoutRequest(), otherKeys)],
    [
      'a POST changed after signing',
      'signature-invalid',
      () => byPost(build.signed(logoutRequest(), keys).replace('_somebody', '_anybody')),
    ],
    [
      'SHA-1',
      'signature-algorithm',
      () => byRedirect(query(logoutRequest(), keys, 'SAMLRequest', 'http://www.w3.org/2000/09/xmldsig#rsa-sha1')),
    ],
    [
      'an unknown algorithm',
      'signature-algorithm',
      () => byRedirect(query(logoutRequest()).replace('rsa-sha256', 'rsa-sha999')),
    ],
    [
      'an algorithm named __proto__',
      'signature-algorithm',
      () => byRedirect(query(logoutRequest()).replace(/SigAlg=[^&]*/, 'SigAlg=__proto__')),
    ],
    [
      'a RelayState changed after signing',
      'signature-invalid',
      () => byRedirect(query(logoutRequest()).replace('RelayState=r1', 'RelayState=r2')),
    ],
    [
      'a RelayState taken out',
      'signature-invalid',
      () => byRedirect(query(logoutRequest()).replace('&RelayState=r1', '')),
    ],
    ['a doubled parameter', 'logout-structure', () => byRedirect(`${query(logoutRequest())}&RelayState=r1`)],
    [
      'a request and a response at once',
      'logout-structure',
      () => byRedirect(`${query(logoutRequest())}&SAMLResponse=x`),
    ],
    [
      'a wrapped signature',
      'signature-position',
      () =>
        byPost(
          logoutRequest({
            edit: [
              '<saml:NameID',
              `<samlp:Extensions>${build.signed(logoutRequest(), keys)}</samlp:Extensions><saml:NameID`,
            ],
          }),
        ),
    ],
    ['an unknown provider', 'logout-issuer', () => long(logoutRequest({ issuer: 'https://nobody.example' }))],
    ...['', 'urn:x', 'urn:oasis:names:tc:SAML:2.0:nameid-format:transient'].map(
      (format): [string, string, () => ReturnType<typeof long>] => [
        `an Issuer with the Format '${format}'`,
        'logout-issuer',
        () => long(logoutRequest({ edit: ['<saml:Issuer>', `<saml:Issuer Format="${format}">`] })),
      ],
    ),
    ['no Issuer', 'logout-issuer', () => long(logoutRequest({ edit: [/<saml:Issuer>.*<\/saml:Issuer>/, ''] }))],
    ['another Destination', 'destination', () => long(logoutRequest({ destination: 'https://elsewhere.example' }))],
    ['no Destination', 'destination', () => long(logoutRequest({ edit: [/ Destination="[^"]*"/, ''] }))],
    [
      'an old message',
      'logout-too-old',
      () => long(logoutRequest({ at: portal.clock.now().subtract({ minutes: 6 }).toString() })),
    ],
    [
      'a message from the future',
      'logout-in-future',
      () => long(logoutRequest({ at: portal.clock.now().add({ minutes: 5 }).toString() })),
    ],
    ['a malformed IssueInstant', 'logout-issue-instant', () => long(logoutRequest({ at: 'now' }))],
    [
      'one past its NotOnOrAfter',
      'logout-expired',
      () => long(logoutRequest({ until: portal.clock.now().toString() })),
    ],
    ['another Version', 'logout-version', () => long(logoutRequest({ edit: ['Version="2.0"', 'Version="1.1"'] }))],
    ['no ID', 'logout-id', () => long(logoutRequest({ edit: [/ ID="[^"]*"/, ''] }))],
    ['no NameID', 'name-id', () => long(logoutRequest({ edit: [/<saml:NameID.*<\/saml:NameID>/, ''] }))],
    ['an empty NameID', 'name-id', () => long(logoutRequest({ nameId: ' ' }))],
    [
      'a persistent NameID',
      'name-id-format',
      () => long(logoutRequest({ edit: ['format:transient', 'format:persistent'] })),
    ],
    ['no NameQualifier', 'name-id-qualifier', () => long(logoutRequest({ edit: [/ NameQualifier="[^"]*"/, ''] }))],
    ['an empty SessionIndex', 'logout-structure', () => long(logoutRequest({ index: ' ' }))],
    [
      'an unknown element',
      'logout-structure',
      () => long(logoutRequest({ edit: ['<saml:NameID', '<samlp:Other/><saml:NameID'] })),
    ],
    ['a DOCTYPE', 'doctype', () => long(`<!DOCTYPE x>${logoutRequest()}`)],
    ['a comment in the name', 'comment', () => long(logoutRequest({ nameId: '_some<!-- -->body' }))],
    ['another kind of message', 'not-a-logout', () => long('<x/>')],
    [
      'a response where a request is said',
      'not-a-logout',
      () => long(logoutRequest().replaceAll('LogoutRequest', 'LogoutResponse')),
    ],
    ['no message', 'message-missing', () => byRedirect('')],
    ['bytes that are not deflated', 'message-encoding', () => byRedirect('SAMLRequest=AAAA')],
    [
      'a bomb',
      'message-too-large',
      () =>
        byRedirect(`SAMLRequest=${encodeURIComponent(deflateRawSync(Buffer.alloc(10_000_000)).toString('base64'))}`),
    ],
    ['an answer to nothing', 'unsolicited', () => byRedirect(query(logoutResponse('_nothing'), keys, 'SAMLResponse'))],
    [
      'an unsigned answer',
      'logout-unsigned',
      () => byRedirect(query(logoutResponse('_nothing'), null, 'SAMLResponse')),
    ],
  ];
  for (const [name, reason, send] of rows) {
    it(`${name}: ${reason}`, async () => {
      const browser = await signedIn('_somebody');
      lines = [];
      const page = await send();
      assert.equal(page.status, 403, page.text);
      assert.deepEqual(reasons(), [reason]);
      const $ = load(page.text);
      assert.match($('title').text(), /^Errore: /);
      assert.match($('main').text(), /[0-9a-f]{8}-[0-9a-f-]{27}/, 'a reference number');
      assert.equal(await isIn(browser), true);
    });
  }

  it('the same message a second time', async () => {
    const text = query(logoutRequest({ nameId: '_again' }));
    assert.equal((await byRedirect(text)).status, 200);
    const browser = await signedIn('_again');
    assert.equal((await byRedirect(text)).status, 403);
    assert.deepEqual(reasons(), ['replayed']);
    assert.equal(await isIn(browser), true);
  });

  it('the function of the database, for anybody but the sign-in', async () => {
    await assert.rejects(
      portal.db.query(
        `SELECT set_config('app.kind', 'system', false), set_config('app.subject', 'public', false), session_end_by_provider('a', 'b', 'c', '{}', '2026-01-01')`,
      ),
      /only the sign-in/,
    );
  });
});

describe('leaving the portal', () => {
  async function leave(browser: Browser) {
    const csrf = load((await browser.get('/bacheca')).text)('form[action="/esci"] input[name="_csrf"]').attr('value');
    return browser.post('/esci').type('form').send({ _csrf: csrf });
  }

  it('ends our session, then offers the way to the provider with a signed request', async () => {
    const browser = await signedIn('_leaver', IDP, 'i9');
    const page = await leave(browser);
    assert.equal(page.status, 200, page.text);
    assert.equal(await isIn(browser), false);
    const $ = load(page.text);
    assert.equal($('form[action="/esci"]').length, 0, 'nobody is signed in on this page');
    const form = $('form[action="https://idp.example/slo"]');
    const request = Buffer.from(form.find('input[name="SAMLRequest"]').attr('value') ?? '', 'base64').toString();
    assert.match(
      request,
      /<samlp:LogoutRequest [^>]*Destination="https:&#47;&#47;|<samlp:LogoutRequest [^>]*Destination="https:\/\/idp\.example\/slo"/,
    );
    assert.match(
      request,
      new RegExp(`<saml:NameID Format="${TRANSIENT}" NameQualifier="${IDP}">_leaver</saml:NameID>`),
    );
    assert.match(request, /<samlp:SessionIndex>i9<\/samlp:SessionIndex>/);
    assert.match(request, /<ds:SignatureValue>/);
    const id = / ID="([^"]+)"/.exec(request)?.[1] ?? '';
    const answered = await byPost(build.signed(logoutResponse(id), keys), 'SAMLResponse');
    assert.equal(answered.status, 200);
    assert.match(answered.text, /Anche l’accesso presso il tuo gestore di identità è chiuso/);
    assert.equal((await byPost(build.signed(logoutResponse(id), keys), 'SAMLResponse')).status, 403, 'once');
  });

  it('says so when the provider did not end its own', async () => {
    const page = await leave(await signedIn('_half', IDP));
    const request = Buffer.from(load(page.text)('input[name="SAMLRequest"]').attr('value') ?? '', 'base64').toString();
    assert.doesNotMatch(request, /SessionIndex/, 'only level 1 has one');
    const id = / ID="([^"]+)"/.exec(request)?.[1] ?? '';
    const xml = logoutResponse(id).replace('status:Success', 'status:Responder');
    assert.match((await byPost(build.signed(xml, keys), 'SAMLResponse')).text, /non ha confermato/);
  });

  it('an answer of another provider than was asked is refused', async () => {
    const page = await leave(await signedIn('_wrong', IDP));
    const request = Buffer.from(load(page.text)('input[name="SAMLRequest"]').attr('value') ?? '', 'base64').toString();
    const id = / ID="([^"]+)"/.exec(request)?.[1] ?? '';
    assert.equal((await byRedirect(query(logoutResponse(id, OTHER), otherKeys, 'SAMLResponse'))).status, 403);
    assert.deepEqual(reasons(), ['unsolicited']);
  });

  it('with the development provider: there, and back', async () => {
    const browser = portal.browser();
    await signIn(browser);
    const page = await leave(browser);
    const address = load(page.text)('main a[href^="http://127.0.0.1"]').attr('href') ?? '';
    const there = await fetch(address, { redirect: 'manual' });
    assert.equal(there.status, 302, await there.text());
    const back = new URL(there.headers.get('location') ?? '');
    assert.equal(back.origin + back.pathname, SLO);
    const done = await browser.get(back.pathname + back.search);
    assert.equal(done.status, 200, done.text);
  });

  it('with the development provider: it ends the session, the portal says yes', async () => {
    const browser = portal.browser();
    await signIn(browser, 'Entra come Anna Gruber, livello 2');
    const idp = portal.app.get(SpidProviders).all.find((one) => one.name.includes('prova'));
    const origin = new URL(idp?.entityId ?? '').origin;
    const sessions = load(await (await fetch(`${origin}/spid/sessioni`)).text());
    const form = sessions('form').filter((_i, one) => sessions(one).text().includes('Anna Gruber'));
    const body = new URLSearchParams({ nome: form.last().find('input').attr('value') ?? '' });
    const asked = await fetch(`${origin}/spid/chiudi`, { method: 'POST', body, redirect: 'manual' });
    const url = new URL(asked.headers.get('location') ?? '');
    const answer = await portal.browser().get(url.pathname + url.search);
    assert.equal(answer.status, 302, answer.text);
    assert.equal((await fetch(answer.headers.location ?? '')).status, 200);
    assert.equal(await isIn(browser), false);
  });
});

function logoutResponse(inResponseTo: string, issuer = IDP): string {
  return (
    `<samlp:LogoutResponse xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion" ID="_p${++made}" Version="2.0" IssueInstant="${portal.clock.now().toString()}" Destination="${SLO}" InResponseTo="${inResponseTo}">` +
    `<saml:Issuer>${issuer}</saml:Issuer><samlp:Status><samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:Success"/></samlp:Status></samlp:LogoutResponse>`
  );
}

async function ourCertificate(): Promise<string> {
  const page = await portal.browser().get('/spid/metadata').buffer(true);
  const body = /<ds:X509Certificate>([^<]+)</.exec(page.text ?? String(page.body))?.[1] ?? '';
  return `-----BEGIN CERTIFICATE-----\n${body.replace(/(.{64})/g, '$1\n')}\n-----END CERTIFICATE-----\n`;
}

function metadata(entityId: string, { certificate }: TestKeys, binding: string, origin: string): string {
  const body = certificate.replace(/-----[A-Z ]+-----|\s+/g, '');
  return (
    `<md:EntityDescriptor xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata" xmlns:ds="http://www.w3.org/2000/09/xmldsig#" entityID="${entityId}"><md:IDPSSODescriptor>` +
    `<md:KeyDescriptor use="signing"><ds:KeyInfo><ds:X509Data><ds:X509Certificate>${body}</ds:X509Certificate></ds:X509Data></ds:KeyInfo></md:KeyDescriptor>` +
    `<md:SingleLogoutService Binding="${binding}" Location="${origin}/slo"/>` +
    `<md:SingleSignOnService Binding="${POST}" Location="${origin}/sso"/></md:IDPSSODescriptor></md:EntityDescriptor>`
  );
}
