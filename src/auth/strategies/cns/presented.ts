import type { IncomingMessage } from 'node:http';
import { BlockList, isIPv6 } from 'node:net';
import { TLSSocket } from 'node:tls';
import type { X509Certificate } from 'node:crypto';
import type { Config } from '../../../config.js';
import type { Presented } from './cns.judge.js';
import { CnsRefusal, must } from './refusal.js';

const MOST_SENT = 6;
/** A header of 16 kB holds a certificate and two authorities. */
const MOST_HEADER = 16_384;

/**
 * The card of a request. On our own listener it is what TLS proved, and no header counts; elsewhere it is what a proxy
 * says it proved, and only the proxies of the settings are believed.
 * @throws CnsRefusal when somebody else claims to be a proxy, or the header holds no certificate
 */
export function presentedCard(req: IncomingMessage, config: Config): Presented | null {
  return req.socket instanceof TLSSocket ? fromTls(req.socket) : fromProxy(req, config.cns);
}

function fromTls(socket: TLSSocket): Presented | null {
  const card = socket.getPeerX509Certificate();
  if (!card) return null;
  const others: Buffer[] = [];
  for (let one = issuer(card); one && others.length < MOST_SENT; one = issuer(one)) others.push(one.raw);
  return { card: card.raw, others };
}

function issuer(certificate: X509Certificate): X509Certificate | undefined {
  return (certificate as { issuerCertificate?: X509Certificate }).issuerCertificate;
}

function fromProxy(req: IncomingMessage, { proxyHeader, proxyAddresses, url }: Config['cns']): Presented | null {
  const [value = '', ...more] = proxyHeader ? (req.headersDistinct[proxyHeader] ?? []) : [];
  if (value === '' && more.length === 0) return null;
  // The peer itself: X-Forwarded-For is whatever somebody wrote there.
  if (!isAmong(req.socket.remoteAddress, proxyAddresses)) throw new CnsRefusal('proxy-untrusted');
  // The same proxy may serve other hosts, where it asks for no card and strips no header.
  if (String(req.headersDistinct.host) !== url?.host) throw new CnsRefusal('proxy-untrusted');
  // Of two lines one is the proxy's, and nobody can tell which.
  must(more.length === 0 && value.length <= MOST_HEADER, 'unreadable');
  const [card, ...others] = certificatesIn(value);
  must(card, 'unreadable');
  return { card, others: others.slice(0, MOST_SENT) };
}

const BLOCK = /-----BEGIN CERTIFICATE-----([A-Za-z0-9+/=\s]+)-----END CERTIFICATE-----\s*/g;

/** PEM, URL-encoded as nginx and others send it, or the bare base64 of the DER; nothing else beside it. */
function certificatesIn(value: string): Buffer[] {
  const text = decoded(value);
  const blocks = [...text.matchAll(BLOCK)];
  const whole = text.trimStart() === blocks.map(([block]) => block).join('');
  if (blocks.length > 0) return whole ? blocks.map(([, base64 = '']) => Buffer.from(base64, 'base64')) : [];
  const bare = value.replace(/^:|:$/g, '');
  return /^[A-Za-z0-9+/]+={0,2}$/.test(bare) ? [Buffer.from(bare, 'base64')] : [];
}

function decoded(value: string): string {
  try {
    // Not as a form: '+' is a sign of base64.
    return decodeURIComponent(value);
  } catch {
    throw new CnsRefusal('unreadable');
  }
}

function isAmong(address: string | undefined, allowed: readonly string[]): boolean {
  if (!address) return false;
  const list = new BlockList();
  for (const one of allowed) {
    const [network = '', bits] = one.split('/');
    const family = isIPv6(network) ? 'ipv6' : 'ipv4';
    if (bits === undefined) list.addAddress(network, family);
    else list.addSubnet(network, Number(bits), family);
  }
  const plain = address.replace(/^::ffff:(?=\d+\.)/, '');
  return list.check(plain, isIPv6(plain) ? 'ipv6' : 'ipv4');
}
