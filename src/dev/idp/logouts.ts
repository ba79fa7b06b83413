import { randomUUID } from 'node:crypto';
import { carry, children, logoutRequestXml, logoutResponseXml, names } from '../../auth/index.js';
import type { Answering } from './answers.js';
import { redirected, type ServiceFacts } from './requests.js';

const { HTTP_REDIRECT, SAML, SAMLP } = names;

/** A session this provider gave. */
export interface OpenSession {
  readonly nameId: string;
  readonly who: string;
}

export type Leaving = { ok: true; ended: string | null; url: string | null } | { ok: false; why: string };

/** What came to our logout address: a request of the portal (answered by redirect), or its answer to ours. */
export function logoutAnswer(query: string, service: ServiceFacts, by: Answering): Leaving {
  const isRequest = /(?:^|&)SAMLRequest=/.test(query);
  const read = redirected(query, isRequest ? 'SAMLRequest' : 'SAMLResponse', service);
  if (!read.ok) return read;
  if (children(read.root, SAML, 'Issuer')[0]?.text !== service.entityId)
    return { ok: false, why: 'Issuer sconosciuto' };
  if (!isRequest) return { ok: true, ended: null, url: null };
  if (read.root.ns !== SAMLP || read.root.local !== 'LogoutRequest')
    return { ok: false, why: 'non è una LogoutRequest' };
  const ended = children(read.root, SAML, 'NameID')[0]?.text ?? '';
  const destination = service.logout.get(HTTP_REDIRECT) ?? '';
  const xml = logoutResponseXml(head(destination, by), read.root.attributes.get('ID') ?? '');
  return { ok: true, ended, url: sent('SAMLResponse', xml, read.relayState, destination, by) };
}

/** The address that carries our signed LogoutRequest to the portal. */
export function logoutRequest({ nameId }: OpenSession, service: ServiceFacts, by: Answering): string {
  const destination = service.logout.get(HTTP_REDIRECT) ?? '';
  const name = { nameId, nameQualifier: by.entityId, sessionIndex: null };
  return sent('SAMLRequest', logoutRequestXml(head(destination, by), name), '', destination, by);
}

function head(destination: string, by: Answering) {
  return { id: `_${randomUUID()}`, issuedAt: by.now, destination, issuer: by.entityId };
}

function sent(
  field: 'SAMLRequest' | 'SAMLResponse',
  xml: string,
  relayState: string,
  location: string,
  by: Answering,
): string {
  const carried = carry({ field, xml, relayState }, { binding: HTTP_REDIRECT, location }, by.keys);
  if (carried.binding !== 'redirect') throw new Error('a logout message goes by redirect here');
  return carried.url;
}
