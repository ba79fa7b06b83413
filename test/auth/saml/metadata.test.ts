import 'reflect-metadata';
import assert from 'node:assert/strict';
import { X509Certificate as NodeCertificate } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import { DOMParser } from '@xmldom/xmldom';
import { X509Certificate } from '@peculiar/x509';
import { SignedXml } from 'xml-crypto';
import { testApp, type TestApp } from '../../support/app.ts';

const MD = 'urn:oasis:names:tc:SAML:2.0:metadata';
const DS = 'http://www.w3.org/2000/09/xmldsig#';
const POST = 'urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST';
const REDIRECT = 'urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect';

/** The part of the OASIS metadata schema that a service provider uses: children in order, attributes, which are needed. */
interface Rule {
  children: [name: string, least: number, most: number][];
  needed: string[];
  allowed: string[];
  open?: boolean;
}
const MANY = Infinity;
const INDEXED = { children: [], needed: ['Binding', 'Location', 'index'], allowed: ['isDefault', 'ResponseLocation'] };
const LOCALIZED = { children: [], needed: ['xml:lang'], allowed: [] };
const TEXT = { children: [], needed: [], allowed: [] };
const SCHEMA: Record<string, Rule> = {
  EntityDescriptor: {
    children: [
      ['Signature', 0, 1],
      ['Extensions', 0, 1],
      ['SPSSODescriptor', 1, MANY],
      ['Organization', 0, 1],
      ['ContactPerson', 0, MANY],
    ],
    needed: ['entityID'],
    allowed: ['ID', 'validUntil', 'cacheDuration'],
  },
  SPSSODescriptor: {
    children: [
      ['Signature', 0, 1],
      ['Extensions', 0, 1],
      ['KeyDescriptor', 0, MANY],
      ['Organization', 0, 1],
      ['ContactPerson', 0, MANY],
      ['ArtifactResolutionService', 0, MANY],
      ['SingleLogoutService', 0, MANY],
      ['ManageNameIDService', 0, MANY],
      ['NameIDFormat', 0, MANY],
      ['AssertionConsumerService', 1, MANY],
      ['AttributeConsumingService', 0, MANY],
    ],
    needed: ['protocolSupportEnumeration'],
    allowed: ['AuthnRequestsSigned', 'WantAssertionsSigned', 'ID', 'validUntil', 'cacheDuration', 'errorURL'],
  },
  KeyDescriptor: {
    children: [
      ['KeyInfo', 1, 1],
      ['EncryptionMethod', 0, MANY],
    ],
    needed: [],
    allowed: ['use'],
  },
  SingleLogoutService: { children: [], needed: ['Binding', 'Location'], allowed: ['ResponseLocation'] },
  AssertionConsumerService: INDEXED,
  AttributeConsumingService: {
    children: [
      ['ServiceName', 1, MANY],
      ['ServiceDescription', 0, MANY],
      ['RequestedAttribute', 1, MANY],
    ],
    needed: ['index'],
    allowed: ['isDefault'],
  },
  RequestedAttribute: {
    children: [['AttributeValue', 0, MANY]],
    needed: ['Name'],
    allowed: ['NameFormat', 'FriendlyName', 'isRequired'],
  },
  ServiceName: LOCALIZED,
  Organization: {
    children: [
      ['Extensions', 0, 1],
      ['OrganizationName', 1, MANY],
      ['OrganizationDisplayName', 1, MANY],
      ['OrganizationURL', 1, MANY],
    ],
    needed: [],
    allowed: [],
  },
  OrganizationName: LOCALIZED,
  OrganizationDisplayName: LOCALIZED,
  OrganizationURL: LOCALIZED,
  ContactPerson: {
    children: [
      ['Extensions', 0, 1],
      ['Company', 0, 1],
      ['GivenName', 0, 1],
      ['SurName', 0, 1],
      ['EmailAddress', 0, MANY],
      ['TelephoneNumber', 0, MANY],
    ],
    needed: ['contactType'],
    allowed: [],
  },
  NameIDFormat: TEXT,
  Company: TEXT,
  EmailAddress: TEXT,
  TelephoneNumber: TEXT,
  Extensions: { children: [], needed: [], allowed: [], open: true },
};

/** @returns what the document has that the schema does not allow, one line each */
function schemaFaults(element: Element): string[] {
  if (element.namespaceURI !== MD) return [];
  const rule = SCHEMA[element.localName];
  if (!rule) return [`<${element.localName}> is not known here`];
  const faults: string[] = [];
  const names = Array.from(element.attributes)
    .map((one) => one.name)
    .filter((name) => !name.startsWith('xmlns'));
  for (const name of rule.needed) if (!names.includes(name)) faults.push(`<${element.localName}> has no ${name}`);
  for (const name of names)
    if (![...rule.needed, ...rule.allowed].includes(name)) faults.push(`<${element.localName}> has ${name}`);
  const inside = elementsIn(element);
  if (rule.open) return faults;
  let last = -1;
  for (const child of inside) {
    const place = rule.children.findIndex(([name]) => name === child.localName);
    if (place < 0) faults.push(`<${element.localName}> holds <${child.localName}>`);
    else if (place < last) faults.push(`<${child.localName}> stands too late in <${element.localName}>`);
    else last = place;
  }
  for (const [name, least, most] of rule.children) {
    const count = inside.filter((child) => child.localName === name).length;
    if (count < least || count > most) faults.push(`<${element.localName}> holds ${count} <${name}>`);
  }
  return [...faults, ...inside.flatMap(schemaFaults)];
}

// The program has no browser types: this is the little of the DOM that the tests read.
interface Element {
  nodeType: number;
  localName: string;
  namespaceURI: string | null;
  textContent: string | null;
  attributes: ArrayLike<{ name: string; value: string }>;
  childNodes: ArrayLike<Element>;
  parentNode: Element | null;
  getAttribute(name: string): string | null;
  getElementsByTagNameNS(ns: string, name: string): ArrayLike<Element>;
}

const elementsIn = (element: Element) => Array.from(element.childNodes).filter((one) => one.nodeType === 1);
const all = (root: Element, name: string, ns = '*') => Array.from(root.getElementsByTagNameNS(ns, name));

const parse = (xml: string) =>
  (new DOMParser().parseFromString(xml, 'text/xml') as unknown as { documentElement: Element }).documentElement;

let portal: TestApp;
before(async () => {
  portal = await testApp({ env: { BASE_URL: 'https://portale.ente.example', INSTITUTE_IPA_CODE: 'inps_test' } });
});
after(() => portal.close());

async function metadata(path: string): Promise<string> {
  const page = await fetch(`${portal.url}${path}`);
  assert.equal(page.status, 200);
  assert.match(page.headers.get('content-type') ?? '', /^application\/samlmetadata\+xml/);
  return page.text();
}

describe('the schema check itself', () => {
  it('finds what is wrong', () => {
    const bad = `<md:EntityDescriptor xmlns:md="${MD}" foo="1"><md:Organization/><md:SPSSODescriptor protocolSupportEnumeration="x"><md:Nonsense/></md:SPSSODescriptor></md:EntityDescriptor>`;
    const faults = schemaFaults(parse(bad));
    for (const part of [
      'has no entityID',
      'has foo',
      'stands too late',
      'holds <Nonsense>',
      'holds 0 <AssertionConsumerService>',
      'holds 0 <OrganizationName>',
    ])
      assert.ok(
        faults.some((fault) => fault.includes(part)),
        part,
      );
  });
});

for (const [path, entityId, consumers, logout, contact] of [
  ['/spid/metadata', 'https://portale.ente.example', ['/spid/acs', '/eidas/acs'], '/spid/logout', 'other'],
  ['/eidas/metadata', 'https://portale.ente.example', ['/spid/acs', '/eidas/acs'], '/spid/logout', 'other'],
  ['/cie/metadata', 'https://portale.ente.example/cie/metadata', ['/cie/acs'], '/cie/logout', 'administrative'],
] as const) {
  describe(path, () => {
    let xml: string;
    let root: Element;
    before(async () => {
      xml = await metadata(path);
      root = parse(xml);
    });

    it('follows the SAML metadata schema', () => assert.deepEqual(schemaFaults(root), []));

    it('is signed over all of it with RSA-SHA256, as its first child', () => {
      const signature = elementsIn(root)[0];
      assert.equal(signature?.localName, 'Signature');
      assert.equal(all(root, 'Signature', DS).length, 1);
      const certificate = all(root, 'X509Certificate', DS).at(-1)?.textContent ?? '';
      const pem = `-----BEGIN CERTIFICATE-----\n${certificate.replace(/(.{64})/g, '$1\n')}\n-----END CERTIFICATE-----`;
      const signed = new SignedXml({ publicCert: pem });
      signed.loadSignature(signature as unknown as string);
      assert.ok(signed.checkSignature(xml));
      assert.equal(
        all(root, 'SignatureMethod', DS)[0]?.getAttribute('Algorithm'),
        'http://www.w3.org/2001/04/xmldsig-more#rsa-sha256',
      );
      assert.equal(
        all(root, 'DigestMethod', DS)[0]?.getAttribute('Algorithm'),
        'http://www.w3.org/2001/04/xmlenc#sha256',
      );
      assert.equal(all(root, 'Reference', DS)[0]?.getAttribute('URI'), `#${root.getAttribute('ID')}`);
      assert.ok((new NodeCertificate(pem).publicKey.asymmetricKeyDetails?.modulusLength ?? 0) >= 2048);
    });

    it('names us by an https address that follows BASE_URL', () => {
      assert.equal(root.getAttribute('entityID'), entityId);
      for (const one of ['AssertionConsumerService', 'SingleLogoutService'])
        for (const end of all(root, one, MD))
          assert.match(end.getAttribute('Location') ?? '', /^https:\/\/portale\.ente\.example\//);
    });

    it('signs its requests, wants signed assertions, transient names', () => {
      const [descriptor] = all(root, 'SPSSODescriptor', MD);
      assert.equal(descriptor?.getAttribute('AuthnRequestsSigned'), 'true');
      assert.equal(descriptor.getAttribute('WantAssertionsSigned'), 'true');
      assert.equal(descriptor.getAttribute('protocolSupportEnumeration'), 'urn:oasis:names:tc:SAML:2.0:protocol');
      assert.equal(
        all(root, 'NameIDFormat', MD)[0]?.textContent,
        'urn:oasis:names:tc:SAML:2.0:nameid-format:transient',
      );
      assert.equal(all(root, 'KeyDescriptor', MD)[0]?.getAttribute('use'), 'signing');
    });

    it('has consumers by POST, index 0 the default, every index once', () => {
      const ends = all(root, 'AssertionConsumerService', MD);
      assert.deepEqual(
        ends.map((one) => one.getAttribute('index')),
        consumers.map((_one, index) => String(index)),
      );
      assert.deepEqual(
        ends.map((one) => one.getAttribute('Location')),
        consumers.map((one) => `https://portale.ente.example${one}`),
      );
      assert.ok(ends.every((one) => one.getAttribute('Binding') === POST));
      assert.deepEqual(
        ends.map((one) => one.getAttribute('isDefault') === 'true'),
        consumers.map((_one, index) => index === 0),
      );
    });

    it('has a logout service by redirect and by POST', () => {
      const ends = all(root, 'SingleLogoutService', MD);
      assert.deepEqual(ends.map((one) => one.getAttribute('Binding')).toSorted(), [POST, REDIRECT]);
      assert.ok(ends.every((one) => one.getAttribute('Location') === `https://portale.ente.example${logout}`));
    });

    it('names each attribute service, with attributes that are asked', () => {
      for (const service of all(root, 'AttributeConsumingService', MD)) {
        assert.ok(all(service, 'ServiceName', MD)[0]?.textContent);
        assert.ok(all(service, 'RequestedAttribute', MD).every((one) => one.getAttribute('Name')));
      }
    });

    it('names the public body in Italian, with one contact', () => {
      for (const one of ['OrganizationName', 'OrganizationDisplayName', 'OrganizationURL']) {
        assert.equal(all(root, one, MD).length, 1);
        assert.equal(all(root, one, MD)[0]?.getAttribute('xml:lang'), 'it');
        assert.ok(all(root, one, MD)[0]?.textContent);
      }
      const [person, ...others] = all(root, 'ContactPerson', MD);
      assert.equal(others.length, 0);
      assert.equal(person?.getAttribute('contactType'), contact);
      assert.match(all(person, 'EmailAddress', MD)[0]?.textContent ?? '', /@/);
      assert.equal(all(person, 'Company', MD)[0]?.textContent, all(root, 'OrganizationName', MD)[0]?.textContent);
      assert.ok(all(person, 'TelephoneNumber', MD).every((one) => !/\s/.test(one.textContent ?? '')));
    });
  });
}

describe('what each federation wants besides', () => {
  const offered = (root: Element) =>
    Object.fromEntries(
      all(root, 'AttributeConsumingService', MD).map((service) => [
        service.getAttribute('index'),
        all(service, 'RequestedAttribute', MD).map((one) => one.getAttribute('Name')),
      ]),
    );
  const extensions = (root: Element) =>
    elementsIn(all(root, 'Extensions', MD)[0]!).map((one) => [one.namespaceURI, one.localName, one.textContent]);

  it('SPID: IPACode and an empty Public (Avviso 29); private, professional, company; eIDAS at 99 and 100', async () => {
    const root = parse(await metadata('/spid/metadata'));
    const ns = 'https://spid.gov.it/saml-extensions';
    assert.deepEqual(extensions(root), [
      [ns, 'IPACode', 'inps_test'],
      [ns, 'Public', ''],
    ]);
    const sets = offered(root);
    assert.deepEqual(Object.keys(sets), ['0', '1', '2', '99', '100']);
    assert.deepEqual(sets['99'], ['spidCode', 'name', 'familyName', 'dateOfBirth']);
    assert.deepEqual(sets['100'], [
      'spidCode',
      'name',
      'familyName',
      'dateOfBirth',
      'placeOfBirth',
      'address',
      'gender',
    ]);
    assert.ok(sets['0']?.includes('fiscalNumber') && !sets['0'].includes('companyName'));
    assert.ok(sets['2']?.includes('companyFiscalNumber'));
  });

  it('CIE: Public, IPACode, Municipality; four attributes', async () => {
    const root = parse(await metadata('/cie/metadata'));
    const ns = 'https://www.cartaidentita.interno.gov.it/saml-extensions';
    assert.deepEqual(extensions(root), [
      [ns, 'Public', ''],
      [ns, 'IPACode', 'inps_test'],
      [ns, 'Municipality', 'H501'],
    ]);
    assert.deepEqual(offered(root), { '0': ['name', 'familyName', 'dateOfBirth', 'fiscalNumber'] });
  });

  it('the certificate names the public body: CN, O, uri, organizationIdentifier, C, L, policies', async () => {
    const root = parse(await metadata('/spid/metadata'));
    const certificate = new X509Certificate(all(root, 'X509Certificate', DS)[0]?.textContent ?? '');
    for (const part of [
      /CN=INPS/,
      /O=Istituto/,
      /2\.5\.4\.83=https:\/\/portale\.ente\.example/,
      /2\.5\.4\.97=PA:IT-inps_test/,
      /C=IT/,
      /L=Roma/,
    ])
      assert.match(certificate.subject, part);
    const policies = certificate.getExtension('2.5.29.32') as { policies?: string[] } | null;
    assert.deepEqual([...(policies?.policies ?? [])], ['1.3.76.16.6', '1.3.76.16.4.2.1']);
    assert.match(certificate.signatureAlgorithm.hash.name, /SHA-256/);
  });
});
