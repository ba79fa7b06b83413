import assert from 'node:assert/strict';
import { createPublicKey, verify } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import { inflateRawSync } from 'node:zlib';
import {
  authnRequest,
  names,
  parseXml,
  readProviders,
  ResponseJudge,
  faultsOf,
  selfSigned,
  serviceMetadata,
  verifiedText,
  walk,
  type Provider,
  type SigningKeys,
} from '#src/auth/saml/index.js';
import type { Expectation } from '#src/auth/saml/response.js';
import { checkLetter } from '#src/common/fiscal-code.js';
import { odditiesOf } from '#src/auth/identity-oddities.js';
import { identityKey } from '#src/auth/identity.js';
import { cieIdentity, eidasIdentity, spidIdentity } from '#src/auth/saml-identity.js';
import { PRIVATE, SPID } from '#src/auth/strategies/spid/spid.profile.js';
import {
  BasicConstraintsExtension,
  CertificatePolicyExtension,
  KeyUsageFlags,
  KeyUsagesExtension,
  X509Certificate,
} from '@peculiar/x509';
import * as build from '../../support/saml/builder.ts';
import { testKeys, type TestKeys } from '../../support/saml/keys.ts';

const NOW = Temporal.Instant.from('2026-03-02T09:30:00.123Z');
const TODAY = Temporal.PlainDate.from('2026-03-02');
const ENTITY = 'https://portal.example';
const SSO = 'https://idp.example/sso';

let service: SigningKeys;
let provider: TestKeys;

before(async () => {
  const subject = {
    commonName: 'INPS',
    organization: 'Istituto',
    uri: ENTITY,
    organizationIdentifier: 'PA:IT-INPS',
    locality: 'Roma',
  };
  [service, provider] = await Promise.all([selfSigned(subject, NOW, 2048), testKeys('provider')]);
});

function aProvider(signOn: Record<string, string>): Provider {
  return {
    entityId: 'https://idp.example',
    name: 'Idp',
    certificates: [provider.certificate],
    signOn,
    logout: {},
    logoutAnswers: {},
    prefersPost: false,
  };
}

function content(signOn: Record<string, string>, level: 1 | 2 | 3 = 2) {
  return {
    id: '_request1',
    issuedAt: NOW,
    entityId: ENTITY,
    consumerUrl: `${ENTITY}/spid/acs`,
    provider: aProvider(signOn),
    consumerIndex: 0,
    profile: SPID,
    asked: PRIVATE,
    level,
    keys: service,
  };
}

describe('our certificate', () => {
  it('names the public body as metadata.rst asks', () => {
    const certificate = new X509Certificate(service.certificate);
    assert.match(certificate.subject, /CN=INPS/);
    assert.match(certificate.subject, /2\.5\.4\.83=https:\/\/portal\.example/);
    assert.match(certificate.subject, /2\.5\.4\.97=PA:IT-INPS/);
  });

  /** What AgID's checker of certificates asks of a public body (Avviso 29). */
  it('has the extensions that AgID asks for, critical or not as it asks', () => {
    const certificate = new X509Certificate(service.certificate);
    const constraints = certificate.getExtension(BasicConstraintsExtension);
    assert.deepEqual([constraints?.ca, constraints?.critical], [false, false]);
    const usage = certificate.getExtension(KeyUsagesExtension);
    assert.deepEqual(
      [usage?.usages, usage?.critical],
      [KeyUsageFlags.digitalSignature | KeyUsageFlags.nonRepudiation, true],
    );
    const policies = certificate.getExtension(CertificatePolicyExtension);
    assert.deepEqual([[...policies!.policies], policies!.critical], [['1.3.76.16.6', '1.3.76.16.4.2.1'], false]);
    const notices = Buffer.from(policies!.value).toString('latin1');
    // DER: UTF8String (12), its length, its signs.
    for (const notice of ['agIDcert', 'cert_SP_Pub'])
      assert.ok(notices.includes(String.fromCharCode(12, notice.length) + notice), notice);
    assert.deepEqual(faultsOf(service.certificate, ENTITY, NOW), []);
  });

  it('is measured at start, fault by fault', () => {
    assert.deepEqual(faultsOf(service.certificate, 'https://elsewhere.example', NOW), [
      "the subject's uri (2.5.4.83) must be https://elsewhere.example",
    ]);
    assert.match(faultsOf(service.certificate, ENTITY, NOW.add({ hours: 24 * 366 * 3 })).join(), /^it is good from/);
    const bare = faultsOf(provider.certificate, ENTITY, NOW).join('\n');
    for (const fault of [
      /must say O$/m,
      /must say L$/m,
      /2\.5\.4\.97/,
      /CA:FALSE/,
      /keyUsage/,
      /1\.3\.76\.16\.6/,
      /1\.3\.76\.16\.4\.2\.1/,
    ])
      assert.match(bare, fault);
  });
});

describe('AuthnRequest', () => {
  it('goes by redirect, its query signed with RSA-SHA256', async () => {
    const carried = await authnRequest(content({ [names.HTTP_REDIRECT]: SSO, [names.HTTP_POST]: SSO }), 'opaque');
    assert.ok(carried.binding === 'redirect');
    const url = new URL(carried.url);
    assert.equal(url.searchParams.get('SigAlg'), build.RSA_SHA256);
    assert.equal(url.searchParams.get('RelayState'), 'opaque');
    const raw = url.search.slice(1, url.search.indexOf('&Signature='));
    const signature = Buffer.from(url.searchParams.get('Signature') ?? '', 'base64');
    assert.ok(verify('sha256', Buffer.from(raw), createPublicKey(service.certificate), signature));
    assert.equal(
      inflateRawSync(Buffer.from(url.searchParams.get('SAMLRequest') ?? '', 'base64')).toString(),
      carried.xml,
    );
  });

  it('says what single-sign-on.rst asks', async () => {
    const { xml } = await authnRequest(content({ [names.HTTP_REDIRECT]: SSO }), 'opaque');
    const root = parseXml(xml);
    assert.deepEqual(Object.fromEntries([...root.attributes].filter(([name]) => !name.startsWith('xmlns'))), {
      ID: '_request1',
      Version: '2.0',
      IssueInstant: '2026-03-02T09:30:00.123Z',
      Destination: SSO,
      ForceAuthn: 'true',
      AssertionConsumerServiceIndex: '0',
      AttributeConsumingServiceIndex: '0',
    });
    const [issuer, policy, context] = root.children;
    assert.equal(issuer?.text, ENTITY);
    assert.equal(issuer.attributes.get('Format'), names.ENTITY_FORMAT);
    assert.equal(issuer.attributes.get('NameQualifier'), ENTITY);
    assert.deepEqual([...(policy?.attributes ?? [])], [['Format', names.TRANSIENT_FORMAT]]);
    assert.equal(context?.attributes.get('Comparison'), 'minimum');
    assert.deepEqual(
      context.children.map((one) => one.text),
      ['https://www.spid.gov.it/SpidL2'],
    );
  });

  it('forces a fresh authentication from level 2 on', async () => {
    const { xml } = await authnRequest(content({ [names.HTTP_REDIRECT]: SSO }, 1), 'opaque');
    assert.equal(parseXml(xml).attributes.has('ForceAuthn'), false);
  });

  it('goes by POST where the provider takes nothing else, signed inside', async () => {
    const carried = await authnRequest(content({ [names.HTTP_POST]: SSO }), 'opaque');
    assert.ok(carried.binding === 'post');
    assert.equal(carried.action, SSO);
    const xml = Buffer.from(carried.fields.SAMLRequest ?? '', 'base64').toString();
    const root = parseXml(xml);
    assert.equal(root.children[1]?.local, 'Signature');
    assert.match(verifiedText(xml, root, [service.certificate]), /AuthnRequest/);
  });
});

describe('our metadata', () => {
  const metadata = () =>
    serviceMetadata(
      {
        entityId: ENTITY,
        consumerUrls: [`${ENTITY}/spid/acs`],
        logoutUrl: `${ENTITY}/spid/logout`,
        asks: [{ ...PRIVATE, serviceName: "L'area & altro" }],
        organization: { name: 'Istituto Nazionale', displayName: 'INPS', url: ENTITY },
        contact: { kind: 'spid', ipaCode: 'INPS', email: 'a@ente.example', phone: '+39 06 123' },
      },
      service,
    );

  it('are signed and say what Avviso 29 asks', () => {
    const xml = metadata();
    const root = parseXml(verifiedText(xml, parseXml(xml), [service.certificate]));
    const all = [...walk(root)];
    const named = (local: string) => all.filter((one) => one.local === local);
    assert.equal(root.attributes.get('entityID'), ENTITY);
    assert.equal(named('SPSSODescriptor')[0]?.attributes.get('AuthnRequestsSigned'), 'true');
    assert.equal(named('SPSSODescriptor')[0]?.attributes.get('WantAssertionsSigned'), 'true');
    assert.equal(named('AssertionConsumerService')[0]?.attributes.get('index'), '0');
    assert.equal(named('AssertionConsumerService')[0]?.attributes.get('isDefault'), 'true');
    assert.ok(named('SingleLogoutService').length >= 1);
    assert.equal(named('RequestedAttribute').length, SPID.attributes.length + SPID.optionalAttributes.length);
    for (const one of ['OrganizationName', 'OrganizationDisplayName', 'OrganizationURL'])
      assert.equal(named(one)[0]?.attributes.get('xml:lang'), 'it');
    assert.equal(named('ContactPerson').length, 1);
    assert.equal(named('ContactPerson')[0]?.attributes.get('contactType'), 'other');
    assert.deepEqual(
      named('Extensions')[0]?.children.map((one) => [one.local, one.ns, one.text]),
      [
        ['IPACode', names.SPID_EXTENSIONS, 'INPS'],
        ['Public', names.SPID_EXTENSIONS, ''],
      ],
    );
    assert.equal(named('TelephoneNumber')[0]?.text, '+3906123');
  });

  it('are the same bytes each time', () => assert.equal(metadata(), metadata()));
});

describe('provider metadata', () => {
  const body = () => provider.certificate.replace(/-----[A-Z ]+-----|\s+/g, '');
  const xml = (extra = '') =>
    `<?xml version="1.0"?><!-- a comment --><md:EntityDescriptor xmlns:md="${names.MD}" xmlns:ds="${names.DS}" entityID="https://idp.example"><md:IDPSSODescriptor>` +
    `<md:KeyDescriptor use="signing"><ds:KeyInfo><ds:X509Data><ds:X509Certificate>\n${body()}\n</ds:X509Certificate></ds:X509Data></ds:KeyInfo></md:KeyDescriptor>` +
    `<md:SingleSignOnService Binding="${names.HTTP_POST}" Location="${SSO}"/>${extra}</md:IDPSSODescriptor>` +
    `<md:Organization><md:OrganizationDisplayName xml:lang="en">Idp</md:OrganizationDisplayName><md:OrganizationDisplayName xml:lang="it">Il gestore</md:OrganizationDisplayName></md:Organization></md:EntityDescriptor>`;
  const rules = { now: NOW, acceptExpired: false };

  it('are read with name, keys and addresses', () => {
    const [reading] = readProviders(xml(), rules);
    assert.equal(reading?.provider.name, 'Il gestore');
    assert.equal(reading.provider.certificates.length, 1);
    assert.deepEqual(reading.provider.signOn, { [names.HTTP_POST]: SSO });
  });

  it('do not take a script for an address', () => {
    const [reading] = readProviders(
      xml(`<md:SingleSignOnService Binding="${names.HTTP_REDIRECT}" Location="javascript:alert(1)"/>`),
      rules,
    );
    assert.deepEqual(Object.keys(reading?.provider.signOn ?? {}), [names.HTTP_POST]);
  });

  it('with an expired certificate are refused, or taken with a warning when a setting says so', () => {
    const late = NOW.add({ hours: 24 * 365 * 30 });
    assert.throws(() => readProviders(xml(), { now: late, acceptExpired: false }), /no usable signing certificate/);
    assert.equal(readProviders(xml(), { now: late, acceptExpired: true })[0]?.warnings.length, 1);
  });
});

describe('the worker threads', () => {
  const judge = new ResponseJudge(2000);
  after(() => judge.close());

  const expectation = (): Expectation => ({
    now: NOW.epochMilliseconds + 3000,
    profile: SPID,
    entityId: ENTITY,
    consumerUrl: `${ENTITY}/spid/acs`,
    pending: [
      {
        id: '_request1',
        issuedAt: NOW.epochMilliseconds,
        provider: 'https://idp.example',
        certificates: [provider.certificate],
        level: 2,
      },
    ],
  });
  const good = () =>
    build.response({
      keys: provider,
      now: '2026-03-02T09:30:02.000Z',
      requestId: '_request1',
      issuer: 'https://idp.example',
      acs: `${ENTITY}/spid/acs`,
      audience: ENTITY,
      level: 2,
    });

  it('judge as the judge does', async () => {
    const verdict = await judge.judge(good(), expectation());
    assert.equal(verdict.kind, 'accepted');
  });

  it('refuse floods (what they cost everybody else: delay.test.ts)', async () => {
    const floods = [
      good().replace('<samlp:Status>', `${'<a>'.repeat(8000)}`),
      good().replace(
        '<samlp:Status>',
        `<x ${Array.from({ length: 4000 }, (_v, i) => `xmlns:n${i}="u${i}"`).join(' ')}/><samlp:Status>`,
      ),
      good().replace(
        '<samlp:Status>',
        `<x ${Array.from({ length: 9000 }, (_v, i) => `a${i}=""`).join(' ')}/><samlp:Status>`,
      ),
      good().replace('<samlp:Status>', `${'<a b="c"/>'.repeat(4000)}<samlp:Status>`),
      `<${'a'.repeat(60_000)}`,
      `<a ${' '.repeat(60_000)}`,
      '&'.repeat(60_000),
    ];
    const three = floods.flatMap((xml) => [xml, xml, xml]);
    const verdicts = await Promise.all(three.map((xml) => judge.judge(xml, expectation())));
    assert.ok(verdicts.every(({ kind }) => kind === 'refused'));
  });

  it('turn away what is more than they can take', async () => {
    const verdicts = await Promise.all(Array.from({ length: 100 }, () => judge.judge(good(), expectation())));
    const busy = verdicts.filter((verdict) => verdict.kind === 'refused' && verdict.reason === 'busy').length;
    assert.equal(busy, 34);
    assert.equal(verdicts.filter((verdict) => verdict.kind === 'accepted').length, 66);
  });

  it('are given their time of a processor, however long a busy machine makes everybody wait', async () => {
    const judged = judge.judge(good(), expectation());
    // The pages' thread stands still for longer than the limit: the verdict is there when it goes on.
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 2500);
    assert.equal((await judged).kind, 'accepted');
  });

  it('are stopped when they take too long, and the next message is judged again', async () => {
    const hasty = new ResponseJudge(1);
    const verdict = await hasty.judge(good(), expectation());
    assert.deepEqual(verdict, { kind: 'refused', reason: 'too-slow', requestId: null, signed: false });
    await hasty.close();
    assert.equal((await judge.judge(good(), expectation())).kind, 'accepted');
  });
});

describe('the identity', () => {
  const facts = (changes: Record<string, string> = {}) =>
    ({
      issuer: 'https://idp.example',
      level: 2,
      nameId: '_n',
      nameQualifier: 'q',
      sessionIndex: null,
      attributes: { ...build.MARIA, ...changes },
    }) as const;

  it('comes from the attributes', () => {
    const reading = spidIdentity(facts({ domicileMunicipality: 'Roma' }), TODAY);
    assert.ok(reading.ok);
    assert.equal(reading.identity.fiscalCode, 'RSSMRA80E55H501U');
    assert.equal(reading.identity.domicile?.municipality, 'Roma');
    assert.equal(identityKey(reading.identity), 'cf:RSSMRA80E55H501U');
  });

  for (const fiscalNumber of [
    '',
    'RSSMRA80E55H501U',
    'TINIT-RSSMRA80E55H501A',
    'TINIT-rssmra80e55h501u',
    'TINIT-RSSMRA80E55H501U ',
    'TINIT-12345678901',
    'TINDE-123',
    'TINIT-RSSMRA80E55H501U;x',
    'TINIT-RŞSMRA80E55H501U',
  ]) {
    it(`refuses the fiscal number "${fiscalNumber}"`, () =>
      assert.deepEqual(spidIdentity(facts({ fiscalNumber }), TODAY), { ok: false, reason: 'fiscal-number' }));
  }

  for (const dateOfBirth of ['', '15/05/1980', '1980-02-30', '1980-5-15', '+001980-05-15', '1980-05-15T00:00']) {
    it(`refuses the date of birth "${dateOfBirth}"`, () =>
      assert.deepEqual(spidIdentity(facts({ dateOfBirth }), TODAY), { ok: false, reason: 'date-of-birth' }));
  }

  for (const dateOfBirth of ['2026-03-03', '2027-01-01', '9999-12-31', '0000-01-01', '0001-01-01', '1876-03-02']) {
    it(`refuses that somebody alive was born on ${dateOfBirth}`, () => {
      const refused = { ok: false, reason: 'date-of-birth' };
      assert.deepEqual(spidIdentity(facts({ dateOfBirth }), TODAY), refused);
      assert.deepEqual(cieIdentity(facts({ dateOfBirth }), TODAY), refused);
      assert.deepEqual(eidasIdentity(facts({ dateOfBirth }), TODAY), refused);
    });
  }

  for (const dateOfBirth of ['2026-03-02', '1900-01-01', '1904-02-29', '2024-02-29']) {
    it(`takes the date of birth ${dateOfBirth}`, () => {
      assert.equal(spidIdentity(facts({ dateOfBirth }), TODAY).ok, true);
      assert.equal(cieIdentity(facts({ dateOfBirth }), TODAY).ok, true);
      assert.equal(eidasIdentity(facts({ dateOfBirth }), TODAY).ok, true);
    });
  }

  const oddities: [string, Record<string, string>, string[]][] = [
    ['nothing', {}, []],
    ['a birthday that is not the one of the code', { dateOfBirth: '1980-05-16' }, ['birth-date']],
    ['another year', { dateOfBirth: '1981-05-15' }, ['birth-date']],
    ['the same day a century before, which the code does not tell', { dateOfBirth: '1880-05-15' }, []],
    ['another gender', { gender: 'M' }, ['gender']],
    ['another place', { placeOfBirth: 'F205' }, ['birthplace-differs']],
    ['a place that no list knows', { placeOfBirth: 'Z999' }, ['birthplace-unknown', 'birthplace-differs']],
    ['a place that is no code', { placeOfBirth: 'Roma' }, []],
    [
      'a code with a place that no list knows',
      { fiscalNumber: `TINIT-RSSMRA80E55Z999${checkLetter('RSSMRA80E55Z999')}`, placeOfBirth: 'Z999' },
      ['birthplace-unknown'],
    ],
    ['a code with omocodia', { fiscalNumber: 'TINIT-RSSMRA80E55H50MM' }, []],
  ];
  for (const [name, changes, expected] of oddities)
    it(`is taken whatever is odd in it, and that is said: ${name}`, () => {
      const reading = spidIdentity(facts(changes), TODAY);
      assert.ok(reading.ok);
      assert.deepEqual(odditiesOf(reading.identity), expected);
    });

  it('takes a code with omocodia', () => {
    const reading = spidIdentity(facts({ fiscalNumber: 'TINIT-RSSMRA80E55H50MV' }), TODAY);
    assert.equal(reading.ok, false, 'a wrong check letter is still wrong');
    assert.equal(spidIdentity(facts({ fiscalNumber: 'TINIT-RSSMRA80E55H50MM' }), TODAY).ok, true);
  });
});
