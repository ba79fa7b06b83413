import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { inflateRawSync } from 'node:zlib';
import { load } from 'cheerio';
import { identityKey } from '#src/auth/identity.js';
import { spidIdentity } from '#src/auth/saml-identity.js';
import { COMPANY } from '#src/auth/strategies/spid/spid.profile.js';
import { testApp, type TestApp } from '../../support/app.ts';
import * as build from '../../support/saml/builder.ts';
import { leadsTo, signIn } from '../../support/saml/journey.ts';

let portal: TestApp;
before(async () => {
  portal = await testApp();
});
after(() => portal.close());

const PAOLO = 'Entra come Paolo Verdi, livello 2';
const PERSONAL = 'Usa l’identità personale di Paolo Verdi';
const TODAY = Temporal.PlainDate.from('2026-03-02');
const COMPANY_NUMBER = '12345678903';

async function requestFrom(door: string): Promise<string> {
  const address = new URL(await leadsTo(portal.browser(), '/bacheca', 'spid', door));
  return inflateRawSync(Buffer.from(address.searchParams.get('SAMLRequest') ?? '', 'base64')).toString();
}

async function keysOf(familyName: string): Promise<string[]> {
  const rows = await portal.db.query<{ identity_key: string }>(
    'SELECT identity_key FROM citizen WHERE family_name = $1 ORDER BY identity_key',
    [familyName],
  );
  return rows.map((row) => row.identity_key);
}

describe('the capacity in which one acts', () => {
  it('is chosen on the sign-in page, each in words', async () => {
    const $ = load((await portal.browser().get('/accedi?ritorno=/dati')).text);
    assert.equal($('a[href="/spid/professionale?ritorno=%2Fdati"]').text(), 'SPID per uso professionale');
    assert.equal($('a[href="/spid/impresa?ritorno=%2Fdati"]').text(), 'SPID per la tua impresa');
  });

  it('is asked with spid:Purpose and attributes of its own, and not at all for a private person', async () => {
    const professional = await requestFrom('/spid/professionale');
    assert.match(
      professional,
      /<samlp:Extensions xmlns:spid="https:\/\/spid\.gov\.it\/saml-extensions"><spid:Purpose>PF<\/spid:Purpose><\/samlp:Extensions>/,
    );
    assert.match(professional, /AttributeConsumingServiceIndex="1"/);
    const company = await requestFrom('/spid/impresa');
    assert.match(company, /<spid:Purpose>PG<\/spid:Purpose>/);
    assert.match(company, /AttributeConsumingServiceIndex="2"/);
    const personal = await requestFrom('/accedi');
    assert.doesNotMatch(personal, /Purpose|Extensions/);
    assert.match(personal, /AttributeConsumingServiceIndex="0"/);
  });

  it('makes three areas of one person, with no row in common', async () => {
    const [asPerson, asProfessional, forCompany] = [portal.browser(), portal.browser(), portal.browser()];
    const entries = [
      await signIn(asPerson, PERSONAL),
      await signIn(asProfessional, PAOLO, '/bacheca', 'spid', '/spid/professionale'),
      await signIn(forCompany, PAOLO, '/bacheca', 'spid', '/spid/impresa'),
    ];
    assert.deepEqual(
      entries.map((entry) => entry.status),
      [303, 303, 303],
    );
    assert.deepEqual(await keysOf('Verdi'), [
      'cf:VRDPLA70A01L219F',
      `cf:VRDPLA70A01L219F:company:${COMPANY_NUMBER}`,
      'cf:VRDPLA70A01L219F:professional',
    ]);
    const headers = await Promise.all(
      [asPerson, asProfessional, forCompany].map(async (browser) => (await browser.get('/bacheca')).text),
    );
    assert.doesNotMatch(headers[0] ?? '', /uso professionale|Studio Verdi/);
    assert.match(headers[1] ?? '', /Paolo Verdi \(uso professionale\)/);
    assert.match(headers[2] ?? '', /Paolo Verdi \(per Studio Verdi S\.r\.l\.\)/);
  });

  it('is found again at the next sign-in', async () => {
    const known = await keysOf('Verdi');
    await signIn(portal.browser(), PAOLO, '/bacheca', 'spid', '/spid/professionale');
    assert.deepEqual(await keysOf('Verdi'), known);
  });

  it('a professional identity nobody asked for, and a personal one where a professional was, are refused', async () => {
    assert.equal((await signIn(portal.browser(), PAOLO)).status, 403);
    const page = await signIn(
      portal.browser(),
      'Entra come Maria Rossi, livello 2',
      '/',
      'spid',
      '/spid/professionale',
    );
    assert.equal(page.status, 403);
    assert.match(page.text, /identità non va bene/);
  });

  it('cannot be had by any other word in the address', async () => {
    const idp = (await leadsTo(portal.browser())).replace(/\/spid\/sso.*/, '/spid/metadata');
    for (const per of ['private', 'professional', '__proto__', 'PF', '']) {
      const page = await portal.browser().get('/spid/accedi').query({ idp, per });
      const packed = new URL(page.headers.location ?? '').searchParams.get('SAMLRequest') ?? '';
      assert.doesNotMatch(inflateRawSync(Buffer.from(packed, 'base64')).toString(), /Purpose/);
    }
  });
});

describe('an identity for a company', () => {
  const facts = (companyFiscalNumber: string, companyName = 'Acme S.p.A.') =>
    ({
      issuer: 'https://idp.example',
      level: 2,
      nameId: '_n',
      nameQualifier: 'q',
      sessionIndex: null,
      attributes: { ...build.MARIA, companyName, companyFiscalNumber },
    }) as const;

  for (const good of [`TINIT-${COMPANY_NUMBER}`, `VATIT-${COMPANY_NUMBER}`, 'TINIT-RSSMRA80E55H501U']) {
    it(`takes ${good}`, () => {
      const reading = spidIdentity(facts(good), TODAY, 'company');
      assert.ok(reading.ok);
      assert.equal(identityKey(reading.identity), `cf:RSSMRA80E55H501U:company:${good.slice(6)}`);
    });
  }
  for (const bad of [
    '',
    COMPANY_NUMBER,
    'TINIT-12345678901',
    'VATDE-12345678903',
    'TINIT-00000000000',
    `TINIT-${COMPANY_NUMBER}:x`,
  ]) {
    it(`refuses the number "${bad}"`, () =>
      assert.deepEqual(spidIdentity(facts(bad), TODAY, 'company'), { ok: false, reason: 'company' }));
  }
  it('needs a name', () =>
    assert.deepEqual(spidIdentity(facts(`TINIT-${COMPANY_NUMBER}`, ''), TODAY, 'company'), {
      ok: false,
      reason: 'company',
    }));
  it('is asked for by attributes that must come', () =>
    assert.ok(['companyName', 'companyFiscalNumber'].every((name) => COMPANY.attributes.includes(name))));
  it('never has the key of a private person', () => {
    const reading = spidIdentity(facts(`TINIT-${COMPANY_NUMBER}`), TODAY);
    assert.ok(reading.ok);
    assert.equal(identityKey(reading.identity), 'cf:RSSMRA80E55H501U', 'read as private, whatever else came');
    assert.throws(() => identityKey({ ...reading.identity, purpose: 'company', company: null }));
  });
});
