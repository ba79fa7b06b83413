import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import type { Asked, SamlProfile } from '#src/auth/saml/profile.js';
import { Refusal, type RefusalReason } from '#src/auth/saml/refusal.js';
import { judgeResponse, type Expectation, type Verdict } from '#src/auth/saml/response.js';
import { decodeMessage } from '#src/auth/saml/message.js';
import { identityKey } from '#src/auth/identity.js';
import { cieIdentity, eidasIdentity } from '#src/auth/saml-identity.js';
import { CIE, CIE_ASKED } from '#src/auth/strategies/cie/cie.profile.js';
import { EIDAS, EIDAS_FULL, EIDAS_MINIMUM } from '#src/auth/strategies/eidas/eidas.profile.js';
import { COMPANY, PROFESSIONAL, SPID } from '#src/auth/strategies/spid/spid.profile.js';
import * as build from '../../support/saml/builder.ts';
import { testKeys, type TestKeys } from '../../support/saml/keys.ts';

const NOW = '2026-03-02T09:30:00.000Z';
const TODAY = Temporal.PlainDate.from('2026-03-02');
const REQUEST = '_request1';
const ISSUER = 'https://provider.example/metadata';
const COMPANY_FACTS = { companyName: 'Acme S.p.A.', companyFiscalNumber: 'TINIT-12345678903' };
const GRETA = { spidCode: 'DE/IT/1', name: 'Greta', familyName: 'Weber', dateOfBirth: '1985-09-21' };
const { name, familyName, dateOfBirth, fiscalNumber } = build.MARIA as Record<string, string>;
const CARD = { name, familyName, dateOfBirth, fiscalNumber } as Record<string, string>;

let provider: TestKeys;
let other: TestKeys;
let rogue: TestKeys;
before(async () => {
  [provider, other, rogue] = await Promise.all([testKeys('provider'), testKeys('other'), testKeys('rogue')]);
});

/** One federation, or one thing that can be asked of it. */
interface Kind {
  title: string;
  profile: SamlProfile;
  asked: Asked;
  acs: string;
  audience: string;
  attributes: Record<string, string>;
}

const KINDS: Kind[] = [
  {
    title: 'CIE',
    profile: CIE,
    asked: CIE_ASKED,
    acs: 'https://portal.example/cie/acs',
    audience: 'https://portal.example/cie/metadata',
    attributes: CARD,
  },
  {
    title: 'eIDAS, minimum',
    profile: EIDAS,
    asked: EIDAS_MINIMUM,
    acs: 'https://portal.example/eidas/acs',
    audience: 'https://portal.example',
    attributes: GRETA,
  },
  {
    title: 'SPID for professional use',
    profile: SPID,
    asked: PROFESSIONAL,
    acs: 'https://portal.example/spid/acs',
    audience: 'https://portal.example',
    attributes: build.MARIA,
  },
  {
    title: 'SPID for a company',
    profile: SPID,
    asked: COMPANY,
    acs: 'https://portal.example/spid/acs',
    audience: 'https://portal.example',
    attributes: { ...build.MARIA, ...COMPANY_FACTS },
  },
];

function options(kind: Kind, changes: Partial<build.Options> = {}): build.Options {
  const { acs, audience, attributes } = kind;
  const common = { keys: provider, now: NOW, requestId: REQUEST, issuer: ISSUER, acs, audience, level: 2 } as const;
  return { ...common, attributes, plainResponseIssuer: kind.profile === CIE, ...changes };
}

function judge(kind: Kind, xml: string): Verdict {
  const asked = Temporal.Instant.from('2026-03-02T09:29:30.400Z').epochMilliseconds;
  const request = {
    id: REQUEST,
    issuedAt: asked,
    provider: ISSUER,
    certificates: [provider.certificate],
    level: 2,
  } as const;
  const expected: Expectation = {
    now: Temporal.Instant.from('2026-03-02T09:30:05Z').epochMilliseconds,
    profile: kind.profile,
    entityId: kind.audience,
    consumerUrl: kind.acs,
    pending: [{ ...request, asked: kind.asked }],
  };
  try {
    return judgeResponse(decodeMessage(build.packed(xml)), expected);
  } catch (error) {
    if (error instanceof Refusal) return { kind: 'refused', reason: error.reason, requestId: null, signed: false };
    throw error;
  }
}

function refusedFor(kind: Kind, make: Partial<build.Options>, reason: RefusalReason): void {
  const verdict = judge(kind, build.response(options(kind, make)));
  assert.equal(verdict.kind === 'refused' ? verdict.reason : verdict.kind, reason);
}

const entity = 'Format="urn:oasis:names:tc:SAML:2.0:nameid-format:entity"';

for (const kind of KINDS) {
  describe(`${kind.title}: responses`, () => {
    it('a good one is accepted, with what was asked and nothing else', () => {
      const verdict = judge(kind, build.response(options(kind, { attributes: { ...kind.attributes, idCard: 'X1' } })));
      assert.ok(verdict.kind === 'accepted', JSON.stringify(verdict));
      assert.deepEqual(verdict.assertion.attributes, kind.attributes);
    });

    const foreign = { attributes: { ...kind.attributes, companyFiscalNumber: 'TINIT-12345678903' } };
    if (kind.asked.name !== 'company')
      it('a company identity is refused', () => refusedFor(kind, foreign, 'identity-kind'));

    for (const attribute of kind.asked.attributes) {
      it(`refuses: ${attribute} missing`, () => {
        const { [attribute]: _gone, ...attributes } = kind.attributes;
        refusedFor(kind, { attributes }, 'attribute-missing');
      });
      it(`refuses: ${attribute} empty`, () =>
        refusedFor(kind, { attributes: { ...kind.attributes, [attribute]: '' } }, 'attribute-empty'));
    }

    const rows: [string, RefusalReason, () => Partial<build.Options>][] = [
      ['no signature', 'assertion-unsigned', () => ({ signAssertion: false })],
      ['only the Response signed', 'assertion-unsigned', () => ({ signAssertion: false, signResponse: true })],
      ['a rogue key', 'signature-foreign-key', () => ({ keys: rogue })],
      ['another trusted provider signs', 'signature-foreign-key', () => ({ keys: other })],
      [
        'a rogue key under the right certificate',
        'signature-invalid',
        () => ({ keys: rogue, signing: { publish: provider.certificate } }),
      ],
      [
        'a name changed after signing',
        'signature-invalid',
        () => ({ tamper: [[`>${kind.attributes.name}<`, '>Altri<']] }),
      ],
      ['SHA-1', 'signature-algorithm', () => ({ signing: { algorithm: build.RSA_SHA1 } })],
      ['a digest with SHA-1', 'digest-algorithm', () => ({ signing: { digest: build.SHA1 } })],
      [
        'a comment in a value',
        'comment',
        () => ({ tamper: [[`>${kind.attributes.familyName}<`, `>${kind.attributes.familyName}<!-- x --><`]] }),
      ],
      [
        'another Destination',
        'destination',
        () => ({ tamper: [[`Destination="${kind.acs}"`, 'Destination="https://portal.example/other/acs"']] }),
      ],
      [
        'another Recipient',
        'recipient',
        () => ({ edit: [[`Recipient="${kind.acs}"`, 'Recipient="https://portal.example/other/acs"']] }),
      ],
      ['another Audience', 'audience', () => ({ audience: `${kind.audience}/other` })],
      ['another Issuer', 'response-issuer', () => ({ issuer: 'https://another.example' })],
      [
        'an Issuer with a wrong Format',
        'response-issuer-format',
        () => ({
          plainResponseIssuer: true,
          tamper: [[`<saml:Issuer>${ISSUER}`, `<saml:Issuer Format="urn:x">${ISSUER}`]],
        }),
      ],
      [
        'a person recognised tomorrow',
        'authn-in-future',
        () => ({ edit: [[/AuthnInstant="[^"]+"/, 'AuthnInstant="2026-03-03T09:30:00Z"']] }),
      ],
      [
        'a NotBefore in the Subject',
        'subject-not-before',
        () => ({ edit: [['<saml:SubjectConfirmationData ', `<saml:SubjectConfirmationData NotBefore="${NOW}" `]] }),
      ],
      [
        'a session that is over at the provider',
        'session-expired',
        () => ({ edit: [[' AuthnInstant', ' SessionNotOnOrAfter="2026-03-01T09:30:00Z" AuthnInstant']] }),
      ],
      ['InResponseTo of nobody', 'unsolicited', () => ({ requestId: '_another' })],
      ['a weaker level', 'level-too-low', () => ({ level: 1 })],
      [
        'a level of another federation',
        'authn-context',
        () => ({ edit: [['https://www.spid.gov.it/SpidL2', 'urn:oasis:names:tc:SAML:2.0:ac:classes:Password']] }),
      ],
      [
        'a persistent NameID',
        'name-id-format',
        () => ({ edit: [['nameid-format:transient', 'nameid-format:persistent']] }),
      ],
      ['no NameQualifier', 'name-id-qualifier', () => ({ edit: [[` NameQualifier="${ISSUER}"`, '']] })],
      [
        'an expired Subject',
        'subject-expired',
        () => ({
          edit: [[/(<saml:SubjectConfirmationData.*?)NotOnOrAfter="[^"]*"/, '$1NotOnOrAfter="2026-03-02T09:30:01Z"']],
        }),
      ],
      [
        'expired Conditions',
        'conditions-expired',
        () => ({ edit: [[/(<saml:Conditions.*?)NotOnOrAfter="[^"]*"/, '$1NotOnOrAfter="2026-03-02T09:30:01Z"']] }),
      ],
      [
        'a doubled attribute',
        'attribute-doubled',
        () => ({
          edit: [
            ['<saml:AttributeStatement>', `<saml:AttributeStatement>${build.attributesXml({ familyName: 'Altri' })}`],
          ],
        }),
      ],
      [
        'an assertion inside the assertion',
        'assertion-count',
        () => ({ edit: [['<saml:Conditions', '<saml:Advice><saml:Assertion/></saml:Advice><saml:Conditions']] }),
      ],
      [
        'a Response before the request',
        'response-issued-before-request',
        () => ({ tamper: [[/(<samlp:Response[^>]*?)IssueInstant="[^"]*"/, '$1IssueInstant="2026-03-02T09:00:00Z"']] }),
      ],
      [
        'an Assertion from the future',
        'assertion-issued-in-future',
        () => ({ edit: [[/(<saml:Assertion[^>]*?)IssueInstant="[^"]*"/, '$1IssueInstant="2026-03-02T10:30:00Z"']] }),
      ],
    ];
    for (const [row, reason, make] of rows) it(`refuses: ${row}`, () => refusedFor(kind, make(), reason));

    for (const code of kind.profile.personCodes) {
      it(`shows code ${code} though nothing is signed`, () =>
        assert.deepEqual(judge(kind, build.declined(options(kind), `ErrorCode nr${code}`)), {
          kind: 'declined',
          requestId: REQUEST,
          code,
        }));
    }
  });
}

describe('where the federations differ', () => {
  const [card, european] = KINDS as [Kind, Kind];

  it('the Response Issuer may have no Format, or entity, in each', () => {
    for (const kind of KINDS)
      for (const plainResponseIssuer of [true, false])
        assert.equal(judge(kind, build.response(options(kind, { plainResponseIssuer }))).kind, 'accepted', kind.title);
  });

  it('CIE: the Assertion Issuer may have no Format, in the others it must', () => {
    const edit: [string, string][] = [[`<saml:Issuer ${entity}>`, '<saml:Issuer>']];
    assert.equal(judge(card, build.response(options(card, { edit }))).kind, 'accepted');
    for (const kind of KINDS.slice(1)) refusedFor(kind, { edit }, 'assertion-issuer-format');
  });

  for (const format of [
    '',
    ' ',
    'urn:x',
    `urn:oasis:names:tc:SAML:2.0:nameid-format:entity `,
    'urn:oasis:names:tc:SAML:2.0:nameid-format:Entity',
  ])
    it(`no other Format, in either Issuer of each: '${format}'`, () => {
      for (const kind of KINDS) {
        refusedFor(
          kind,
          { edit: [[`<saml:Issuer ${entity}>`, `<saml:Issuer Format="${format}">`]] },
          'assertion-issuer-format',
        );
        const tamper: [RegExp, string][] = [
          [/(<samlp:Response[^>]*>)<saml:Issuer[^>]*>/, `$1<saml:Issuer Format="${format}">`],
        ];
        refusedFor(kind, { tamper }, 'response-issuer-format');
      }
    });

  it('an empty attribute that was not required counts as absent in each', () => {
    for (const kind of KINDS) {
      const optional = [
        'idCard',
        'ivaCode',
        'digitalAddress',
        'domicileMunicipality',
        'registeredOffice',
        'companyFiscalNumber',
        'companyName',
        'address',
      ];
      const empty = optional
        .filter((one) => !(one in kind.attributes))
        .map((one) => `<saml:Attribute Name="${one}"><saml:AttributeValue xsi:nil="true"/></saml:Attribute>`);
      const verdict = judge(
        kind,
        build.response(
          options(kind, { edit: [['</saml:AttributeStatement>', `${empty.join('')}</saml:AttributeStatement>`]] }),
        ),
      );
      assert.ok(verdict.kind === 'accepted', `${kind.title}: ${JSON.stringify(verdict)}`);
      assert.deepEqual(verdict.assertion.attributes, kind.attributes);
    }
  });

  it('eIDAS, full: birthplace, address and gender may come', () => {
    const full = { ...european, asked: EIDAS_FULL, attributes: { ...GRETA, placeOfBirth: 'München', gender: 'F' } };
    const verdict = judge(full, build.response(options(full)));
    assert.deepEqual(verdict.kind === 'accepted' && verdict.assertion.attributes, full.attributes);
    assert.equal(judge(full, build.response(options(full, { attributes: GRETA }))).kind, 'accepted');
    const blank = judge(full, build.response(options(full, { attributes: { ...GRETA, gender: ' ', address: '' } })));
    assert.deepEqual(blank.kind === 'accepted' && blank.assertion.attributes, GRETA);
    refusedFor(full, { attributes: { ...GRETA, familyName: ' ' } }, 'attribute-empty');
  });

  it('eIDAS, minimum: what was not asked for is dropped', () => {
    const verdict = judge(
      european,
      build.response(options(european, { attributes: { ...GRETA, address: 'Beispielweg' } })),
    );
    assert.deepEqual(verdict.kind === 'accepted' && verdict.assertion.attributes, GRETA);
  });
});

describe('the identities', () => {
  const facts = (attributes: Record<string, string>) =>
    ({ issuer: ISSUER, level: 2, nameId: '_n', nameQualifier: 'q', sessionIndex: null, attributes }) as const;

  it('CIE: four attributes, the fiscal code is the key, no spidCode', () => {
    const reading = cieIdentity(facts({ ...CARD, spidCode: 'X' }), TODAY);
    assert.ok(reading.ok);
    assert.equal(reading.identity.spidCode, null);
    assert.equal(reading.identity.method, 'cie');
    assert.equal(identityKey(reading.identity), 'cf:RSSMRA80E55H501U');
    assert.deepEqual(cieIdentity(facts({ ...CARD, fiscalNumber: 'RSSMRA80E55H501U' }), TODAY), {
      ok: false,
      reason: 'fiscal-number',
    });
    assert.deepEqual(cieIdentity(facts({ ...CARD, dateOfBirth: '15.5.1980' }), TODAY), {
      ok: false,
      reason: 'date-of-birth',
    });
  });

  it('eIDAS: no fiscal code, even when one comes; keyed on issuer and spidCode', () => {
    const reading = eidasIdentity(facts({ ...GRETA, fiscalNumber: 'TINIT-RSSMRA80E55H501U' }), TODAY);
    assert.ok(reading.ok);
    assert.equal(reading.identity.fiscalCode, null);
    assert.equal(identityKey(reading.identity), `eidas:${ISSUER}:DE/IT/1`);
    for (const spidCode of ['', 'x'.repeat(101), 'DE/IT/1 2', 'DE/IT/ü'])
      assert.deepEqual(eidasIdentity(facts({ ...GRETA, spidCode }), TODAY), { ok: false, reason: 'spid-code' });
    assert.deepEqual(eidasIdentity(facts({ ...GRETA, dateOfBirth: '1985' }), TODAY), {
      ok: false,
      reason: 'date-of-birth',
    });
  });
});
