import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, it } from 'node:test';
import { inflateRawSync } from 'node:zlib';
import { load } from 'cheerio';
import { pino } from 'pino';
import { CieProviders, EidasProviders, SpidProviders } from '#src/auth/index.js';
import { Metrics } from '#src/common/metrics.js';
import { testApp, type TestApp } from '../../support/app.ts';
import * as build from '../../support/saml/builder.ts';
import { handBack, leadsTo, press, signIn } from '../../support/saml/journey.ts';
import { testKeys, type TestKeys } from '../../support/saml/keys.ts';

let portal: TestApp;
let keys: TestKeys;
let lines: Record<string, unknown>[] = [];
const IDP = 'https://idp.example/metadata';

before(async () => {
  const log = pino(
    { level: 'info' },
    { write: (line: string) => void lines.push(JSON.parse(line) as Record<string, unknown>) },
  );
  [portal, keys] = await Promise.all([testApp({ log }), testKeys('provider')]);
  for (const list of [SpidProviders, CieProviders, EidasProviders]) portal.app.get(list).add(metadata());
});
after(() => portal.close());
beforeEach(() => {
  lines = [];
});

const MARIA = 'Entra come Maria Rossi, livello 2';
const GRETA = 'Entra come Greta Weber, livello 2';
const reasons = () => lines.filter((line) => String(line.msg).endsWith('answer refused')).map((line) => line.reason);

async function requestOf(way: 'cie' | 'eidas'): Promise<string> {
  const address = new URL(await leadsTo(portal.browser(), '/bacheca', way));
  return inflateRawSync(Buffer.from(address.searchParams.get('SAMLRequest') ?? '', 'base64')).toString();
}

describe('signing in with CIE', () => {
  it('leads back signed in, as the same person that SPID knows', async () => {
    const [byCard, bySpid] = [portal.browser(), portal.browser()];
    await signIn(bySpid);
    const page = await signIn(byCard, MARIA, '/dati', 'cie');
    assert.equal(page.status, 303, page.text);
    assert.equal(page.headers.location?.replace(/#.*/, ''), 'http://localhost:3000/dati');
    assert.match((await byCard.get('/bacheca')).text, /Maria Rossi/);
    const rows = await portal.db.query(`SELECT 1 FROM citizen WHERE identity_key LIKE 'cf:RSSMRA%'`);
    assert.equal(rows.length, 1);
  });

  it('keeps what the person’s SPID provider had said of mobile and mail unknown, not wrong', async () => {
    await signIn(portal.browser(), 'Entra come Luca Esposito, livello 2', '/', 'cie');
    const rows = await portal.db.query<{ said_email: string | null }>(
      `SELECT said_email FROM citizen WHERE family_name = 'Esposito'`,
    );
    assert.equal(rows[0]?.said_email, null);
  });

  it('asks as the rules of CIE want: ForceAuthn, the address as Destination, its own entity', async () => {
    const request = await requestOf('cie');
    assert.match(request, /ForceAuthn="true"/);
    assert.match(request, /Destination="http:(&#47;|\/){2}127\.0\.0\.1:\d+(&#47;|\/)cie(&#47;|\/)sso"/);
    assert.match(request, /Comparison="minimum"/);
    assert.match(request, />http:(&#47;|\/){2}localhost:3000(&#47;|\/)cie(&#47;|\/)metadata<\/saml:Issuer>/);
    assert.match(request, /AssertionConsumerServiceIndex="0" AttributeConsumingServiceIndex="0"/);
  });

  for (const [code, words] of [
    [21, /Il tempo è scaduto/],
    [22, /consenso/],
    [23, /carta non è più valida/],
    [25, /annullato/],
  ] as const) {
    it(`explains code ${code} in its own words`, async () => {
      const page = await signIn(portal.browser(), `${code}:`, '/', 'cie');
      assert.equal(page.status, 403);
      assert.match(load(page.text)('h1').text(), words);
    });
  }

  it('has no way to the provider’s logout: leaving leads home', async () => {
    const browser = portal.browser();
    await signIn(browser, MARIA, '/', 'cie');
    const csrf = load((await browser.get('/bacheca')).text)('form[action="/esci"] input[name="_csrf"]').attr('value');
    const page = await browser.post('/esci').type('form').send({ _csrf: csrf });
    assert.equal(page.status, 303);
    assert.equal((await portal.browser().get('/cie/logout')).status, 303);
  });
});

describe('signing in with the identity of another country', () => {
  it('names the countries in plain text, in the person’s language', async () => {
    const $ = load((await portal.browser().get('/eidas')).text);
    const countries = $('main ul')
      .first()
      .find('li')
      .toArray()
      .map((one) => $(one).text());
    assert.equal(countries.length, 29);
    for (const one of ['Germania', 'Islanda', 'Norvegia', 'Liechtenstein', 'Cechia', 'Irlanda'])
      assert.ok(countries.includes(one), one);
    assert.ok(!countries.includes('Italia'));
    assert.match((await portal.browser().get('/eidas').set('Accept-Language', 'de')).text, /Deutschland/);
  });

  it('leads back signed in without a fiscal code, always to the same area, and says what cannot be done', async () => {
    const browser = portal.browser();
    const page = await signIn(browser, GRETA, '/bacheca', 'eidas');
    assert.equal(page.status, 303, page.text);
    const first = await browser.get('/bacheca');
    assert.match(first.text, /Greta Weber/);
    assert.match(load(first.text)('#esito').text(), /senza codice fiscale italiano/);
    await signIn(portal.browser(), 'Entra come Greta Weber, livello 3', '/', 'eidas');
    const rows = await portal.db.query<{ fiscal_code: string | null; identity_key: string }>(
      `SELECT fiscal_code, identity_key FROM citizen WHERE family_name = 'Weber'`,
    );
    assert.equal(rows.length, 1);
    assert.equal(rows[0]?.fiscal_code, null);
    assert.match(rows[0].identity_key, /^eidas:http:\/\/127\.0\.0\.1:\d+\/eidas\/metadata:DE\/IT\//);
    assert.equal((await browser.get('/dati')).status, 200, 'the profile bears it');
  });

  it('asks for index 99 at the address of its own, without a fiscal code', async () => {
    assert.match(await requestOf('eidas'), /AssertionConsumerServiceIndex="1" AttributeConsumingServiceIndex="99"/);
  });

  it('tells beforehand what such an account can and cannot do', async () => {
    const $ = load((await portal.browser().get('/eidas/che-cosa-puoi-fare')).text);
    assert.equal($('main h2').length, 3);
    assert.match($('main').text(), /Solo allo sportello/);
  });

  it('refuses too weak a level', async () => {
    assert.equal((await signIn(portal.browser(), 'Entra come Greta Weber, livello 1', '/', 'eidas')).status, 403);
    assert.deepEqual(reasons(), ['level-too-low']);
  });
});

describe('between the federations', () => {
  it('an answer of one is nothing in another, though the browser has requests in both', async () => {
    for (const [from, to] of [
      ['cie', 'spid'],
      ['spid', 'cie'],
      ['eidas', 'spid'],
      ['spid', 'eidas'],
    ] as const) {
      const browser = portal.browser();
      await leadsTo(browser, '/', to);
      const answer = await press(await leadsTo(browser, '/', from), from === 'eidas' ? GRETA : MARIA);
      lines = [];
      const page = await handBack(browser, answer, to);
      assert.equal(page.status, 403);
      assert.deepEqual(reasons(), ['unsolicited'], `${from} → ${to}`);
      assert.equal((await browser.get('/bacheca')).status, 303);
    }
  });

  for (const [first, second] of [
    ['spid', 'cie'],
    ['cie', 'spid'],
  ] as const)
    it(`two tabs of one browser: ${second} after ${first} finds who is in, and nobody takes their place`, async () => {
      for (const [label, status] of [
        [MARIA, 303],
        ['Entra come Luca Esposito, livello 2', 403],
      ] as const) {
        await portal.db.query('DELETE FROM session');
        const browser = portal.browser();
        const answers = [await press(await leadsTo(browser, '/dati', first), MARIA)];
        answers.push(await press(await leadsTo(browser, '/notifiche', second), label));
        assert.equal((await handBack(browser, answers[0]!, first)).status, 303);
        assert.equal((await handBack(browser, answers[1]!, second)).status, status);
        assert.match((await browser.get('/bacheca')).text, /Maria Rossi/);
        assert.equal((await portal.db.query('SELECT 1 FROM session WHERE ended_at IS NULL')).length, 1);
      }
    });

  it('two tabs of one browser: the European after an Italian does not take their place', async () => {
    const browser = portal.browser();
    const answer = await press(await leadsTo(browser, '/', 'eidas'), GRETA);
    await signIn(browser);
    assert.equal((await handBack(browser, answer, 'eidas')).status, 403);
    assert.match((await browser.get('/bacheca')).text, /Maria Rossi/);
  });

  it('the request cookie of one cannot be used for another', async () => {
    const browser = portal.browser();
    const answer = await press(await leadsTo(browser, '/', 'cie'), MARIA);
    const page = await handBack(portal.browser(), answer, 'spid').set(
      'Cookie',
      'spid-sviluppo=_00000000-0000-0000-0000-000000000000',
    );
    assert.equal(page.status, 403);
    assert.deepEqual(reasons(), ['unsolicited']);
  });
});

describe('when the provider says that our request was wrong', () => {
  for (const code of [8, 9, 11, 12, 13, 14, 15, 16, 17, 18]) {
    for (const way of code === 8 ? (['spid', 'cie', 'eidas'] as const) : (['spid'] as const)) {
      it(`code ${code} by ${way}: a courtesy page, and operators are told`, async () => {
        const browser = portal.browser();
        const page = await browser.get(`/${way}/accedi`).query({ idp: IDP });
        const request = Buffer.from(
          load(page.text)('input[name="SAMLRequest"]').attr('value') ?? '',
          'base64',
        ).toString();
        const options = {
          keys,
          requestId: / ID="([^"]+)"/.exec(request)?.[1] ?? '',
          level: 2,
          issuer: IDP,
          now: portal.clock.now().toString(),
          acs: `http://localhost:3000/${way}/acs`,
          audience: '',
          plainResponseIssuer: true,
        } as const;
        const answer = build.declined(options, `ErrorCode nr${String(code).padStart(2, '0')}`, 'Requester');
        const refused = await handBack(browser, { SAMLResponse: build.packed(answer) }, way);
        assert.equal(refused.status, 403);
        assert.match(load(refused.text)('main').text(), /Non dipende da te/);
        const alerts = lines.filter((line) => line.event === 'saml.our-request-refused');
        assert.deepEqual(
          alerts.map((line) => [line.level, line.federation, line.code]),
          [[50, way, code]],
        );
        const figures = await portal.app.get(Metrics).registry.metrics();
        assert.match(figures, new RegExp(`myinps_saml_faults_total\\{federation="${way}",code="${code}"\\} 1`));
      });
    }
  }
});

function metadata(): string {
  const body = keys.certificate.replace(/-----[A-Z ]+-----|\s+/g, '');
  return (
    `<md:EntityDescriptor xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata" xmlns:ds="http://www.w3.org/2000/09/xmldsig#" entityID="${IDP}"><md:IDPSSODescriptor>` +
    `<md:KeyDescriptor use="signing"><ds:KeyInfo><ds:X509Data><ds:X509Certificate>${body}</ds:X509Certificate></ds:X509Data></ds:KeyInfo></md:KeyDescriptor>` +
    `<md:SingleSignOnService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST" Location="https://idp.example/sso"/></md:IDPSSODescriptor></md:EntityDescriptor>`
  );
}
