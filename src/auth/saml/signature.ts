import { createHash, createPublicKey, sign, verify, X509Certificate } from 'node:crypto';
import { DOMParser } from '@xmldom/xmldom';
import { SignedXml, type HashAlgorithm, type SignatureAlgorithm } from 'xml-crypto';
import { DS, ENVELOPED, EXCLUSIVE_C14N } from './names.js';
import { must, Refusal } from './refusal.js';
import { children, only, walk, type XmlElement } from './xml.js';

/**
 * XML signatures, in the only shape the federation uses: RSA with SHA-256 or longer, exclusive canonicalisation,
 * one enveloped signature over its own parent element. Everything else is refused before a key is touched.
 */
export const SIGNATURES: Readonly<Record<string, 'sha256' | 'sha384' | 'sha512'>> = {
  'http://www.w3.org/2001/04/xmldsig-more#rsa-sha256': 'sha256',
  'http://www.w3.org/2001/04/xmldsig-more#rsa-sha384': 'sha384',
  'http://www.w3.org/2001/04/xmldsig-more#rsa-sha512': 'sha512',
};
const DIGESTS: Readonly<Record<string, 'sha256' | 'sha384' | 'sha512'>> = {
  'http://www.w3.org/2001/04/xmlenc#sha256': 'sha256',
  'http://www.w3.org/2001/04/xmldsig-more#sha384': 'sha384',
  'http://www.w3.org/2001/04/xmlenc#sha512': 'sha512',
};

/** The certificates one party may sign with (more than one while it rolls over its key). */
export type Certificates = readonly string[];

/**
 * Verifies the signature that is a direct child of `element` and covers it.
 * @returns the canonical text that was signed: the only text whose values may be used.
 */
export function verifiedText(xml: string, element: XmlElement, certificates: Certificates): string {
  const signature = only(element, DS, 'Signature', 'signature-structure');
  checkShape(signature, element.attributes.get('ID') ?? '');
  for (const certificate of certificates) {
    const text = signedText(xml, pathOf(signature), certificate);
    if (text !== null) return text;
  }
  throw new Refusal(carriesForeignKey(signature, certificates) ? 'signature-foreign-key' : 'signature-invalid');
}

/** XML Signature allows far more than SAML needs; each freedom left open has been an attack somewhere. */
function checkShape(signature: XmlElement, id: string): void {
  const info = only(signature, DS, 'SignedInfo', 'signature-structure');
  const value = only(signature, DS, 'SignatureValue', 'signature-structure');
  must(
    signature.children.every(
      (child) => child.ns === DS && ['SignedInfo', 'SignatureValue', 'KeyInfo'].includes(child.local),
    ),
    'signature-structure',
  );
  must(children(signature, DS, 'KeyInfo').length <= 1, 'signature-structure');
  must([...walk(signature)].filter(isSigning).length === 4, 'signature-structure');
  must(value.children.length === 0 && isBase64(value.text), 'signature-structure');
  must(info.children.length === 3, 'signature-structure');

  const canonicalization = only(info, DS, 'CanonicalizationMethod', 'signature-structure');
  must(canonicalization.attributes.get('Algorithm') === EXCLUSIVE_C14N, 'canonicalization');
  must(prefixListOnly(canonicalization), 'canonicalization');
  const method = only(info, DS, 'SignatureMethod', 'signature-structure');
  must(Object.hasOwn(SIGNATURES, method.attributes.get('Algorithm') ?? ''), 'signature-algorithm');
  must(method.children.length === 0, 'signature-algorithm');
  checkReference(only(info, DS, 'Reference', 'signature-structure'), id);
}

function checkReference(reference: XmlElement, id: string): void {
  must(id !== '' && reference.attributes.get('URI') === `#${id}`, 'signature-reference');
  must(reference.children.length === 3, 'signature-structure');
  const transforms = only(reference, DS, 'Transforms', 'transforms').children;
  must(transforms.length === 2 && transforms.every((one) => one.ns === DS && one.local === 'Transform'), 'transforms');
  must(transforms[0]?.attributes.get('Algorithm') === ENVELOPED && transforms[0].children.length === 0, 'transforms');
  must(transforms[1]?.attributes.get('Algorithm') === EXCLUSIVE_C14N && prefixListOnly(transforms[1]), 'transforms');
  const digest = only(reference, DS, 'DigestMethod', 'signature-structure');
  must(Object.hasOwn(DIGESTS, digest.attributes.get('Algorithm') ?? ''), 'digest-algorithm');
  const value = only(reference, DS, 'DigestValue', 'signature-structure');
  must(value.children.length === 0 && isBase64(value.text), 'signature-structure');
}

/** Elements that xml-crypto looks for anywhere below: one of each, so that it cannot pick another than we checked. */
function isSigning(element: XmlElement): boolean {
  return ['SignedInfo', 'SignatureValue', 'CanonicalizationMethod', 'SignatureMethod'].includes(element.local);
}

function prefixListOnly(method: XmlElement): boolean {
  return (
    method.children.every((child) => child.ns === EXCLUSIVE_C14N && child.local === 'InclusiveNamespaces') &&
    method.children.length <= 1
  );
}

function isBase64(text: string): boolean {
  return /^[A-Za-z0-9+/=\s]+$/.test(text) && text.length < 4096;
}

/** Position of an element among the element children of each ancestor, to find the same one in another parse. */
function pathOf(element: XmlElement): number[] {
  const path: number[] = [];
  for (let one: XmlElement = element; one.parent; one = one.parent) path.unshift(one.parent.children.indexOf(one));
  return path;
}

function signedText(xml: string, path: readonly number[], certificate: string): string | null {
  const verifier = restricted({ publicCert: certificate });
  try {
    verifier.loadSignature(nodeAt(xml, path));
    if (!verifier.checkSignature(xml)) return null;
  } catch {
    return null;
  }
  const [text, ...more] = verifier.getSignedReferences();
  return more.length === 0 ? (text ?? null) : null;
}

/** A verifier that knows our algorithms only and takes no key from the message. */
function restricted(options: ConstructorParameters<typeof SignedXml>[0]): SignedXml {
  const signed = new SignedXml({ ...options, idAttribute: 'ID', getCertFromKeyInfo: () => null });
  signed.idAttributes = ['ID'];
  signed.SignatureAlgorithms = Object.fromEntries(
    Object.entries(SIGNATURES).map(([uri, hash]) => [uri, rsa(uri, hash)]),
  );
  signed.HashAlgorithms = Object.fromEntries(Object.entries(DIGESTS).map(([uri, hash]) => [uri, digester(uri, hash)]));
  const { [EXCLUSIVE_C14N]: canonicalization, [ENVELOPED]: enveloped } = signed.CanonicalizationAlgorithms;
  if (!canonicalization || !enveloped) throw new Error('xml-crypto no longer offers exclusive canonicalisation');
  signed.CanonicalizationAlgorithms = { [EXCLUSIVE_C14N]: canonicalization, [ENVELOPED]: enveloped };
  return signed;
}

function rsa(uri: string, hash: string): new () => SignatureAlgorithm {
  return class {
    getSignature(data: string, key: string): string {
      return sign(hash, Buffer.from(data), key).toString('base64');
    }
    verifySignature(data: string, key: string, value: string): boolean {
      const publicKey = createPublicKey(key);
      return (
        publicKey.asymmetricKeyType === 'rsa' &&
        verify(hash, Buffer.from(data), publicKey, Buffer.from(value, 'base64'))
      );
    }
    getAlgorithmName(): string {
      return uri;
    }
  } as unknown as new () => SignatureAlgorithm;
}

function digester(uri: string, hash: string): new () => HashAlgorithm {
  return class {
    getHash(text: string): string {
      return createHash(hash).update(text, 'utf8').digest('base64');
    }
    getAlgorithmName(): string {
      return uri;
    }
  };
}

interface DomNode {
  readonly nodeType: number;
  readonly childNodes: ArrayLike<DomNode>;
}

function nodeAt(xml: string, path: readonly number[]): string {
  const parser = new DOMParser({
    errorHandler: () => {
      throw new Refusal('not-well-formed');
    },
  });
  let node = elementsOf(parser.parseFromString(xml, 'text/xml') as unknown as DomNode)[0];
  for (const index of path) node = node && elementsOf(node)[index];
  if (!node) throw new Refusal('not-well-formed');
  // xml-crypto takes a node; its typings name the browser's Node, which this program has no library for.
  return node as unknown as string;
}

function elementsOf(node: DomNode): DomNode[] {
  return Array.from(node.childNodes).filter((child) => child.nodeType === 1);
}

/** Tells a rogue key that brings its own certificate from a damaged message; for the reason code only. */
function carriesForeignKey(signature: XmlElement, certificates: Certificates): boolean {
  const known = new Set(certificates.map((pem) => new X509Certificate(pem).raw.toString('base64')));
  const carried = [...walk(signature)].filter((element) => element.ns === DS && element.local === 'X509Certificate');
  return carried.some((element) => !known.has(element.text.replace(/\s+/g, '')));
}

/** Signs the root element (enveloped, RSA-SHA256) and puts the signature right after `afterLocal`, or first when empty. */
export function signRoot(xml: string, keys: { key: string; certificate: string }, after: string | null): string {
  const signer = new SignedXml({
    privateKey: keys.key,
    publicCert: keys.certificate,
    signatureAlgorithm: 'http://www.w3.org/2001/04/xmldsig-more#rsa-sha256',
    canonicalizationAlgorithm: EXCLUSIVE_C14N,
    idAttribute: 'ID',
  });
  signer.addReference({
    xpath: '/*',
    transforms: [ENVELOPED, EXCLUSIVE_C14N],
    digestAlgorithm: 'http://www.w3.org/2001/04/xmlenc#sha256',
  });
  const location = after
    ? { reference: `/*/*[local-name(.)='${after}']`, action: 'after' as const }
    : { reference: '/*', action: 'prepend' as const };
  signer.computeSignature(xml, { prefix: 'ds', location });
  return signer.getSignedXml();
}
