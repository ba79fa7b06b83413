import { sign } from 'node:crypto';
import { deflateRawSync, inflateRawSync } from 'node:zlib';
import type { LogoutMessage } from './logout.js';
import { decodeMessage, MESSAGE_BYTES } from './message.js';
import { HTTP_REDIRECT } from './names.js';
import { must, Refusal } from './refusal.js';
import type { Carried, SigningKeys } from './request.js';
import { signRoot } from './signature.js';

const RSA_SHA256 = 'http://www.w3.org/2001/04/xmldsig-more#rsa-sha256';

export type MessageField = 'SAMLRequest' | 'SAMLResponse';

/** Signs a message and packs it for a binding: in the query of a redirect, or inside the XML of a form. */
export function carry(
  message: { field: MessageField; xml: string; relayState: string },
  to: { binding: string; location: string },
  keys: SigningKeys,
): Carried {
  const { field, xml, relayState } = message;
  if (to.binding === HTTP_REDIRECT)
    return { binding: 'redirect', url: signedUrl(field, xml, relayState, to.location, keys), xml };
  const signed = signRoot(xml, keys, 'Issuer');
  const fields: Record<string, string> = { [field]: Buffer.from(signed).toString('base64') };
  if (relayState !== '') fields.RelayState = relayState;
  return { binding: 'post', action: to.location, fields, xml: signed };
}

function signedUrl(field: string, xml: string, relayState: string, location: string, keys: SigningKeys): string {
  const parts: [string, string][] = [[field, deflateRawSync(xml).toString('base64')]];
  if (relayState !== '') parts.push(['RelayState', relayState]);
  parts.push(['SigAlg', RSA_SHA256]);
  const query = parts.map(([name, value]) => `${name}=${encodeURIComponent(value)}`).join('&');
  const signature = sign('sha256', Buffer.from(query), keys.key).toString('base64');
  return `${location}${location.includes('?') ? '&' : '?'}${query}&Signature=${encodeURIComponent(signature)}`;
}

export interface Arrived {
  readonly field: MessageField;
  readonly message: LogoutMessage;
  readonly relayState: string;
}

/** Reads what came by HTTP-Redirect. The raw query is needed: the signature covers its octets. */
export function arrivedByRedirect(query: string): Arrived {
  const raw = new Map<string, string>();
  for (const pair of query.split('&')) {
    const at = pair.indexOf('=');
    const name = at < 0 ? pair : pair.slice(0, at);
    must(!raw.has(name), 'logout-structure');
    raw.set(name, at < 0 ? '' : pair.slice(at + 1));
  }
  const field = oneField((name) => raw.has(name));
  const signed = [field, 'RelayState', 'SigAlg']
    .filter((name) => raw.has(name))
    .map((name) => `${name}=${raw.get(name)}`)
    .join('&');
  const [algorithm, signature, relayState] = ['SigAlg', 'Signature', 'RelayState'].map((name) =>
    decoded(raw.get(name)),
  );
  return {
    field,
    message: {
      xml: inflated(decoded(raw.get(field))),
      redirect: { signed, algorithm: algorithm ?? '', signature: signature ?? '' },
    },
    relayState: relayState ?? '',
  };
}

/** Reads what came by HTTP-POST. */
export function arrivedByPost(body: Readonly<Record<string, unknown>>): Arrived {
  const field = oneField((name) => body[name] !== undefined);
  const { RelayState } = body;
  return {
    field,
    message: { xml: decodeMessage(body[field]), redirect: null },
    relayState: typeof RelayState === 'string' ? RelayState : '',
  };
}

function oneField(has: (name: MessageField) => boolean): MessageField {
  const found = (['SAMLRequest', 'SAMLResponse'] as const).filter(has);
  must(found.length > 0, 'message-missing');
  must(found.length === 1 && found[0], 'logout-structure');
  return found[0];
}

function decoded(value: string | undefined): string {
  try {
    return decodeURIComponent((value ?? '').replace(/\+/g, '%20'));
  } catch {
    throw new Refusal('message-encoding');
  }
}

/** Bounded: a few bytes can unfold to gigabytes. */
function inflated(packed: string): string {
  must(packed !== '', 'message-missing');
  must(packed.length <= MESSAGE_BYTES && /^[A-Za-z0-9+/]+={0,2}$/.test(packed), 'message-encoding');
  try {
    const bytes = inflateRawSync(Buffer.from(packed, 'base64'), { maxOutputLength: MESSAGE_BYTES });
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (error) {
    throw new Refusal(
      (error as { code?: string }).code === 'ERR_BUFFER_TOO_LARGE' ? 'message-too-large' : 'message-encoding',
    );
  }
}
