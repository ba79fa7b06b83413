import { X509Certificate } from 'node:crypto';
import { DOMParser } from '@xmldom/xmldom';
import { SignedXml } from 'xml-crypto';
import { children, parseXml, Refusal, walk, type XmlElement } from '../../saml/index.js';
import { readCertificate, type Certificate } from './certificate.js';

/** ETSI TS 119 612, the form of the national trusted lists. */
const TSL = 'http://uri.etsi.org/02231/v2#';
const DS = 'http://www.w3.org/2000/09/xmldsig#';
const IDENTITY_VERIFICATION = 'http://uri.etsi.org/TrstSvc/Svctype/IdV';
const GRANTED = 'http://uri.etsi.org/TrstSvc/TrustedList/Svcstatus/granted';

const MOST_BYTES = 30_000_000;
const LIMITS = { elements: 500_000, attributes: 1_000_000, namespaces: 500_000, depth: 40 };
const MOST_REFERENCES = 4;

const SIGNATURES = [
  'http://www.w3.org/2001/04/xmldsig-more#rsa-sha256',
  'http://www.w3.org/2001/04/xmldsig-more#rsa-sha512',
  'http://www.w3.org/2007/05/xmldsig-more#sha256-rsa-MGF1',
];
const DIGESTS = ['http://www.w3.org/2001/04/xmlenc#sha256', 'http://www.w3.org/2001/04/xmlenc#sha512'];
const TRANSFORMS = [
  'http://www.w3.org/2000/09/xmldsig#enveloped-signature',
  'http://www.w3.org/2001/10/xml-exc-c14n#',
  'http://www.w3.org/TR/2001/REC-xml-c14n-20010315',
];

export type TrustListProblemCode =
  | 'too-large'
  | 'not-xml'
  | 'doctype'
  | 'not-a-trust-list'
  | 'signer'
  | 'unsigned'
  | 'signature-algorithm'
  | 'signature'
  | 'dates'
  | 'out-of-date'
  | 'empty';

/** The list is not taken; the message is for the operator. */
export class TrustListProblem extends Error {
  constructor(
    readonly code: TrustListProblemCode,
    message: string,
  ) {
    super(message);
  }
}

export interface TrustList {
  readonly territory: string;
  readonly sequence: string;
  readonly issuedAt: Temporal.Instant;
  readonly nextUpdate: Temporal.Instant;
  readonly authorities: readonly { name: string; certificate: Certificate }[];
  /** Services of the right type that are not taken, and why. */
  readonly left: readonly { name: string; why: string }[];
}

/**
 * Reads AgID's list of trusted services and takes the authorities of cards: services of type IdV, now granted.
 * Values come from the bytes whose signature was verified, never from the file as it is.
 * @param signers certificates (PEM) that may sign it
 */
export function readTrustList(bytes: Buffer, signers: readonly string[], now: Temporal.Instant): TrustList {
  if (bytes.length > MOST_BYTES)
    throw new TrustListProblem('too-large', 'Il file è troppo grande per essere l’elenco.');
  const xml = boundedText(bytes);
  const root = verifiedRoot(xml, usable(signers, now));
  const scheme = child(root, 'SchemeInformation');
  const list = {
    territory: textOf(scheme, 'SchemeTerritory'),
    sequence: textOf(scheme, 'TSLSequenceNumber'),
    issuedAt: instant(textOf(scheme, 'ListIssueDateTime')),
    nextUpdate: instant(textOf(child(scheme, 'NextUpdate'), 'dateTime')),
  };
  if (Temporal.Instant.compare(list.issuedAt, now) > 0) {
    throw new TrustListProblem('dates', `L’elenco porta una data futura (${list.issuedAt}).`);
  }
  if (Temporal.Instant.compare(list.nextUpdate, now) <= 0) {
    throw new TrustListProblem('out-of-date', `L’elenco è vecchio: andava sostituito entro il ${list.nextUpdate}.`);
  }
  const services = granted(root, now);
  if (services.authorities.length === 0) {
    throw new TrustListProblem('empty', 'L’elenco non contiene nessun servizio di tipo IdV in vigore.');
  }
  return { ...list, ...services };
}

/** The bundle that the portal reads (CNS_TRUST_LIST_FILE). */
export function trustListBundle(list: TrustList): string {
  const head = `# ${list.territory} ${list.sequence}, ${list.issuedAt}: ${list.authorities.length}\n`;
  return (
    head +
    list.authorities
      .map(({ name, certificate }) => `\n# ${plain(name)}\n${certificate.parsed.toString('pem')}\n`)
      .join('')
  );
}

/** For a comment: nothing that could end its line or begin a certificate. */
function plain(text: string): string {
  return text.replace(/[^\p{L}\p{N} .,()/=-]|-{2,}/gu, ' ');
}

function boundedText(bytes: Buffer): string {
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new TrustListProblem('not-xml', 'Il file non è un testo XML in UTF-8.');
  }
  if (/<!(?!--)/.test(text)) {
    throw new TrustListProblem(
      'doctype',
      'Il file contiene dichiarazioni che un elenco non ha (DOCTYPE, entità, CDATA).',
    );
  }
  if (text.split('<').length > 2 * LIMITS.elements)
    throw new TrustListProblem('too-large', 'Il file ha troppi elementi.');
  return text;
}

function usable(signers: readonly string[], now: Temporal.Instant): string[] {
  const good = signers.filter((pem) => {
    const { publicKey, validFrom, validTo } = new X509Certificate(pem);
    const valid =
      new Date(validFrom).getTime() <= now.epochMilliseconds && now.epochMilliseconds <= new Date(validTo).getTime();
    return (
      valid && publicKey.asymmetricKeyType === 'rsa' && (publicKey.asymmetricKeyDetails?.modulusLength ?? 0) >= 2048
    );
  });
  if (good.length > 0) return good;
  throw new TrustListProblem('signer', 'Il certificato di chi firma l’elenco manca, è scaduto o è troppo debole.');
}

interface DomNode {
  readonly nodeType: number;
  readonly localName: string | null;
  readonly namespaceURI: string | null;
  readonly childNodes: ArrayLike<DomNode>;
}

/** The root of the list as it was signed, by one of the signers. */
function verifiedRoot(xml: string, signers: readonly string[]): XmlElement {
  const root = elementsOf(parsedDom(xml))[0];
  if (root?.namespaceURI !== TSL || root.localName !== 'TrustServiceStatusList') {
    throw new TrustListProblem('not-a-trust-list', 'Il file non è un elenco di servizi fiduciari (ETSI TS 119 612).');
  }
  const [signature, ...more] = elementsOf(root).filter(
    (one) => one.namespaceURI === DS && one.localName === 'Signature',
  );
  if (!signature || more.length > 0) throw new TrustListProblem('unsigned', 'L’elenco non è firmato.');
  checkAlgorithms(signature);
  for (const signer of signers) {
    const signed = signedTexts(xml, signature, signer)
      .map(parsed)
      .find((one) => one?.local === 'TrustServiceStatusList' && one.ns === TSL);
    if (signed) return signed;
  }
  throw new TrustListProblem(
    'signature',
    'La firma dell’elenco non è valida, o non è di chi deve firmarlo. Non è stato cambiato niente.',
  );
}

function notXml(): never {
  throw new TrustListProblem('not-xml', 'Il file non è XML ben formato.');
}

function parsedDom(xml: string): DomNode {
  try {
    return new DOMParser({ errorHandler: { warning: notXml, error: notXml, fatalError: notXml } }).parseFromString(
      xml,
      'text/xml',
    ) as unknown as DomNode;
  } catch {
    return notXml();
  }
}

function checkAlgorithms(signature: DomNode): void {
  const info = elementsOf(signature).filter(({ localName }) => localName === 'SignedInfo');
  const used = (name: string) =>
    info
      .flatMap(below)
      .filter((one) => one.localName === name)
      .map((one) => (one as unknown as { getAttribute(name: string): string }).getAttribute('Algorithm'));
  const strong =
    info.length === 1 &&
    used('SignatureMethod').length === 1 &&
    used('SignatureMethod').every((one) => SIGNATURES.includes(one)) &&
    used('DigestMethod').length <= MOST_REFERENCES &&
    used('DigestMethod').every((one) => DIGESTS.includes(one)) &&
    [...used('Transform'), ...used('CanonicalizationMethod')].every((one) => TRANSFORMS.includes(one));
  if (!strong) throw new TrustListProblem('signature-algorithm', 'La firma dell’elenco usa algoritmi non ammessi.');
}

/** The texts that a signer's signature covers; none when it is not theirs. */
function signedTexts(xml: string, signature: DomNode, signer: string): string[] {
  // No key of the message itself is ever used.
  const verifier = new SignedXml({ publicCert: signer, getCertFromKeyInfo: () => null });
  verifier.SignatureAlgorithms = only(verifier.SignatureAlgorithms, SIGNATURES);
  verifier.HashAlgorithms = only(verifier.HashAlgorithms, DIGESTS);
  verifier.CanonicalizationAlgorithms = only(verifier.CanonicalizationAlgorithms, TRANSFORMS);
  try {
    // xml-crypto takes a node; its typings name the browser's Node, which this program has no library for.
    verifier.loadSignature(signature as unknown as string);
    return verifier.checkSignature(xml) ? verifier.getSignedReferences() : [];
  } catch {
    return [];
  }
}

function only<T>(algorithms: Record<string, T>, allowed: readonly string[]): Record<string, T> {
  return Object.fromEntries(Object.entries(algorithms).filter(([uri]) => allowed.includes(uri)));
}

function parsed(text: string): XmlElement | null {
  try {
    return parseXml(text, LIMITS);
  } catch (error) {
    if (error instanceof Refusal) return null;
    throw error;
  }
}

function granted(root: XmlElement, now: Temporal.Instant): Pick<TrustList, 'authorities' | 'left'> {
  const authorities = new Map<string, { name: string; certificate: Certificate }>();
  const left: { name: string; why: string }[] = [];
  for (const service of walk(root)) {
    // ServiceHistory tells what used to be: only ServiceInformation counts.
    if (service.ns !== TSL || service.local !== 'TSPService') continue;
    const information = child(service, 'ServiceInformation');
    if (textOf(information, 'ServiceTypeIdentifier') !== IDENTITY_VERIFICATION) continue;
    const name = nameOf(information);
    const since = instant(textOf(information, 'StatusStartingTime'));
    if (textOf(information, 'ServiceStatus') !== GRANTED || Temporal.Instant.compare(since, now) > 0) {
      left.push({ name, why: 'non in vigore' });
      continue;
    }
    for (const certificate of certificatesOf(information)) {
      const why = obstacle(certificate, now);
      if (certificate && !why) authorities.set(certificate.fingerprint, { name, certificate });
      else left.push({ name, why });
    }
  }
  return { authorities: [...authorities.values()], left };
}

function obstacle(certificate: Certificate | null, now: Temporal.Instant): string {
  if (!certificate) return 'certificato illeggibile';
  if (!certificate.isAuthority) return 'il certificato non è di un’autorità';
  if (!certificate.hasStrongKey) return 'chiave troppo debole';
  return certificate.isValidAt(now) ? '' : 'certificato scaduto';
}

function certificatesOf(information: XmlElement): (Certificate | null)[] {
  return children(information, TSL, 'ServiceDigitalIdentity')
    .flatMap((identity) => children(identity, TSL, 'DigitalId'))
    .flatMap((id) => children(id, TSL, 'X509Certificate'))
    .map(({ text }) => readCertificate(Buffer.from(text, 'base64')));
}

function nameOf(information: XmlElement): string {
  const names = children(information, TSL, 'ServiceName').flatMap((one) => children(one, TSL, 'Name'));
  const italian = names.find(({ attributes }) => attributes.get('xml:lang') === 'it') ?? names[0];
  return italian?.text.trim().slice(0, 200) ?? '';
}

function child(parent: XmlElement, local: string): XmlElement {
  const [found] = children(parent, TSL, local);
  if (!found) throw new TrustListProblem('not-a-trust-list', `Nell’elenco manca ${local}.`);
  return found;
}

function textOf(parent: XmlElement, local: string): string {
  return child(parent, local).text.trim();
}

function instant(text: string): Temporal.Instant {
  try {
    return Temporal.Instant.from(text);
  } catch {
    throw new TrustListProblem('dates', 'L’elenco contiene una data che non si legge.');
  }
}

function elementsOf(node: DomNode): DomNode[] {
  return Array.from(node.childNodes).filter((one) => one.nodeType === 1);
}

function below(node: DomNode): DomNode[] {
  return elementsOf(node).flatMap((one) => [one, ...below(one)]);
}
