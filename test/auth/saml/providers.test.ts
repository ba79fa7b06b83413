import 'reflect-metadata';
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { load } from 'cheerio';
import { pino } from 'pino';
import { X509Certificate } from '@peculiar/x509';
import { CieProviders, SpidProviders } from '#src/auth/index.js';
import { ProviderList } from '#src/auth/saml/index.js';
import { SystemClock } from '#src/common/clock.js';
import type { Config } from '#src/config.js';
import { spidKeys } from '#src/auth/strategies/spid/spid.keys.js';
import { FixedClock, testApp } from '../../support/app.ts';
import { makeSpidCertificate } from '../../../scripts/commands/spid-certificate.ts';
import { testKeys, type TestKeys } from '../../support/saml/keys.ts';

const POST = 'urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST';
const REDIRECT = 'urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect';

let folder: string;
let one: TestKeys;
let two: TestKeys;
before(async () => {
  folder = mkdtempSync(join(tmpdir(), 'providers-'));
  [one, two] = await Promise.all([testKeys('provider'), testKeys('other')]);
});
after(() => rmSync(folder, { recursive: true }));

const body = ({ certificate }: TestKeys) => certificate.replace(/-----[A-Z ]+-----|\s+/g, '');

function entity(id: string, keys: readonly TestKeys[], origin = id): string {
  const descriptors = keys.map(
    (pair) =>
      `<md:KeyDescriptor use="signing"><ds:KeyInfo><ds:X509Data><ds:X509Certificate>${body(pair)}</ds:X509Certificate></ds:X509Data></ds:KeyInfo></md:KeyDescriptor>`,
  );
  return (
    `<md:EntityDescriptor xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata" xmlns:ds="http://www.w3.org/2000/09/xmldsig#" entityID="${id}"><md:IDPSSODescriptor>${descriptors.join('')}` +
    `<md:SingleSignOnService Binding="${REDIRECT}" Location="${origin}/sso"/><md:SingleSignOnService Binding="${POST}" Location="${origin}/sso"/></md:IDPSSODescriptor></md:EntityDescriptor>`
  );
}

function list(changes: Partial<ConstructorParameters<typeof ProviderList>[0]> = {}, now = '2026-04-01T07:00:00Z') {
  const lines: Record<string, unknown>[] = [];
  const log = pino(
    { level: 'info' },
    { write: (line: string) => void lines.push(JSON.parse(line) as Record<string, unknown>) },
  );
  const clock = new FixedClock(Temporal.Instant.from(now));
  const options = {
    federation: 'SPID',
    folder,
    acceptExpired: false,
    byPost: [],
    production: true,
    ...changes,
  } as const;
  const made = new ProviderList(options, clock, log);
  made.onApplicationShutdown();
  return { list: made, lines, clock };
}

const ids = (providers: ProviderList) => providers.all.map((provider) => provider.entityId).toSorted();
const write = (name: string, text: string) => writeFileSync(join(folder, name), text);
/** File times are coarse on some disks. */
const later = (name: string, seconds: number) =>
  utimesSync(join(folder, name), new Date(), new Date(Date.now() + seconds * 1000));

describe('the providers of a folder', () => {
  it('come from every file: one entity, many in one, the registry’s JSON', () => {
    write('a.xml', entity('https://a.example', [one]));
    write(
      'many.xml',
      `<md:EntitiesDescriptor xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata">${entity('https://b.example', [one])}${entity('https://c.example', [two])}</md:EntitiesDescriptor>`,
    );
    write(
      'registry.json',
      JSON.stringify([
        {
          entity_id: 'https://d.example',
          entity_name: 'D ID',
          signing_certificate_x509: [body(one), body(two)],
          single_sign_on_service: [
            { Binding: REDIRECT, Location: 'https://d.example/sso' },
            { Binding: POST, Location: 'javascript:alert(1)' },
          ],
          single_logout_service: [
            { Binding: POST, Location: 'https://d.example/slo', ResponseLocation: 'https://d.example/slr' },
          ],
        },
      ]),
    );
    write('notes.txt', 'not metadata');
    const { list: providers } = list();
    assert.deepEqual(ids(providers), [
      'https://a.example',
      'https://b.example',
      'https://c.example',
      'https://d.example',
    ]);
    const d = providers.find('https://d.example');
    assert.equal(d?.name, 'D ID');
    assert.equal(d.certificates.length, 2, 'both keys while it rolls over');
    assert.deepEqual(d.signOn, { [REDIRECT]: 'https://d.example/sso' });
    assert.deepEqual(d.logoutAnswers, { [POST]: 'https://d.example/slr' });
  });

  it('come from older shapes of the registry too', () => {
    const entry = {
      entity_id: 'https://e.example',
      organization_name: 'E',
      signing_certificate_x509: body(one),
      single_sign_on_service: { binding: POST, location: 'https://e.example/sso' },
    };
    write('old.json', JSON.stringify({ spidFederationRegistry: { entities: [entry] } }));
    assert.equal(list().list.find('https://e.example')?.signOn[POST], 'https://e.example/sso');
    rmSync(join(folder, 'old.json'));
  });

  it('are shown in another order for each visitor', () => {
    const { list: providers } = list();
    const orders = new Set(
      Array.from({ length: 40 }, () =>
        providers
          .shuffled()
          .map((provider) => provider.entityId)
          .join(),
      ),
    );
    assert.ok(orders.size > 5);
  });

  it('a broken file, and a broken provider among good ones, close no other', () => {
    write('broken.xml', '<md:EntityDescriptor');
    write(
      'half.xml',
      `<md:EntitiesDescriptor xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata">${entity('https://f.example', [])}${entity('https://g.example', [one])}</md:EntitiesDescriptor>`,
    );
    const { list: providers, lines } = list();
    assert.ok(ids(providers).includes('https://a.example') && ids(providers).includes('https://g.example'));
    assert.ok(!ids(providers).includes('https://f.example'));
    assert.deepEqual(lines.map((line) => line.event).toSorted(), [
      'saml.metadata-unreadable',
      'saml.provider-unusable',
    ]);
    rmSync(join(folder, 'broken.xml'));
    rmSync(join(folder, 'half.xml'));
  });

  it('are taken up again when a file changes, without a restart; a file that breaks keeps what it said', () => {
    const { list: providers } = list();
    assert.equal(providers.find('https://a.example')?.certificates.length, 1);
    write('a.xml', entity('https://a.example', [one, two]));
    later('a.xml', 60);
    providers.refresh();
    assert.equal(providers.find('https://a.example')?.certificates.length, 2, 'a new key came');
    write('a.xml', 'half written');
    later('a.xml', 120);
    providers.refresh();
    assert.equal(providers.find('https://a.example')?.certificates.length, 2, 'still known');
    rmSync(join(folder, 'a.xml'));
    providers.refresh();
    assert.equal(providers.find('https://a.example'), null, 'gone');
    write('a.xml', entity('https://a.example', [one]));
    providers.refresh();
    assert.ok(providers.find('https://a.example'));
  });

  it('with a certificate past its date are out, or in with a warning when a setting says so', () => {
    const strict = list({}, '2050-01-01T00:00:00Z');
    assert.deepEqual(ids(strict.list), []);
    const lenient = list({ acceptExpired: true }, '2050-01-01T00:00:00Z');
    assert.ok(ids(lenient.list).includes('https://a.example'));
    const warned = lenient.lines.filter((line) => line.event === 'saml.provider-warning');
    assert.ok(warned.length > 0 && warned.every((line) => line.level === 40));
  });

  it('are looked at again on the day a certificate ends', () => {
    const { list: providers, clock } = list();
    assert.ok(providers.find('https://a.example'));
    clock.set('2050-01-01T00:00:00Z');
    providers.refresh();
    assert.equal(providers.find('https://a.example'), null);
  });

  it('reached by http, as the development provider is, are refused in production and taken elsewhere', () => {
    write('dev.xml', entity('http://127.0.0.1:3001/spid/metadata', [one], 'http://127.0.0.1:3001'));
    assert.equal(list().list.find('http://127.0.0.1:3001/spid/metadata'), null);
    assert.ok(list({ production: false }).list.find('http://127.0.0.1:3001/spid/metadata'));
    rmSync(join(folder, 'dev.xml'));
  });

  it('in a folder that is not there cost the sign-in page nothing', () => {
    const { list: providers, lines } = list({ folder: join(folder, 'nowhere') });
    assert.deepEqual(ids(providers), []);
    assert.equal(lines[0]?.event, 'saml.metadata-unreadable');
  });
});

describe('the program with folders', () => {
  it('offers what they name, each federation its own, and asks by form where the settings say so', async () => {
    const portal = await testApp({
      env: {
        SPID_METADATA_DIR: folder,
        CIE_METADATA_DIR: folder,
        SPID_POST_PROVIDERS: 'https://b.example',
        NO_DEVELOPMENT_DOUBLES: '1',
      },
    });
    try {
      assert.ok(portal.app.get(SpidProviders).find('https://a.example'));
      assert.ok(portal.app.get(CieProviders).find('https://a.example'));
      const start = (idp: string) => portal.browser().get('/spid/accedi').query({ idp });
      assert.equal((await start('https://a.example')).status, 302);
      const page = await start('https://b.example');
      assert.equal(page.status, 200);
      assert.equal(load(page.text)('form[action="https://b.example/sso"][method="post"]').length, 1);
    } finally {
      await portal.close();
    }
  });

  it('without any says so, way by way, and keeps the page', async () => {
    const portal = await testApp({ env: { NO_DEVELOPMENT_DOUBLES: '1' } });
    try {
      const page = await portal.browser().get('/accedi');
      assert.equal(page.status, 200);
      const $ = load(page.text);
      for (const id of ['spid', 'cie', 'eidas'])
        assert.equal($(`section[aria-labelledby="${id}"] .note-warning`).length, 1);
      assert.equal((await portal.browser().get('/eidas')).status, 200);
      for (const way of ['spid', 'cie', 'eidas'])
        assert.equal((await portal.browser().get(`/${way}/accedi`)).status, 404);
    } finally {
      await portal.close();
    }
  });
});

describe('npm run spid:certificate', () => {
  const target = () => join(folder, 'keys');
  const env = { BASE_URL: 'https://portale.ente.example/', INSTITUTE_IPA_CODE: 'inps' };

  it('makes a conforming key and certificate, and never writes over one', async () => {
    const said: string[] = [];
    assert.equal(await makeSpidCertificate(target(), env, (text) => said.push(text)), 0);
    const pem = readFileSync(join(target(), 'spid-certificate.pem'), 'utf8');
    const certificate = new X509Certificate(pem);
    for (const part of [
      /CN=INPS/,
      /O=Istituto/,
      /2\.5\.4\.83=https:\/\/portale\.ente\.example(,|$)/,
      /2\.5\.4\.97=PA:IT-inps/,
      /C=IT/,
      /L=Roma/,
    ])
      assert.match(certificate.subject, part);
    assert.equal((certificate.publicKey.algorithm as { modulusLength?: number }).modulusLength, 3072);
    assert.equal(certificate.signatureAlgorithm.hash.name, 'SHA-256');
    assert.equal(statSync(join(target(), 'spid-key.pem')).mode & 0o777, 0o600);
    const kept = readFileSync(join(target(), 'spid-key.pem'), 'utf8');
    assert.equal(await makeSpidCertificate(target(), env, (text) => said.push(text)), 1);
    assert.match(said.at(-1) ?? '', /is there already/);
    assert.equal(readFileSync(join(target(), 'spid-key.pem'), 'utf8'), kept);
  });

  it('is a certificate that OpenSSL reads, where there is one', (context) => {
    if (!existsSync('/usr/bin/openssl')) return context.skip('no openssl here');
    const text = execFileSync('openssl', ['x509', '-in', join(target(), 'spid-certificate.pem'), '-noout', '-text'], {
      encoding: 'utf8',
    });
    assert.match(text, /1\.3\.76\.16\.6\b[^]*agIDcert[^]*1\.3\.76\.16\.4\.2\.1[^]*cert_SP_Pub/);
    assert.match(text, /CA:FALSE/);
    assert.match(text, /organizationIdentifier ?= ?PA:IT-inps/);
  });

  it('is what the start asks for, and names each thing that another lacks', async () => {
    const lines: string[] = [];
    const log = pino({ level: 'warn' }, { write: (line: string) => void lines.push(line) });
    const files = (name: string) => ({
      key: join(target(), `${name}-key.pem`),
      certificate: join(target(), `${name}-certificate.pem`),
    });
    const config = (spid: object) =>
      ({ spid, production: true, baseUrl: new URL('https://portale.ente.example') }) as Config;
    const now = new SystemClock().now();
    await spidKeys(config(files('spid')), now, log);
    assert.deepEqual(lines, []);
    writeFileSync(files('bare').key, one.key);
    writeFileSync(files('bare').certificate, one.certificate);
    await spidKeys(config(files('bare')), now, log);
    assert.match(lines.join(), /basicConstraints must be CA:FALSE.*1\.3\.76\.16\.6/);
    const mixed = { key: files('bare').key, certificate: files('spid').certificate };
    await assert.rejects(spidKeys(config(mixed), now, log), /not the certificate of the key/);
  });

  it('wants the public address first', async () => {
    for (const BASE_URL of [undefined, '', 'http://portale.ente.example', 'portale'])
      assert.equal(await makeSpidCertificate(join(folder, 'none'), { BASE_URL }, () => {}), 2);
    assert.equal(existsSync(join(folder, 'none')), false);
  });
});
