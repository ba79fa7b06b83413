import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { Refusal, type RefusalReason } from '#src/auth/saml/refusal.js';
import { judgeResponse, type Expectation, type Verdict } from '#src/auth/saml/response.js';
import { decodeMessage } from '#src/auth/saml/message.js';
import { SPID } from '#src/auth/strategies/spid/spid.profile.js';
import * as build from '../../support/saml/builder.ts';
import { testKeys, type TestKeys } from '../../support/saml/keys.ts';

const NOW = '2026-03-02T09:30:00.000Z';
const REQUEST = '_request1';
const ISSUER = 'https://idp.example/metadata';
const ACS = 'https://portal.example/spid/acs';
const AUDIENCE = 'https://portal.example';

let provider: TestKeys;
let other: TestKeys;
let rogue: TestKeys;

before(async () => {
  [provider, other, rogue] = await Promise.all([testKeys('provider'), testKeys('other'), testKeys('rogue')]);
});

type Changes = Partial<build.Options>;
type Edits = [string | RegExp, string][];

function options(changes: Changes = {}): build.Options {
  return {
    keys: provider,
    now: NOW,
    requestId: REQUEST,
    issuer: ISSUER,
    acs: ACS,
    audience: AUDIENCE,
    level: 2,
    ...changes,
  };
}

function expectation(changes: Partial<Expectation> = {}): Expectation {
  const asked = Temporal.Instant.from('2026-03-02T09:29:30.400Z').epochMilliseconds;
  return {
    now: Temporal.Instant.from('2026-03-02T09:30:05Z').epochMilliseconds,
    profile: SPID,
    entityId: AUDIENCE,
    consumerUrl: ACS,
    pending: [{ id: REQUEST, issuedAt: asked, provider: ISSUER, certificates: [provider.certificate], level: 2 }],
    ...changes,
  };
}

/** The whole way of a message, from the form field to the verdict. */
function judge(xml: string, changes: Partial<Expectation> = {}): Verdict {
  try {
    return judgeResponse(decodeMessage(build.packed(xml)), expectation(changes));
  } catch (error) {
    if (error instanceof Refusal) return { kind: 'refused', reason: error.reason, requestId: null, signed: false };
    throw error;
  }
}

function refusedFor(xml: string, reason: RefusalReason, changes: Partial<Expectation> = {}): void {
  const verdict = judge(xml, changes);
  assert.deepEqual(verdict.kind === 'refused' ? verdict.reason : verdict, reason);
}

describe('a refusal says whether the provider had signed what was read', () => {
  const signed = (changes: Changes) => {
    const verdict = judge(build.response(options(changes)));
    assert.ok(verdict.kind === 'refused', verdict.kind);
    return verdict.signed;
  };
  const late: Edits = [[/NotOnOrAfter="[^"]+"/g, 'NotOnOrAfter="2026-03-02T09:30:01Z"']];

  it('yes, when the assertion or the Response was verified', () => {
    assert.equal(signed({ edit: late }), true);
    assert.equal(signed({ signResponse: true, signAssertion: false }), true);
  });

  it('no, when there is no signature or it does not hold', () => {
    assert.equal(signed({ signAssertion: false }), false);
    assert.equal(signed({ tamper: [['Maria', 'Mario']] }), false);
    assert.equal(signed({ edit: late, tamper: [['Maria', 'Mario']] }), false);
  });
});

describe('a good response', () => {
  it('may have recognised the person by a clock that is a little behind', () => {
    const edit: Edits = [[/AuthnInstant="[^"]+"/, 'AuthnInstant="2026-03-02T09:29:00Z"']];
    assert.equal(judge(build.response(options({ edit }))).kind, 'accepted');
  });

  it('may come of a single sign-on where no new authentication was asked (level 1)', () => {
    const edit: Edits = [[/AuthnInstant="[^"]+"/, 'AuthnInstant="2026-03-02T07:00:00Z"']];
    const pending = expectation().pending.map((one) => ({ ...one, level: 1 as const }));
    assert.equal(judge(build.response(options({ edit, level: 1 })), { pending }).kind, 'accepted');
    const cie = judge(build.response(options({ edit, level: 1, plainResponseIssuer: true })), {
      pending,
      profile: { ...SPID, forceAlways: true },
    });
    assert.deepEqual(cie.kind === 'refused' && cie.reason, 'authn-before-request', 'CIE always asks for a new one');
  });

  it('is accepted, and says what was signed', () => {
    const verdict = judge(build.response(options()));
    assert.ok(verdict.kind === 'accepted', JSON.stringify(verdict));
    assert.equal(verdict.requestId, REQUEST);
    assert.equal(verdict.responseId, '_response1');
    assert.equal(verdict.assertionId, '_assertion1');
    assert.equal(verdict.usableUntil, Temporal.Instant.from('2026-03-02T09:35:00Z').epochMilliseconds);
    assert.equal(verdict.assertion.level, 2);
    assert.equal(verdict.assertion.nameId, '_transient-name');
    assert.deepEqual(verdict.assertion.attributes, build.MARIA);
  });

  const good: [string, () => build.Options, Partial<Expectation>?][] = [
    ['with the Response signed too', () => options({ signResponse: true })],
    ['signed with SHA-512', () => options({ signing: { algorithm: build.RSA_SHA512, digest: build.SHA512 } })],
    ['without KeyInfo', () => options({ signing: { publish: null } })],
    [
      'without Format on the Response Issuer',
      () => options({ tamper: [[/(<samlp:Response[^>]*>.*?<saml:Issuer) Format="[^"]*"/, '$1']] }),
    ],
    ['of a higher level than asked', () => options({ level: 3 })],
    ['with whole seconds, in the second of the request', () => options({ now: '2026-03-02T09:29:30Z' })],
    [
      'with accents and escaped signs',
      () => options({ attributes: { ...build.MARIA, familyName: 'D&#39;Aloè &amp; Müller' } }),
    ],
    [
      'with an attribute nobody asked for, which is dropped',
      () => options({ attributes: { ...build.MARIA, idCard: 'passport X' } }),
    ],
    [
      'with base64 of the signature broken over lines',
      () => options({ tamper: [[/(<ds:SignatureValue>.{64})/, '$1\n']] }),
    ],
  ];
  for (const [name, make] of good) {
    it(name, () => {
      const verdict = judge(build.response(make()));
      assert.equal(verdict.kind, 'accepted', JSON.stringify(verdict));
      assert.deepEqual(Object.keys(verdict.kind === 'accepted' ? verdict.assertion.attributes : {}), [
        ...SPID.attributes,
      ]);
    });
  }

  it('may say the domicile', () => {
    const verdict = judge(build.response(options({ attributes: { ...build.MARIA, domicileMunicipality: 'Roma' } })));
    assert.equal(verdict.kind === 'accepted' && verdict.assertion.attributes.domicileMunicipality, 'Roma');
  });

  it('may say how long the session at the provider lasts', () => {
    for (const until of ['2026-03-02T09:30:05.001Z', '2026-03-02T17:30:00Z', '9999-12-31T23:59:59Z']) {
      const edit: Edits = [[' AuthnInstant', ` SessionNotOnOrAfter="${until}" AuthnInstant`]];
      assert.equal(judge(build.response(options({ edit }))).kind, 'accepted', until);
    }
  });

  it('may have recognised the person by a clock that is a little ahead', () => {
    const edit: Edits = [[/AuthnInstant="[^"]+"/, 'AuthnInstant="2026-03-02T09:30:35Z"']];
    assert.equal(judge(build.response(options({ edit }))).kind, 'accepted');
  });

  it('is accepted under the new key of a provider that rolls over', () => {
    const [request] = expectation().pending;
    assert.ok(request);
    const pending = [{ ...request, certificates: [other.certificate, provider.certificate] }];
    assert.equal(judge(build.response(options()), { pending }).kind, 'accepted');
  });
});

/** Ways in which providers write that they know nothing. */
const NOTHING: Record<string, string> = {
  'no AttributeValue': '',
  'a self-closing AttributeValue': '<saml:AttributeValue/>',
  'an empty AttributeValue': '<saml:AttributeValue xsi:type="xs:string"></saml:AttributeValue>',
  'white space': '<saml:AttributeValue> \n\t </saml:AttributeValue>',
  'a no-break space': '<saml:AttributeValue>&#160;</saml:AttributeValue>',
  'signs without width': '<saml:AttributeValue>&#x200B;&#xFEFF;</saml:AttributeValue>',
  'xsi:nil="true"': '<saml:AttributeValue xsi:nil="true"/>',
  'xsi:nil="1"': '<saml:AttributeValue xsi:nil="1"></saml:AttributeValue>',
  'xsi:nil and a value all the same': '<saml:AttributeValue xsi:nil="true">12345678903</saml:AttributeValue>',
  'two empty ones': '<saml:AttributeValue/><saml:AttributeValue> </saml:AttributeValue>',
};
const attribute = (name: string, inside: string) => `<saml:Attribute Name="${name}">${inside}</saml:Attribute>`;
const adding = (...more: string[]): Edits => [
  ['</saml:AttributeStatement>', `${more.join('')}</saml:AttributeStatement>`],
];

describe('an attribute that is empty', () => {
  for (const [kind, inside] of Object.entries(NOTHING)) {
    for (const name of [
      'domicileMunicipality',
      'ivaCode',
      'companyFiscalNumber',
      'digitalAddress',
      'idCard',
      'neverHeardOf',
    ])
      it(`counts as absent when it was not required: ${name}, ${kind}`, () => {
        const verdict = judge(build.response(options({ edit: adding(attribute(name, inside)) })));
        assert.ok(verdict.kind === 'accepted', JSON.stringify(verdict));
        assert.deepEqual(verdict.assertion.attributes, build.MARIA);
      });
    for (const name of SPID.attributes)
      it(`is refused when it was required: ${name}, ${kind}`, () => {
        const { [name]: _gone, ...attributes } = build.MARIA;
        const verdict = judge(build.response(options({ attributes, edit: adding(attribute(name, inside)) })));
        assert.ok(
          verdict.kind === 'refused' && /^attribute-(?:empty|value)$/.test(verdict.reason),
          JSON.stringify(verdict),
        );
      });
  }

  const rome = '<saml:AttributeValue>Roma</saml:AttributeValue>';
  const pairs: [string, string[]][] = [
    ['a value and an empty one', [attribute('domicileMunicipality', `<saml:AttributeValue/>${rome}`)]],
    [
      'twice, once empty',
      [attribute('domicileMunicipality', '<saml:AttributeValue/>'), attribute('domicileMunicipality', rome)],
    ],
    [
      'beside many that are blank',
      [
        attribute('ivaCode', ''),
        attribute('digitalAddress', ' '),
        attribute('domicileMunicipality', rome),
        attribute('idCard', '<saml:AttributeValue/>'),
      ],
    ],
  ];
  for (const [kind, more] of pairs)
    it(`leaves the value that there is: ${kind}`, () => {
      const verdict = judge(build.response(options({ edit: adding(...more) })));
      assert.ok(verdict.kind === 'accepted', JSON.stringify(verdict));
      assert.deepEqual(verdict.assertion.attributes, { ...build.MARIA, domicileMunicipality: 'Roma' });
    });

  const refusals: [string, RefusalReason, string[]][] = [
    [
      'a required one with a value and an empty one',
      'attribute-value',
      [attribute('email', '<saml:AttributeValue>a@posta.example</saml:AttributeValue><saml:AttributeValue/>')],
    ],
    ['a required one that comes again, empty', 'attribute-empty', [attribute('name', '<saml:AttributeValue/>')]],
    ['two values of an optional one', 'attribute-value', [attribute('domicileMunicipality', rome + rome)]],
    [
      'an optional one twice',
      'attribute-doubled',
      [attribute('domicileMunicipality', rome), attribute('domicileMunicipality', rome)],
    ],
    ['an element in the place of a value', 'attribute-value', [attribute('ivaCode', '<saml:Other/>')]],
    ['an empty one without a name', 'attribute-name', [attribute('', '')]],
    [
      'a company identity beside an empty one',
      'identity-kind',
      [attribute('ivaCode', ''), attribute('companyName', '<saml:AttributeValue>Acme</saml:AttributeValue>')],
    ],
  ];
  for (const [kind, reason, more] of refusals)
    it(`refuses: ${kind}`, () => {
      const attributes = Object.fromEntries(
        Object.entries(build.MARIA).filter(([name]) => name !== 'email' || !more[0]?.includes('"email"')),
      );
      refusedFor(build.response(options({ attributes, edit: adding(...more) })), reason);
    });
});

describe('signatures', () => {
  const cases: [string, RefusalReason, () => string][] = [
    ['no signature at all', 'assertion-unsigned', () => build.response(options({ signAssertion: false }))],
    [
      'only the Response signed',
      'assertion-unsigned',
      () => build.response(options({ signAssertion: false, signResponse: true })),
    ],
    [
      'a rogue key with the certificate of the provider',
      'signature-invalid',
      () => build.response(options({ keys: rogue, signing: { publish: provider.certificate } })),
    ],
    [
      'a rogue key without KeyInfo',
      'signature-invalid',
      () => build.response(options({ keys: rogue, signing: { publish: null } })),
    ],
    ['a rogue key with its own certificate', 'signature-foreign-key', () => build.response(options({ keys: rogue }))],
    ['another trusted provider signs', 'signature-foreign-key', () => build.response(options({ keys: other }))],
    ['a name changed after signing', 'signature-invalid', () => tampered('>Maria<', '>Marta<')],
    [
      'a fiscal code changed after signing',
      'signature-invalid',
      () => tampered('RSSMRA80E55H501U', 'BNCGNN75C12F205J'),
    ],
    ['a level changed after signing', 'signature-invalid', () => tampered('SpidL2', 'SpidL3')],
    [
      'an audience changed after signing',
      'signature-invalid',
      () => tampered(`<saml:Audience>${AUDIENCE}`, '<saml:Audience>https://elsewhere.example'),
    ],
    [
      'a signature value changed',
      'signature-invalid',
      () => tampered(/<ds:SignatureValue>..../, '<ds:SignatureValue>AAAA'),
    ],
    ['a digest changed', 'signature-invalid', () => tampered(/<ds:DigestValue>..../, '<ds:DigestValue>AAAA')],
    [
      'the Response signature broken',
      'signature-invalid',
      () =>
        build.response(
          options({ signResponse: true, tamper: [['_response1" Version', '_response1" Consent="urn:x" Version']] }),
        ),
    ],
    [
      'HMAC with the public certificate',
      'signature-algorithm',
      () => build.withHmac(build.response(options()), provider.certificate),
    ],
    [
      'RSA with SHA-1',
      'signature-algorithm',
      () => build.response(options({ signing: { algorithm: build.RSA_SHA1 } })),
    ],
    ['digest with SHA-1', 'digest-algorithm', () => build.response(options({ signing: { digest: build.SHA1 } }))],
    [
      'RSA-PSS, which nobody agreed on',
      'signature-algorithm',
      () => tampered(build.RSA_SHA256, 'http://www.w3.org/2007/05/xmldsig-more#sha256-rsa-MGF1'),
    ],
    ['an unknown algorithm', 'signature-algorithm', () => tampered(build.RSA_SHA256, '__proto__')],
    [
      'inclusive canonicalisation of SignedInfo',
      'canonicalization',
      () => build.response(options({ signing: { canonicalization: build.INCLUSIVE } })),
    ],
    [
      'canonicalisation with comments',
      'canonicalization',
      () => build.response(options({ signing: { canonicalization: `${build.EXCLUSIVE}WithComments` } })),
    ],
    [
      'inclusive canonicalisation as a transform',
      'transforms',
      () => build.response(options({ signing: { transforms: [build.ENVELOPED, build.INCLUSIVE] } })),
    ],
    [
      'one transform missing',
      'transforms',
      () => build.response(options({ signing: { transforms: [build.ENVELOPED] } })),
    ],
    [
      'a third transform',
      'transforms',
      () => build.response(options({ signing: { transforms: [build.ENVELOPED, build.EXCLUSIVE, build.EXCLUSIVE] } })),
    ],
    ['an XSLT transform', 'transforms', () => tampered(build.ENVELOPED, 'http://www.w3.org/TR/1999/REC-xslt-19991116')],
    [
      'an XPath transform',
      'transforms',
      () => tampered(build.ENVELOPED, 'http://www.w3.org/TR/1999/REC-xpath-19991116'),
    ],
    ['two SignedInfo', 'signature-structure', () => tampered(/(<ds:SignedInfo>.*?<\/ds:SignedInfo>)/, '$1$1')],
    [
      'a second SignedInfo hidden in KeyInfo',
      'signature-structure',
      () => tampered(/(<ds:SignedInfo>.*?<\/ds:SignedInfo>)(.*?<ds:KeyInfo>)/, '$1$2$1'),
    ],
    [
      'a second SignatureMethod before ours',
      'signature-structure',
      () => tampered('<ds:SignedInfo>', '<ds:SignatureMethod Algorithm="x"/><ds:SignedInfo>'),
    ],
    ['two references', 'signature-structure', () => tampered(/(<ds:Reference .*?<\/ds:Reference>)/, '$1$1')],
    ['two DigestValue', 'signature-structure', () => tampered(/(<ds:DigestValue>.*?<\/ds:DigestValue>)/, '$1$1')],
    [
      'an element inside DigestValue',
      'signature-structure',
      () => tampered(/<ds:DigestValue>/, '<ds:DigestValue><x/>'),
    ],
    [
      'an Object inside the signature',
      'signature-structure',
      () => tampered('</ds:KeyInfo>', '</ds:KeyInfo><ds:Object/>'),
    ],
    [
      'two signatures in the assertion',
      'signature-structure',
      () => tampered(/(<ds:Signature .*?<\/ds:Signature>)/, '$1$1'),
    ],
    ['a reference to nothing', 'signature-reference', () => tampered('URI="#_assertion1"', 'URI=""')],
    [
      'a reference to another element',
      'signature-reference',
      () => tampered('URI="#_assertion1"', 'URI="#_response1"'),
    ],
    [
      'a reference by XPointer',
      'signature-reference',
      () => tampered('URI="#_assertion1"', `URI="#xpointer(id('_assertion1'))"`),
    ],
    [
      'the signature moved into Conditions',
      'signature-position',
      () => tampered(/(<ds:Signature .*?<\/ds:Signature>)(.*?<saml:Conditions[^>]*>)/, '$2$1'),
    ],
    [
      'a signature of another namespace',
      'signature-position',
      () => tampered('xmlns:ds="http://www.w3.org/2000/09/xmldsig#"', 'xmlns:ds="urn:not-xmldsig"'),
    ],
  ];
  for (const [name, reason, make] of cases) it(`refuses: ${name}`, () => refusedFor(make(), reason));
});

describe('wrapping', () => {
  const good = () => build.response(options());
  const signedAssertion = () => /<saml:Assertion .*<\/saml:Assertion>/s.exec(good())?.[0] ?? '';
  const evil = () =>
    build.assertionXml(
      options({ assertionId: '_evil', attributes: { ...build.MARIA, fiscalNumber: 'TINIT-BNCGNN75C12F205J' } }),
    );
  const holding = (inner: string) => build.responseXml(options(), inner);

  const cases: [string, RefusalReason, () => string][] = [
    ['an evil assertion before the signed one', 'assertion-count', () => holding(evil() + signedAssertion())],
    ['an evil assertion after the signed one', 'assertion-count', () => holding(signedAssertion() + evil())],
    ['two signed assertions', 'assertion-count', () => holding(signedAssertion() + build.signed(evil(), provider))],
    [
      'the signed one inside the evil one',
      'assertion-count',
      () => holding(evil().replace('</saml:Issuer>', `</saml:Issuer>${signedAssertion()}`)),
    ],
    [
      'the evil one inside the signed one',
      'assertion-count',
      () => holding(signedAssertion().replace('</saml:Issuer>', `</saml:Issuer>${evil()}`)),
    ],
    [
      'the signed one in Extensions',
      'assertion-count',
      () => holding(`<samlp:Extensions>${signedAssertion()}</samlp:Extensions>${evil()}`),
    ],
    [
      'the signed one in an Object of the evil signature',
      'assertion-count',
      () =>
        holding(
          evil().replace(
            '</saml:Issuer>',
            `</saml:Issuer><ds:Signature xmlns:ds="http://www.w3.org/2000/09/xmldsig#"><ds:Object>${signedAssertion()}</ds:Object></ds:Signature>`,
          ),
        ),
    ],
    [
      'the signed one in Advice',
      'assertion-count',
      () => holding(evil().replace('<saml:Subject>', `<saml:Advice>${signedAssertion()}</saml:Advice><saml:Subject>`)),
    ],
    [
      'only in Extensions',
      'assertion-position',
      () => holding(`<samlp:Extensions>${signedAssertion()}</samlp:Extensions>`),
    ],
    [
      'the signed Response inside an evil Response',
      'response-structure',
      () => holding(`<samlp:Extensions>${good()}</samlp:Extensions>`),
    ],
    [
      'an evil assertion of another namespace',
      'assertion-count',
      () => holding(`<e:Assertion xmlns:e="urn:e"/>${signedAssertion()}`),
    ],
    [
      'an evil assertion with the ID of the signed one',
      'assertion-count',
      () => holding(evil().replace('_evil', '_assertion1') + signedAssertion()),
    ],
    [
      'the evil one with the signature of the good one',
      'signature-reference',
      () =>
        holding(
          evil().replace(
            '</saml:Issuer>',
            `</saml:Issuer>${/<ds:Signature .*<\/ds:Signature>/s.exec(signedAssertion())?.[0] ?? ''}`,
          ),
        ),
    ],
    [
      'a second ID with the same value',
      'duplicate-id',
      () => tampered('<ds:KeyInfo>', '<ds:KeyInfo Id="_assertion1">'),
    ],
    ['the ID of the Response doubled', 'duplicate-id', () => tampered('ID="_response1"', 'ID="_assertion1"')],
    [
      'an unknown element in the Response',
      'response-structure',
      () => tampered('<samlp:Status>', '<samlp:Other/><samlp:Status>'),
    ],
    ['an encrypted assertion', 'assertion-encrypted', () => holding('<saml:EncryptedAssertion/>')],
    [
      'a signed level 1 with an unsigned level 2 decoy',
      'assertion-count',
      () =>
        holding(
          build.assertionXml(options()).replace('_assertion1', '_decoy') +
            build.signed(build.assertionXml(options({ level: 1 })), provider),
        ),
    ],
    [
      'a signed level 1 with a level 2 decoy in the Response',
      'level-too-low',
      () =>
        build.response(
          options({
            level: 1,
            tamper: [
              [
                '<samlp:Status>',
                '<samlp:Extensions><saml:AuthnContextClassRef>https://www.spid.gov.it/SpidL2</saml:AuthnContextClassRef></samlp:Extensions><samlp:Status>',
              ],
            ],
          }),
        ),
    ],
    [
      'a decoy class after the signed one, inside the signature',
      'level-too-low',
      () =>
        build.response(
          options({
            level: 1,
            tamper: [
              [
                '<ds:KeyInfo>',
                '<ds:KeyInfo><saml:AuthnContextClassRef xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion">https://www.spid.gov.it/SpidL2</saml:AuthnContextClassRef>',
              ],
            ],
          }),
        ),
    ],
    ['no assertion', 'assertion-missing', () => holding('')],
    [
      'another message',
      'not-a-response',
      () => '<samlp:LogoutResponse xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol"/>',
    ],
    [
      'a Response of another namespace',
      'not-a-response',
      () => tampered('xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol"', 'xmlns:samlp="urn:other"'),
    ],
  ];
  for (const [name, reason, make] of cases) it(`refuses: ${name}`, () => refusedFor(make(), reason));
});

describe('the message as bytes', () => {
  const cases: [string, RefusalReason, () => string][] = [
    ['a comment inside NameID', 'comment', () => tampered('>_transient-name', '>_trans<!-- x -->ient-name')],
    ['a comment inside fiscalNumber', 'comment', () => tampered('RSSMRA80E55H501U', 'RSSMRA80<!---->E55H501U')],
    ['a comment inside DigestValue', 'comment', () => tampered(/<ds:DigestValue>/, '<ds:DigestValue><!-- x -->')],
    ['CDATA inside NameID', 'cdata', () => tampered('>_transient-name', '><![CDATA[_transient-name]]>')],
    ['a DOCTYPE', 'doctype', () => `<!DOCTYPE x>${build.response(options())}`],
    [
      'an entity that reads a file',
      'doctype',
      () => `<!DOCTYPE x [<!ENTITY f SYSTEM "file:///etc/passwd">]>${tampered('>Maria<', '>&f;<')}`,
    ],
    [
      'entities that grow',
      'doctype',
      () => `<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]>${tampered('>Maria<', '>&b;<')}`,
    ],
    ['an entity nobody defined', 'entity', () => tampered('>Maria<', '>&maria;<')],
    ['an entity named like an inherited property', 'entity', () => tampered('>Maria<', '>&toString;<')],
    ['a processing instruction', 'processing-instruction', () => tampered('<samlp:Status>', '<?x y?><samlp:Status>')],
    ['a NUL by reference', 'not-well-formed', () => tampered('>Maria<', '>Mar&#0;ia<')],
    ['a NUL', 'not-well-formed', () => tampered('>Maria<', '>Mar\u0000ia<')],
    ['tags that do not match', 'not-well-formed', () => tampered('</samlp:Status>', '</samlp:Stato>')],
    ['a doubled XML attribute', 'not-well-formed', () => tampered('Version="2.0"', 'Version="2.0" Version="2.0"')],
    ['two root elements', 'not-well-formed', () => `${build.response(options())}<x/>`],
    ['text after the root', 'not-well-formed', () => `${build.response(options())}x`],
    ['an undeclared prefix', 'not-well-formed', () => tampered('<samlp:Status>', '<nobody:x/><samlp:Status>')],
    [
      'UTF-16 declared',
      'processing-instruction',
      () => `<?xml version="1.0" encoding="UTF-16"?>${build.response(options())}`,
    ],
    ['plain text', 'not-well-formed', () => 'hello'],
    [
      'a flood of namespaces',
      'too-many-namespaces',
      () =>
        tampered(
          '<samlp:Status>',
          `<samlp:Status ${Array.from({ length: 500 }, (_v, i) => `xmlns:n${i}="urn:${i}"`).join(' ')}>`,
        ),
    ],
    [
      'a flood of attributes',
      'too-many-attributes',
      () =>
        tampered('<samlp:Status>', `<samlp:Status ${Array.from({ length: 3000 }, (_v, i) => `a${i}=""`).join(' ')}>`),
    ],
    [
      'a flood of elements',
      'too-many-elements',
      () => tampered('<samlp:Status>', `${'<a/>'.repeat(2000)}<samlp:Status>`),
    ],
    [
      'a flood of depth',
      'too-deep',
      () => tampered('<samlp:Status>', `${'<a>'.repeat(100)}${'</a>'.repeat(100)}<samlp:Status>`),
    ],
    ['too much', 'message-too-large', () => tampered('<samlp:Status>', `${' '.repeat(70_000)}<samlp:Status>`)],
  ];
  for (const [name, reason, make] of cases) it(`refuses: ${name}`, () => refusedFor(make(), reason));

  it('refuses what is not base64 of UTF-8 text', () => {
    const reason = (field: unknown) => {
      try {
        return decodeMessage(field);
      } catch (error) {
        return error instanceof Refusal ? error.reason : error;
      }
    };
    assert.equal(reason(undefined), 'message-missing');
    assert.equal(reason(''), 'message-missing');
    assert.equal(reason(['a', 'b']), 'message-missing');
    assert.equal(reason('<xml>'), 'message-encoding');
    assert.equal(reason('abc'), 'message-encoding');
    assert.equal(reason(Buffer.from([0xff, 0xfe, 0x3c, 0x00]).toString('base64')), 'message-encoding');
    assert.equal(reason('A'.repeat(200_000)), 'message-too-large');
  });
});

describe('the rules of the Response', () => {
  const inHead = (what: string, replacement: string): Edits => [
    [new RegExp(`(<samlp:Response[^>]*?)${what}`), `$1${replacement}`],
  ];
  const issuer = (replacement: string): Edits => [
    [/(<samlp:Response[^>]*>)<saml:Issuer .*?<\/saml:Issuer>/, `$1${replacement}`],
  ];
  const status = (replacement: string): Edits => [[/<samlp:Status>.*?<\/samlp:Status>/, replacement]];
  const cases: [string, RefusalReason, Edits][] = [
    ['no ID', 'response-id', inHead('ID="_response1"', '')],
    ['an empty ID', 'response-id', inHead('ID="_response1"', 'ID=""')],
    ['an ID that is no xs:ID', 'response-id', inHead('ID="_response1"', 'ID="1 2"')],
    ['no Version', 'response-version', inHead('Version="2.0"', '')],
    ['Version 1.1', 'response-version', inHead('Version="2.0"', 'Version="1.1"')],
    ['no IssueInstant', 'response-issue-instant', inHead(`IssueInstant="${NOW}"`, '')],
    ['an empty IssueInstant', 'response-issue-instant', inHead(`IssueInstant="${NOW}"`, 'IssueInstant=""')],
    [
      'an IssueInstant of another form',
      'response-issue-instant',
      inHead(`IssueInstant="${NOW}"`, 'IssueInstant="2026/03/02 09:30"'),
    ],
    [
      'an IssueInstant with an offset',
      'response-issue-instant',
      inHead(`IssueInstant="${NOW}"`, 'IssueInstant="2026-03-02T10:30:00+01:00"'),
    ],
    [
      'an impossible IssueInstant',
      'response-issue-instant',
      inHead(`IssueInstant="${NOW}"`, 'IssueInstant="2026-02-30T09:30:00Z"'),
    ],
    [
      'an IssueInstant before the request',
      'response-issued-before-request',
      inHead(`IssueInstant="${NOW}"`, 'IssueInstant="2026-03-02T09:29:29.000Z"'),
    ],
    [
      'an IssueInstant in the future',
      'response-issued-in-future',
      inHead(`IssueInstant="${NOW}"`, 'IssueInstant="2026-03-02T09:40:00.000Z"'),
    ],
    ['no InResponseTo', 'response-in-response-to', inHead(`InResponseTo="${REQUEST}"`, '')],
    ['an empty InResponseTo', 'response-in-response-to', inHead(`InResponseTo="${REQUEST}"`, 'InResponseTo=""')],
    [
      'InResponseTo of another browser',
      'unsolicited',
      inHead(`InResponseTo="${REQUEST}"`, 'InResponseTo="_request-of-somebody-else"'),
    ],
    ['no Destination', 'destination', inHead(`Destination="${ACS}"`, '')],
    ['an empty Destination', 'destination', inHead(`Destination="${ACS}"`, 'Destination=""')],
    [
      'another Destination',
      'destination',
      inHead(`Destination="${ACS}"`, 'Destination="https://elsewhere.example/acs"'),
    ],
    [
      'a Destination that only starts like ours',
      'destination',
      inHead(`Destination="${ACS}"`, `Destination="${ACS}/../evil"`),
    ],
    ['no Issuer', 'response-issuer', issuer('')],
    ['an empty Issuer', 'response-issuer', issuer('<saml:Issuer/>')],
    ['another Issuer', 'response-issuer', issuer('<saml:Issuer>https://other.example</saml:Issuer>')],
    ['an Issuer with elements inside', 'response-issuer', issuer(`<saml:Issuer>${ISSUER}<x/></saml:Issuer>`)],
    [
      'two Issuers',
      'response-issuer',
      issuer(`<saml:Issuer>${ISSUER}</saml:Issuer><saml:Issuer>${ISSUER}</saml:Issuer>`),
    ],
    [
      'an Issuer with another Format',
      'response-issuer-format',
      issuer(`<saml:Issuer Format="urn:oasis:names:tc:SAML:2.0:nameid-format:transient">${ISSUER}</saml:Issuer>`),
    ],
    [
      'an Issuer with an empty Format',
      'response-issuer-format',
      issuer(`<saml:Issuer Format="">${ISSUER}</saml:Issuer>`),
    ],
    ['no Status', 'status', status('')],
    ['an empty Status', 'status', status('<samlp:Status/>')],
    ['a StatusCode without value', 'status', status('<samlp:Status><samlp:StatusCode/></samlp:Status>')],
    ['an empty StatusCode', 'status', status('<samlp:Status><samlp:StatusCode Value=""/></samlp:Status>')],
    [
      'a failed Status with an assertion',
      'status-failed-with-assertion',
      status('<samlp:Status><samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:Requester"/></samlp:Status>'),
    ],
    [
      'an invented Status with an assertion',
      'status-failed-with-assertion',
      status('<samlp:Status><samlp:StatusCode Value="urn:evil:Success"/></samlp:Status>'),
    ],
  ];
  for (const [name, reason, tamper] of cases)
    it(`refuses: ${name}`, () => refusedFor(build.response(options({ tamper })), reason));
});

describe('the rules of the Assertion', () => {
  const head = (what: string, replacement: string): Edits => [
    [new RegExp(`(<saml:Assertion[^>]*?)${what}`), `$1${replacement}`],
  ];
  const issuer = (replacement: string): Edits => [
    [/(<saml:Assertion[^>]*>)<saml:Issuer .*?<\/saml:Issuer>/, `$1${replacement}`],
  ];
  const confirmation = (what: string, replacement: string): Edits => [
    [new RegExp(`(<saml:SubjectConfirmation.*?)${what}`), `$1${replacement}`],
  ];
  const conditions = (what: string | RegExp, replacement: string): Edits => [
    [new RegExp(`(<saml:Conditions.*?)${typeof what === 'string' ? what : what.source}`), `$1${replacement}`],
  ];
  const entity = 'Format="urn:oasis:names:tc:SAML:2.0:nameid-format:entity"';
  const transient = 'Format="urn:oasis:names:tc:SAML:2.0:nameid-format:transient"';
  const until = 'NotOnOrAfter="[^"]*"';
  const cases: [string, RefusalReason, Edits][] = [
    ['no Version', 'assertion-version', head('Version="2.0"', '')],
    ['another Version', 'assertion-version', head('Version="2.0"', 'Version="1.0"')],
    ['no IssueInstant', 'assertion-issue-instant', head(`IssueInstant="${NOW}"`, '')],
    ['a malformed IssueInstant', 'assertion-issue-instant', head(`IssueInstant="${NOW}"`, 'IssueInstant="yesterday"')],
    [
      'an IssueInstant before the request',
      'assertion-issued-before-request',
      head(`IssueInstant="${NOW}"`, 'IssueInstant="2026-03-02T09:00:00Z"'),
    ],
    [
      'an IssueInstant in the future',
      'assertion-issued-in-future',
      head(`IssueInstant="${NOW}"`, 'IssueInstant="2026-03-02T10:30:00Z"'),
    ],
    [
      'an Issuer that is another provider',
      'assertion-issuer',
      issuer(`<saml:Issuer ${entity}>https://other.example</saml:Issuer>`),
    ],
    ['an empty Issuer', 'assertion-issuer', issuer(`<saml:Issuer ${entity}></saml:Issuer>`)],
    ['an Issuer without Format', 'assertion-issuer-format', issuer(`<saml:Issuer>${ISSUER}</saml:Issuer>`)],
    [
      'an Issuer with an empty Format',
      'assertion-issuer-format',
      issuer(`<saml:Issuer Format="">${ISSUER}</saml:Issuer>`),
    ],
    [
      'an Issuer with another Format',
      'assertion-issuer-format',
      issuer(`<saml:Issuer ${transient}>${ISSUER}</saml:Issuer>`),
    ],
    ['an Advice', 'assertion-structure', [['<saml:Conditions', '<saml:Advice/><saml:Conditions']]],
    ['no Subject', 'subject', [[/<saml:Subject>.*<\/saml:Subject>/, '']]],
    ['an empty Subject', 'name-id', [[/<saml:Subject>.*<\/saml:Subject>/, '<saml:Subject/>']]],
    ['two Subjects', 'subject', [[/(<saml:Subject>.*<\/saml:Subject>)/, '$1$1']]],
    ['no NameID', 'name-id', [[/<saml:NameID .*?<\/saml:NameID>/, '']]],
    ['an empty NameID', 'name-id', [['>_transient-name<', '><']]],
    ['a NameID of spaces', 'name-id', [['>_transient-name<', '>  <']]],
    ['two NameIDs', 'name-id', [[/(<saml:NameID .*?<\/saml:NameID>)/, '$1$1']]],
    ['a NameID without Format', 'name-id-format', [[` ${transient}`, '']]],
    ['a NameID with an empty Format', 'name-id-format', [[transient, 'Format=""']]],
    [
      'a persistent NameID',
      'name-id-format',
      [[transient, 'Format="urn:oasis:names:tc:SAML:2.0:nameid-format:persistent"']],
    ],
    ['a NameID without NameQualifier', 'name-id-qualifier', [[` NameQualifier="${ISSUER}"`, '']]],
    ['a NameID with an empty NameQualifier', 'name-id-qualifier', [[`NameQualifier="${ISSUER}"`, 'NameQualifier=""']]],
    [
      'no SubjectConfirmation',
      'subject-confirmation',
      [[/<saml:SubjectConfirmation .*?<\/saml:SubjectConfirmation>/, '']],
    ],
    ['no Method', 'subject-confirmation-method', confirmation('Method="[^"]*"', '')],
    ['another Method', 'subject-confirmation-method', confirmation('cm:bearer', 'cm:holder-of-key')],
    ['no SubjectConfirmationData', 'subject-confirmation', [[/<saml:SubjectConfirmationData .*?\/>/, '']]],
    ['no Recipient', 'recipient', confirmation(`Recipient="${ACS}"`, '')],
    ['another Recipient', 'recipient', confirmation(`Recipient="${ACS}"`, 'Recipient="https://elsewhere.example/acs"')],
    ['no InResponseTo in the Subject', 'subject-in-response-to', confirmation(`InResponseTo="${REQUEST}"`, '')],
    [
      'another InResponseTo in the Subject',
      'subject-in-response-to',
      confirmation(`InResponseTo="${REQUEST}"`, 'InResponseTo="_other"'),
    ],
    [
      'a NotBefore in the Subject',
      'subject-not-before',
      confirmation('NotOnOrAfter=', `NotBefore="${NOW}" NotOnOrAfter=`),
    ],
    [
      'an empty NotBefore in the Subject',
      'subject-not-before',
      confirmation('NotOnOrAfter=', 'NotBefore="" NotOnOrAfter='),
    ],
    ['no NotOnOrAfter in the Subject', 'subject-not-on-or-after', confirmation(until, '')],
    ['a malformed NotOnOrAfter in the Subject', 'subject-not-on-or-after', confirmation(until, 'NotOnOrAfter="soon"')],
    ['a Subject past its time', 'subject-expired', confirmation(until, 'NotOnOrAfter="2026-03-02T09:30:05Z"')],
    ['no Conditions', 'conditions', [[/<saml:Conditions .*<\/saml:Conditions>/, '']]],
    ['two Conditions', 'conditions', [[/(<saml:Conditions .*<\/saml:Conditions>)/, '$1$1']]],
    [
      'an unknown condition',
      'conditions',
      [['<saml:AudienceRestriction>', '<saml:Condition/><saml:AudienceRestriction>']],
    ],
    ['no NotBefore', 'conditions-not-before', conditions(`NotBefore="${NOW}"`, '')],
    ['a malformed NotBefore', 'conditions-not-before', conditions(`NotBefore="${NOW}"`, 'NotBefore="2026-03-02"')],
    [
      'a NotBefore in the future',
      'conditions-not-yet-valid',
      conditions(`NotBefore="${NOW}"`, 'NotBefore="2026-03-02T09:45:00Z"'),
    ],
    ['no NotOnOrAfter in Conditions', 'conditions-not-on-or-after', conditions(until, '')],
    ['a malformed NotOnOrAfter in Conditions', 'conditions-not-on-or-after', conditions(until, 'NotOnOrAfter=""')],
    ['Conditions past their time', 'conditions-expired', conditions(until, 'NotOnOrAfter="2026-03-02T09:30:00Z"')],
    ['no AudienceRestriction', 'audience', [[/<saml:AudienceRestriction>.*<\/saml:AudienceRestriction>/, '']]],
    ['no Audience', 'audience', [[/<saml:Audience>.*<\/saml:Audience>/, '']]],
    ['an empty Audience', 'audience', [[/<saml:Audience>.*<\/saml:Audience>/, '<saml:Audience/>']]],
    [
      'another Audience',
      'audience',
      [[/<saml:Audience>.*<\/saml:Audience>/, '<saml:Audience>https://other.example</saml:Audience>']],
    ],
    [
      'a second AudienceRestriction without us',
      'audience',
      [
        [
          '<saml:AudienceRestriction>',
          '<saml:AudienceRestriction><saml:Audience>x</saml:Audience></saml:AudienceRestriction><saml:AudienceRestriction>',
        ],
      ],
    ],
    ['no AuthnStatement', 'authn-statement', [[/<saml:AuthnStatement .*<\/saml:AuthnStatement>/, '']]],
    ['two AuthnStatements', 'authn-statement', [[/(<saml:AuthnStatement .*<\/saml:AuthnStatement>)/, '$1$1']]],
    ['no AuthnContext', 'authn-context', [[/<saml:AuthnContext>.*<\/saml:AuthnContext>/, '']]],
    ['no AuthnContextClassRef', 'authn-context', [[/<saml:AuthnContextClassRef>.*<\/saml:AuthnContextClassRef>/, '']]],
    ['an empty AuthnContextClassRef', 'authn-context', [['https://www.spid.gov.it/SpidL2', '']]],
    ['a level that does not exist', 'authn-context', [['SpidL2', 'SpidL4']]],
    [
      'a class of another federation',
      'authn-context',
      [['https://www.spid.gov.it/SpidL2', 'urn:oasis:names:tc:SAML:2.0:ac:classes:Password']],
    ],
    ['a level weaker than asked', 'level-too-low', [['SpidL2', 'SpidL1']]],
    ['no AuthnInstant', 'authn-instant', [[/ AuthnInstant="[^"]+"/, '']]],
    ...['', 'now', '2026-03-02', '2026-02-30T09:30:00Z', '2026-03-02T09:30:00', '2026-03-02T25:00:00Z'].map(
      (text): [string, RefusalReason, Edits] => [
        `an AuthnInstant that is none: '${text}'`,
        'authn-instant',
        [[/AuthnInstant="[^"]+"/, `AuthnInstant="${text}"`]],
      ],
    ),
    ...['2026-03-02T09:30:35.001Z', '2026-03-03T09:30:00Z', '9999-12-31T23:59:59Z'].map(
      (text): [string, RefusalReason, Edits] => [
        `an AuthnInstant that is still to come: ${text}`,
        'authn-in-future',
        [[/AuthnInstant="[^"]+"/, `AuthnInstant="${text}"`]],
      ],
    ),
    [
      'an AuthnInstant of the year 0',
      'authn-before-request',
      [[/AuthnInstant="[^"]+"/, 'AuthnInstant="0000-01-01T00:00:00Z"']],
    ],
    ...['2026-03-02T09:30:05Z', '2026-03-01T09:30:00Z', '0000-01-01T00:00:00Z'].map(
      (text): [string, RefusalReason, Edits] => [
        `a session that is over at the provider: ${text}`,
        'session-expired',
        [[' AuthnInstant', ` SessionNotOnOrAfter="${text}" AuthnInstant`]],
      ],
    ),
    ...['', 'soon', '2026-03-02T18:00:00+01:00', '2026-13-02T18:00:00Z'].map((text): [string, RefusalReason, Edits] => [
      `a SessionNotOnOrAfter that is no UTC instant: '${text}'`,
      'session-not-on-or-after',
      [[' AuthnInstant', ` SessionNotOnOrAfter="${text}" AuthnInstant`]],
    ]),
    ['an AuthnInstant that is no UTC instant', 'authn-instant', [[/(AuthnInstant="[^"]+)Z"/, '$1+01:00"']]],
    [
      'a person recognised half a minute and more before we asked, though ForceAuthn was',
      'authn-before-request',
      [[/AuthnInstant="[^"]+"/, 'AuthnInstant="2026-03-02T09:28:59.999Z"']],
    ],
    ['no AttributeStatement', 'attribute-statement', [[/<saml:AttributeStatement>.*<\/saml:AttributeStatement>/, '']]],
    [
      'an empty AttributeStatement',
      'attribute-statement',
      [[/<saml:AttributeStatement>.*<\/saml:AttributeStatement>/, '<saml:AttributeStatement/>']],
    ],
    [
      'two AttributeStatements',
      'attribute-statement',
      [[/(<saml:AttributeStatement>.*<\/saml:AttributeStatement>)/, '$1$1']],
    ],
    ['an attribute without name', 'attribute-name', [['Name="email"', '']]],
    ['an attribute with an empty name', 'attribute-name', [['Name="email"', 'Name=""']]],
    [
      'an attribute without value',
      'attribute-value',
      [[/(Name="email".*?)<saml:AttributeValue .*?<\/saml:AttributeValue>/, '$1']],
    ],
    [
      'an attribute with two values',
      'attribute-value',
      [[/(Name="fiscalNumber".*?)(<saml:AttributeValue .*?<\/saml:AttributeValue>)/, '$1$2$2']],
    ],
    ['an element inside a value', 'attribute-value', [['TINIT-RSSMRA80E55H501U', 'TINIT-RSSMRA80<x/>E55H501U']]],
    [
      'a doubled attribute',
      'attribute-doubled',
      [[/(<saml:Attribute Name="fiscalNumber".*?<\/saml:Attribute>)/, '$1$1']],
    ],
    [
      'a doubled attribute with another value',
      'attribute-doubled',
      [
        [
          '<saml:AttributeStatement>',
          `<saml:AttributeStatement>${build.attributesXml({ fiscalNumber: 'TINIT-BNCGNN75C12F205J' })}`,
        ],
      ],
    ],
    [
      'something else among the attributes',
      'attribute-statement',
      [['<saml:AttributeStatement>', '<saml:AttributeStatement><saml:Other/>']],
    ],
    [
      'a company identity',
      'identity-kind',
      [
        [
          '<saml:AttributeStatement>',
          `<saml:AttributeStatement>${build.attributesXml({ companyFiscalNumber: 'VATIT-12345678901' })}`,
        ],
      ],
    ],
  ];
  for (const [name, reason, edit] of cases)
    it(`refuses: ${name}`, () => refusedFor(build.response(options({ edit })), reason));

  for (const name of SPID.attributes) {
    it(`refuses: ${name} missing`, () => {
      const { [name]: _gone, ...rest } = build.MARIA;
      refusedFor(build.response(options({ attributes: rest })), 'attribute-missing');
    });
    it(`refuses: ${name} empty`, () =>
      refusedFor(build.response(options({ attributes: { ...build.MARIA, [name]: '' } })), 'attribute-empty'));
  }

  it('refuses: no ID and an empty ID', () => {
    for (const [what, reason] of [
      ['ID=""', 'signature-reference'],
      ['', 'signature-reference'],
    ] as const) {
      refusedFor(build.response(options({ tamper: [[/ID="_assertion1"/, what]] })), reason);
    }
  });
});

describe('the answer of a provider that says no', () => {
  for (const code of [8, 19, 20, 21, 22, 23, 25, 30]) {
    it(`shows code ${code} though nothing is signed`, () => {
      const verdict = judge(build.declined(options(), `ErrorCode nr${String(code).padStart(2, '0')}`));
      assert.deepEqual(verdict, { kind: 'declined', requestId: REQUEST, code });
    });
  }

  const cases: [string, RefusalReason, () => string][] = [
    ['without a code', 'status-failed', () => build.declined(options(), 'No.')],
    [
      'with HTML around the code',
      'status-failed',
      () => build.declined(options(), '&lt;b&gt;ErrorCode nr25&lt;/b&gt;'),
    ],
    ['with text after the code', 'status-failed', () => build.declined(options(), 'ErrorCode nr25 and more')],
    ['with a code out of range', 'status-failed', () => build.declined(options(), 'ErrorCode nr99')],
    [
      'for another destination',
      'destination',
      () => build.declined(options({ acs: 'https://elsewhere.example/acs' }), 'ErrorCode nr25'),
    ],
    ['that nobody asked', 'unsolicited', () => build.declined(options({ requestId: '_other' }), 'ErrorCode nr25')],
    [
      'of another provider',
      'response-issuer',
      () => build.declined(options({ issuer: 'https://other.example' }), 'ErrorCode nr25'),
    ],
  ];
  for (const [name, reason, make] of cases) it(`refuses one ${name}`, () => refusedFor(make(), reason));
});

function tampered(what: string | RegExp, replacement: string): string {
  return build.response(options({ tamper: [[what, replacement]] }));
}
