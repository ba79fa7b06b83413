import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { DOMParser, XMLSerializer } from '@xmldom/xmldom';
import { Refusal } from '#src/auth/saml/refusal.js';
import { judgeResponse, type Expectation, type Verdict } from '#src/auth/saml/response.js';
import { decodeMessage } from '#src/auth/saml/message.js';
import { SPID } from '#src/auth/strategies/spid/spid.profile.js';
import * as build from '../../support/saml/builder.ts';
import { testKeys, type TestKeys } from '../../support/saml/keys.ts';

/** Changes at random, the same at each run; another seed by MUTATION_SEED. */
const SEED = Number(process.env.MUTATION_SEED ?? 20200401);
const ROUNDS = 1500;
const NOW = '2026-03-02T09:30:00.000Z';

let provider: TestKeys;
let goods: string[];
let expected: Expectation;
let identity: unknown;

before(async () => {
  provider = await testKeys('provider');
  const issuer = 'https://idp.example/metadata';
  const options: build.Options = {
    keys: provider,
    now: NOW,
    requestId: '_request1',
    issuer,
    acs: 'https://portal.example/spid/acs',
    audience: 'https://portal.example',
    level: 2,
  };
  goods = [build.response(options), build.response({ ...options, signResponse: true })];
  const issuedAt = Temporal.Instant.from('2026-03-02T09:29:30Z').epochMilliseconds;
  expected = {
    now: Temporal.Instant.from('2026-03-02T09:30:05Z').epochMilliseconds,
    profile: SPID,
    entityId: options.audience,
    consumerUrl: options.acs,
    pending: [{ id: '_request1', issuedAt, provider: issuer, certificates: [provider.certificate], level: 2 }],
  };
  const verdicts = goods.map((xml) => judge(build.packed(xml)));
  assert.deepEqual(
    verdicts.map((verdict) => verdict.kind),
    ['accepted', 'accepted'],
  );
  identity = verdicts[0]?.kind === 'accepted' && verdicts[0].assertion;
});

function judge(field: string): Verdict {
  try {
    return judgeResponse(decodeMessage(field), expected);
  } catch (error) {
    if (error instanceof Refusal) return { kind: 'refused', reason: error.reason, requestId: null, signed: false };
    throw error;
  }
}

/** Mulberry32: small, and the same numbers everywhere. */
function dice(seed: number) {
  let state = seed >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
  const below = (limit: number) => Math.floor(next() * limit);
  return { below, pick: <T>(from: readonly T[]): T => from[below(from.length)]! };
}
type Dice = ReturnType<typeof dice>;

const EVIL = {
  fiscal:
    '<saml:Attribute xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion" Name="fiscalNumber"><saml:AttributeValue>TINIT-BNCGNN75C12F205J</saml:AttributeValue></saml:Attribute>',
  level:
    '<saml:AuthnContextClassRef xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion">https://www.spid.gov.it/SpidL3</saml:AuthnContextClassRef>',
  name: '<saml:NameID xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion" Format="urn:oasis:names:tc:SAML:2.0:nameid-format:transient" NameQualifier="q">_evil</saml:NameID>',
  assertion: '<saml:Assertion xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion" ID="_evil" Version="2.0"/>',
  signature: '<ds:Signature xmlns:ds="http://www.w3.org/2000/09/xmldsig#"><ds:SignedInfo/></ds:Signature>',
};

// The little of the DOM that the changes use: the program has no browser types.
interface Node {
  nodeType: number;
  parentNode: Node | null;
  childNodes: ArrayLike<Node>;
  textContent: string | null;
  data: string;
  attributes: ArrayLike<{ name: string; value: string }>;
  ownerDocument: { createElementNS(ns: string, name: string): Node };
  cloneNode(deep: boolean): Node;
  appendChild(child: Node): Node;
  insertBefore(child: Node, before: Node | null): Node;
  removeChild(child: Node): Node;
  setAttribute(name: string, value: string): void;
  removeAttribute(name: string): void;
}

const quiet = () =>
  new DOMParser({
    errorHandler: (level: string, message: string) => {
      if (level !== 'warning') throw new Error(message);
    },
  });

/** Changes of the tree: the signature's bytes move with it, as an attacker's tool would do it. */
function inTree(xml: string, change: (elements: Node[], die: Dice) => void, die: Dice): string {
  const document = quiet().parseFromString(xml, 'text/xml') as unknown as { documentElement: Node };
  const elements: Node[] = [];
  const walk = (node: Node): void => {
    if (node.nodeType === 1) elements.push(node);
    // Text has no list of children in this DOM.
    Array.from(node.childNodes ?? []).forEach(walk);
  };
  walk(document.documentElement);
  change(elements, die);
  return new XMLSerializer().serializeToString(document as never);
}

const inside = (node: Node, other: Node): boolean =>
  node === other || (node.parentNode !== null && inside(node.parentNode, other));
/** This DOM ties itself in a knot when an element is put before itself. */
const put = (to: Node, one: Node, next: Node | null) => void (next === one ? null : to.insertBefore(one, next));
const notRoot = (elements: Node[], die: Dice): Node => die.pick(elements.slice(1));
const parsed = (xml: string) =>
  (quiet().parseFromString(xml, 'text/xml') as unknown as { documentElement: Node }).documentElement;

/** A place in the text that is outside any tag. */
function place(xml: string, die: Dice): number {
  for (let tries = 0; tries < 200; tries++) {
    const at = die.below(xml.length);
    if (xml.lastIndexOf('<', at - 1) <= xml.lastIndexOf('>', at - 1)) return at;
  }
  throw new Error('no text outside tags');
}
const at = (xml: string, position: number, what: string, skip = 0) =>
  xml.slice(0, position) + what + xml.slice(position + skip);

const CHANGES: Record<string, (xml: string, die: Dice) => string> = {
  duplicate: (xml, die) =>
    inTree(
      xml,
      (elements) => {
        const one = notRoot(elements, die);
        one.parentNode!.insertBefore(one.cloneNode(true), die.below(2) ? one : null);
      },
      die,
    ),
  'duplicate elsewhere': (xml, die) =>
    inTree(xml, (elements) => void die.pick(elements).appendChild(notRoot(elements, die).cloneNode(true)), die),
  move: (xml, die) =>
    inTree(
      xml,
      (elements) => {
        const one = notRoot(elements, die);
        const to = die.pick(elements.filter((other) => !inside(other, one)));
        put(to, one, to.childNodes[die.below(to.childNodes.length + 1)] ?? null);
      },
      die,
    ),
  wrap: (xml, die) =>
    inTree(
      xml,
      (elements) => {
        const one = notRoot(elements, die);
        const wrapper = one.ownerDocument.createElementNS(
          'urn:oasis:names:tc:SAML:2.0:protocol',
          die.pick(['samlp:Extensions', 'samlp:Response', 'samlp:Status']),
        );
        one.parentNode!.insertBefore(wrapper, one);
        wrapper.appendChild(one);
      },
      die,
    ),
  remove: (xml, die) =>
    inTree(
      xml,
      (elements) => {
        const one = notRoot(elements, die);
        one.parentNode!.removeChild(one);
      },
      die,
    ),
  swap: (xml, die) =>
    inTree(
      xml,
      (elements) => {
        const one = notRoot(elements, die);
        put(one.parentNode!, one, one.parentNode!.childNodes[die.below(one.parentNode!.childNodes.length)] ?? null);
      },
      die,
    ),
  decoy: (xml, die) =>
    inTree(
      xml,
      (elements) => {
        const to = die.pick(elements);
        to.insertBefore(
          parsed(die.pick(Object.values(EVIL))),
          to.childNodes[die.below(to.childNodes.length + 1)] ?? null,
        );
      },
      die,
    ),
  'evil assertion': (xml, die) => {
    const good = /<saml:Assertion .*<\/saml:Assertion>/s.exec(xml)?.[0] ?? '';
    const evil = good
      .replace(/TINIT-\w+/, 'TINIT-BNCGNN75C12F205J')
      .replace(/ ID="_assertion1"/, die.pick([' ID="_assertion1"', ' ID="_evil"', ' Id="_assertion1"', '']));
    const unsigned = die.below(2) ? evil : evil.replace(/<ds:Signature.*<\/ds:Signature>/s, '');
    return xml.replace(good, () =>
      die.pick([
        unsigned + good,
        good + unsigned,
        unsigned,
        unsigned.replace('</saml:Issuer>', `</saml:Issuer>${good}`),
        good.replace('</saml:Issuer>', `</saml:Issuer>${unsigned}`),
      ]),
    );
  },
  'attribute of an element': (xml, die) =>
    inTree(
      xml,
      (elements) => {
        const one = die.pick(elements.filter((element) => element.attributes.length > 0));
        const attribute = die.pick(Array.from(one.attributes));
        if (attribute.name.startsWith('xmlns')) return one.setAttribute('xmlns:evil', 'urn:evil');
        if (die.below(2)) one.removeAttribute(attribute.name);
        else
          one.setAttribute(
            attribute.name,
            die.pick(['', attribute.value.toUpperCase(), ` ${attribute.value}`, `${attribute.value}x`, '_assertion1']),
          );
      },
      die,
    ),
  'a new attribute': (xml, die) =>
    inTree(
      xml,
      (elements) =>
        void die
          .pick(elements)
          .setAttribute(
            die.pick(['ID', 'Id', 'id', 'xml:id', 'Format', 'Version', 'Destination']),
            die.pick(['_assertion1', '_response1', '', 'x']),
          ),
      die,
    ),
  'a letter': (xml, die) => at(xml, die.below(xml.length), String.fromCharCode(33 + die.below(90)), 1),
  'letters taken out': (xml, die) => at(xml, die.below(xml.length), '', 1 + die.below(8)),
  comment: (xml, die) => at(xml, place(xml, die), die.pick(['<!-- -->', '<!---->', '<!-- <a> -->'])),
  'processing instruction': (xml, die) => at(xml, place(xml, die), '<?php x ?>'),
  cdata: (xml, die) => at(xml, place(xml, die), die.pick(['<![CDATA[]]>', '<![CDATA[x]]>'])),
  entity: (xml, die) => at(xml, place(xml, die), die.pick(['&x;', '&nbsp;', '&#0;', '&#xD800;', '&'])),
  doctype: (xml, die) =>
    `${die.pick(['<!DOCTYPE x>', '<!DOCTYPE x [<!ENTITY e "x">]>', '<!DOCTYPE x SYSTEM "file:///etc/passwd">'])}${xml}`,
  'white space': (xml, die) => at(xml, place(xml, die), die.pick([' ', '\n', '\t', '\r\n', '\u00a0', '\u200b'])),
  'character reference': (xml, die) => {
    const position = place(xml, die);
    const letter = xml[position] ?? '';
    if (!/[A-Za-z0-9]/.test(letter)) return xml;
    return at(xml, position, die.pick([`&#${letter.charCodeAt(0)};`, `&#x${letter.charCodeAt(0).toString(16)};`]), 1);
  },
  'quotes and spaces of tags': (xml, die) =>
    die.below(2) ? xml.replace(/="([^"']*)"/, `='$1'`) : xml.replace(/<samlp:Response /, '<samlp:Response   '),
  'another prefix': (xml, die) => {
    const [from, to] = die.pick([
      ['samlp', 'p'],
      ['saml', 'a'],
      ['ds', 'd'],
      ['saml', 'samlp2'],
    ] as const);
    return xml
      .replaceAll(`<${from}:`, `<${to}:`)
      .replaceAll(`</${from}:`, `</${to}:`)
      .replaceAll(`xmlns:${from}=`, `xmlns:${to}=`);
  },
  'another namespace': (xml, die) => {
    const uri = die.pick([
      'urn:oasis:names:tc:SAML:2.0:assertion',
      'urn:oasis:names:tc:SAML:2.0:protocol',
      'http://www.w3.org/2000/09/xmldsig#',
    ]);
    const all = [...xml.matchAll(new RegExp(`"${uri}"`, 'g'))];
    return at(
      xml,
      die.pick(all).index,
      die.pick(['"urn:evil"', `"${uri}#"`, '""', `"${uri.toUpperCase()}"`]),
      uri.length + 2,
    );
  },
  'a look-alike letter': (xml, die) =>
    xml.replace(die.pick([/Maria/, /Rossi/, /RSSMRA/, /SpidL2/]), (word) =>
      word.replace(/[aois]/i, (letter) => ({ a: 'а', o: 'о', i: 'і', s: 'ѕ' })[letter.toLowerCase()] ?? 'x'),
    ),
  'text before or after': (xml, die) =>
    die.pick([
      `x${xml}`,
      `${xml}x`,
      `${xml}${xml}`,
      `\uFEFF${xml}`,
      `\n${xml}`,
      `${xml}\n`,
      `<?xml version="1.0" encoding="UTF-16"?>${xml}`,
      `<?xml version="1.1"?>${xml}`,
      `<?xml version="1.0" encoding="UTF-8"?>${xml}`,
    ]),
};

/** How the text is packed: most ways are wrong. */
const PACKINGS: ((xml: string, die: Dice) => string)[] = [
  (xml) => build.packed(xml),
  (xml) => build.packed(xml),
  (xml) => build.packed(xml),
  (xml) => build.packed(xml).replace(/(.{76})/g, '$1\r\n'),
  (xml) => Buffer.from(xml, 'utf16le').toString('base64'),
  (xml) => Buffer.from(xml, 'latin1').toString('base64'),
  (xml) => Buffer.from(xml).toString('base64url'),
  (xml) => Buffer.from(xml).toString('hex'),
  (xml, die) => at(build.packed(xml), die.below(100), die.pick(['%', '=', '.', '\u00e0'])),
];

describe('a good response, changed at random', () => {
  const count = new Map<string, { made: number; in: number }>();

  it(`never gets in as somebody else, in ${ROUNDS} changes`, () => {
    const die = dice(SEED);
    const names = Object.keys(CHANGES);
    for (let round = 0; round < ROUNDS; round++) {
      const applied: string[] = [];
      let xml = die.pick(goods);
      const good = xml;
      for (let more = 1 + die.below(3); more > 0; more--) {
        const name = names[(round + more * 7) % names.length]!;
        try {
          xml = CHANGES[name]!(xml, die);
          applied.push(name);
        } catch {
          // A change that finds nothing to act on after another one is left out.
        }
      }
      const verdict = judge(die.pick(PACKINGS)(xml, die));
      for (const name of applied) {
        const so = count.get(name) ?? { made: 0, in: 0 };
        count.set(name, { made: so.made + (xml === good ? 0 : 1), in: so.in + (verdict.kind === 'accepted' ? 1 : 0) });
      }
      // What gets in says exactly what the provider signed: same person, same level, same names.
      if (verdict.kind === 'accepted')
        assert.deepEqual(verdict.assertion, identity, `round ${round}, ${applied.join(' + ')}:\n${xml}`);
      else assert.notEqual(verdict.kind, 'declined', `round ${round}, ${applied.join(' + ')}`);
    }
  });

  it('did its work: every kind of change was made, many were refused, some left the meaning as it was', () => {
    const idle = Object.keys(CHANGES).filter((name) => (count.get(name)?.made ?? 0) < 10);
    assert.deepEqual(idle, []);
    const rows = [...count.values()];
    const accepted = rows.reduce((sum, one) => sum + one.in, 0);
    const made = rows.reduce((sum, one) => sum + one.made, 0);
    assert.ok(accepted > 0, 'some changes mean nothing: else the test could not fail');
    assert.ok(accepted < made / 3, `${accepted} of ${made} got in`);
  });

  for (const name of [
    'comment',
    'cdata',
    'processing instruction',
    'doctype',
    'evil assertion',
    'a look-alike letter',
    'entity',
  ]) {
    it(`${name}: never in, whatever else`, () => {
      const die = dice(SEED + name.length);
      for (let round = 0; round < 60; round++) {
        const good = die.pick(goods);
        const xml = CHANGES[name]!(good, die);
        assert.notEqual(xml, good);
        assert.equal(judge(build.packed(xml)).kind, 'refused', xml);
      }
    });
  }
});
