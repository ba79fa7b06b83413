import { lookUp } from '../../common/look-up.js';
import { must, Refusal } from './refusal.js';

/** One element of a parsed message. `text` is the direct character data, entities resolved. */
export interface XmlElement {
  readonly name: string;
  readonly local: string;
  readonly ns: string;
  readonly attributes: ReadonlyMap<string, string>;
  readonly children: XmlElement[];
  readonly parent: XmlElement | null;
  text: string;
}

export interface XmlLimits {
  readonly elements: number;
  readonly attributes: number;
  readonly namespaces: number;
  readonly depth: number;
}

/** A full SPID response has about 120 elements, 200 attributes, 60 namespace declarations and depth 8. */
export const MESSAGE_LIMITS: XmlLimits = { elements: 600, attributes: 1200, namespaces: 200, depth: 20 };

const NAME = '[A-Za-z_][A-Za-z0-9_.-]*(?::[A-Za-z_][A-Za-z0-9_.-]*)?';
const OPEN = new RegExp(`<(${NAME})`, 'y');
const CLOSE = new RegExp(`</(${NAME})\\s*>`, 'y');
const ATTRIBUTE = new RegExp(`\\s+(${NAME})\\s*=\\s*(?:"([^<"]*)"|'([^<']*)')`, 'y');
const TAG_END = /\s*(\/?)>/y;
const TEXT = /[^<]+/y;
const DECLARATION =
  /^<\?xml\s+version\s*=\s*["']1\.0["'](?:\s+encoding\s*=\s*["'][Uu][Tt][Ff]-8["'])?(?:\s+standalone\s*=\s*["'](?:yes|no)["'])?\s*\?>/;
const XML_NS = 'http://www.w3.org/XML/1998/namespace';
const XMLNS_NS = 'http://www.w3.org/2000/xmlns/';

/**
 * Parses the small part of XML that SAML messages need, in one linear pass with hard bounds, before any DOM sees them:
 * no `<!` of any kind (DOCTYPE, entities, comments, CDATA), no processing instruction, strictly well-formed.
 * Whatever passes here means the same to every parser, so a later one cannot be made to read something else.
 */
export function parseXml(source: string, limits: XmlLimits = MESSAGE_LIMITS): XmlElement {
  return new Reader(source.replace(/\r\n?/g, '\n'), limits).document();
}

class Reader {
  private at = 0;
  private elements = 0;
  private attributes = 0;
  private namespaces = 0;

  constructor(
    private readonly source: string,
    private readonly limits: XmlLimits,
  ) {}

  document(): XmlElement {
    this.refuseMarkup();
    this.at = DECLARATION.exec(this.source)?.[0].length ?? 0;
    must(this.source.indexOf('<?', this.at) < 0, 'processing-instruction');
    this.space();
    const root = this.tree();
    this.space();
    must(this.at === this.source.length, 'not-well-formed');
    return root;
  }

  private refuseMarkup(): void {
    const markup = this.source.indexOf('<!');
    if (markup >= 0) {
      if (this.source.startsWith('<!--', markup)) throw new Refusal('comment');
      throw new Refusal(this.source.startsWith('<![CDATA[', markup) ? 'cdata' : 'doctype');
    }
    // Characters XML 1.0 forbids, lone surrogates included: parsers differ on them.
    // eslint-disable-next-line no-control-regex
    must(!/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/.test(this.source), 'not-well-formed');
    must(this.source.isWellFormed(), 'not-well-formed');
  }

  /** Reads the one root element and everything in it; iterative, so that depth costs no stack. */
  private tree(): XmlElement {
    let scope: Scope = new Map([['xml', XML_NS]]);
    let current: XmlElement | null = null;
    const scopes: Scope[] = [];
    for (;;) {
      const text = this.match(TEXT);
      if (text) {
        must(current, 'not-well-formed');
        must(!text[0].includes(']]>'), 'not-well-formed');
        current.text += decoded(text[0]);
      }
      const close = this.match(CLOSE);
      if (close) {
        must(current && current.name === close[1], 'not-well-formed');
        scope = scopes.pop() ?? scope;
        if (!current.parent) return current;
        current = current.parent;
        continue;
      }
      const open = this.match(OPEN);
      must(open?.[1], 'not-well-formed');
      const raw = this.rawAttributes();
      const inner = this.declared(scope, raw);
      const element = this.element(open[1], raw, inner, current);
      const end = this.match(TAG_END);
      must(end, 'not-well-formed');
      if (end[1] === '/') {
        if (!current) return element;
        continue;
      }
      scopes.push(scope);
      must(scopes.length <= this.limits.depth, 'too-deep');
      scope = inner;
      current = element;
    }
  }

  private rawAttributes(): [string, string][] {
    must(++this.elements <= this.limits.elements, 'too-many-elements');
    const raw: [string, string][] = [];
    for (let found = this.match(ATTRIBUTE); found; found = this.match(ATTRIBUTE)) {
      const name = found[1] ?? '';
      if (name === 'xmlns' || name.startsWith('xmlns:'))
        must(++this.namespaces <= this.limits.namespaces, 'too-many-namespaces');
      else must(++this.attributes <= this.limits.attributes, 'too-many-attributes');
      raw.push([name, decoded((found[2] ?? found[3] ?? '').replace(/[\t\n]/g, ' '))]);
    }
    return raw;
  }

  private declared(outer: Scope, raw: [string, string][]): Scope {
    const declarations = raw.filter(([name]) => name === 'xmlns' || name.startsWith('xmlns:'));
    if (declarations.length === 0) return outer;
    const inner = new Map(outer);
    for (const [name, uri] of declarations) {
      const prefix = name === 'xmlns' ? '' : name.slice(6);
      must(prefix !== 'xml' && prefix !== 'xmlns' && uri !== XML_NS && uri !== XMLNS_NS, 'not-well-formed');
      must(prefix === '' || uri !== '', 'not-well-formed');
      inner.set(prefix, uri);
    }
    return inner;
  }

  private element(name: string, raw: [string, string][], scope: Scope, parent: XmlElement | null): XmlElement {
    const attributes = new Map<string, string>();
    const names = new Set<string>();
    for (const [attribute, value] of raw) {
      const [prefix, local] = split(attribute);
      const uri = prefix === '' || prefix === 'xmlns' ? '' : this.namespace(scope, prefix);
      const key = prefix === 'xmlns' ? attribute : `${uri} ${local}`;
      must(!names.has(key), 'not-well-formed');
      names.add(key);
      attributes.set(attribute, value);
    }
    const [prefix, local] = split(name);
    const ns = prefix === '' ? (scope.get('') ?? '') : this.namespace(scope, prefix);
    const element: XmlElement = { name, local, ns, attributes, children: [], parent, text: '' };
    parent?.children.push(element);
    return element;
  }

  private namespace(scope: Scope, prefix: string): string {
    const uri = scope.get(prefix);
    must(uri !== undefined && prefix !== 'xmlns', 'not-well-formed');
    return uri;
  }

  private match(pattern: RegExp): RegExpExecArray | null {
    pattern.lastIndex = this.at;
    const found = pattern.exec(this.source);
    if (found) this.at = pattern.lastIndex;
    return found;
  }

  private space(): void {
    this.match(/\s*/y);
  }
}

type Scope = ReadonlyMap<string, string>;

function split(name: string): [string, string] {
  const colon = name.indexOf(':');
  return colon < 0 ? ['', name] : [name.slice(0, colon), name.slice(colon + 1)];
}

const NAMED: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" };

/** Resolves the five named references and numeric ones; any other is an entity nobody may define here. */
function decoded(text: string): string {
  if (!text.includes('&')) return text;
  return text.replace(/&([^;&]{0,12};?)/g, (_whole, reference: string) => {
    const name = reference.endsWith(';') ? reference.slice(0, -1) : '';
    const code = /^#x[0-9a-fA-F]{1,6}$/.test(name)
      ? parseInt(name.slice(2), 16)
      : /^#[0-9]{1,7}$/.test(name)
        ? Number(name.slice(1))
        : null;
    if (code !== null) {
      must(isXmlCharacter(code), 'not-well-formed');
      return String.fromCodePoint(code);
    }
    const known = lookUp(NAMED, name);
    must(known !== undefined, 'entity');
    return known;
  });
}

function isXmlCharacter(code: number): boolean {
  return (
    code === 9 ||
    code === 10 ||
    code === 13 ||
    (code >= 0x20 && code <= 0xd7ff) ||
    (code >= 0xe000 && code <= 0xfffd) ||
    (code >= 0x10000 && code <= 0x10ffff)
  );
}

/** The direct children with this namespace and local name. */
export function children(parent: XmlElement, ns: string, local: string): XmlElement[] {
  return parent.children.filter((child) => child.ns === ns && child.local === local);
}

/** The only such child; refuses when there is none or more than one. */
export function only(
  parent: XmlElement,
  ns: string,
  local: string,
  reason: ConstructorParameters<typeof Refusal>[0],
): XmlElement {
  const found = children(parent, ns, local);
  must(found.length === 1 && found[0], reason);
  return found[0];
}

/** Every element of the tree, in document order. */
export function* walk(element: XmlElement): Generator<XmlElement> {
  yield element;
  for (const child of element.children) yield* walk(child);
}

/** Text made safe for element content or a quoted attribute. */
export function escapeXml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
