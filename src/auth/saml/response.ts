import { Refusal, must, type RefusalReason } from './refusal.js';
import { instant, isId, plainText, readAssertion, wholeSecond, type VerifiedAssertion } from './assertion.js';
import { DS, ENTITY_FORMAT, SAML, SAMLP, SUCCESS } from './names.js';
import type { AttributeSet, SamlProfile } from './profile.js';
import { verifiedText } from './signature.js';
import { children, only, parseXml, walk, type XmlElement } from './xml.js';

/** An AuthnRequest of ours that this browser may still get an answer to. Times are epoch milliseconds. */
export interface PendingRequest {
  readonly id: string;
  readonly issuedAt: number;
  readonly provider: string;
  readonly certificates: readonly string[];
  readonly level: 1 | 2 | 3;
  /** What was asked for, when it was not what the profile asks by itself (a professional identity, say). */
  readonly asked?: AttributeSet;
}

/** Everything a judgement depends on; plain data, because it travels to the worker thread. */
export interface Expectation {
  readonly now: number;
  readonly profile: SamlProfile;
  readonly entityId: string;
  readonly consumerUrl: string;
  readonly pending: readonly PendingRequest[];
}

export type Verdict =
  | {
      kind: 'accepted';
      requestId: string;
      responseId: string;
      assertionId: string;
      usableUntil: number;
      assertion: VerifiedAssertion;
    }
  /** The provider says no, with a code of its own. May be unsigned: for display only. */
  | { kind: 'declined'; requestId: string; code: number }
  /** `signed`: a signature of the provider was verified before the rule broke; without one, anybody may have written it. */
  | { kind: 'refused'; reason: RefusalReason; requestId: string | null; signed: boolean };

/**
 * Judges a Response (already decoded text) by every rule of the profile. Pure: same input, same verdict.
 * Source: AgID "Regole tecniche SPID", single-sign-on.rst; SAML 2.0 profiles 4.1.4.
 */
export function judgeResponse(xml: string, expected: Expectation): Verdict {
  const progress: Progress = { requestId: null, signed: false };
  try {
    return judged(xml, expected, progress);
  } catch (error) {
    if (error instanceof Refusal) return { kind: 'refused', reason: error.reason, ...progress };
    throw error;
  }
}

/** How far the judgement got. */
interface Progress {
  requestId: string | null;
  signed: boolean;
}

function judged(xml: string, expected: Expectation, progress: Progress): Verdict {
  const raw = parseXml(xml);
  const rawAssertion = checkStructure(raw);
  const request = expected.pending.find((one) => one.id === raw.attributes.get('InResponseTo'));
  progress.requestId = request?.id ?? null;

  // Once the Response is signed, its own values too come only from what was signed.
  const signed = children(raw, DS, 'Signature').length === 1;
  const response = signed && request ? parseXml(verifiedText(xml, raw, request.certificates)) : raw;
  progress.signed = signed && request !== undefined;
  const known = checkResponse(response, expected, request);
  const declined = checkStatus(response, expected.profile);
  if (declined !== null) return { kind: 'declined', requestId: known.id, code: declined };

  must(rawAssertion, 'assertion-missing');
  must(children(rawAssertion, DS, 'Signature').length === 1, 'assertion-unsigned');
  const assertion = parseXml(verifiedText(xml, rawAssertion, known.certificates));
  progress.signed = true;
  must(assertion.ns === SAML && assertion.local === 'Assertion', 'assertion-structure');
  const { usableUntil, verified } = readAssertion(assertion, expected, known);
  const responseId = response.attributes.get('ID') ?? '';
  return {
    kind: 'accepted',
    requestId: known.id,
    responseId,
    assertionId: assertion.attributes.get('ID') ?? '',
    usableUntil,
    assertion: verified,
  };
}

/** One Response, at most one Assertion in its one place, signatures only where the rules put them, no doubled ID. */
function checkStructure(root: XmlElement): XmlElement | null {
  must(root.ns === SAMLP && root.local === 'Response', 'not-a-response');
  const all = [...walk(root)];
  must(all.filter((one) => one.local === 'Response').length === 1, 'response-structure');
  must(!all.some((one) => one.local.startsWith('Encrypted')), 'assertion-encrypted');
  const assertions = all.filter((one) => one.local === 'Assertion');
  must(assertions.length <= 1, 'assertion-count');
  const assertion = assertions[0] ?? null;
  must(!assertion || (assertion.ns === SAML && assertion.parent === root), 'assertion-position');
  for (const one of all.filter((element) => element.local === 'Signature')) {
    must(one.ns === DS && (one.parent === root || one.parent === assertion), 'signature-position');
  }
  for (const owner of [root, assertion])
    must(!owner || children(owner, DS, 'Signature').length <= 1, 'signature-structure');
  const ids = all.flatMap((one) =>
    [...one.attributes].filter(([name]) => /^(?:.*:)?id$/i.test(name)).map(([, value]) => value),
  );
  must(new Set(ids).size === ids.length, 'duplicate-id');
  const places = ['Issuer', 'Signature', 'Extensions', 'Status', 'Assertion'];
  must(
    root.children.every((one) => places.includes(one.local)),
    'response-structure',
  );
  return assertion;
}

function checkResponse(
  response: XmlElement,
  expected: Expectation,
  request: PendingRequest | undefined,
): PendingRequest {
  const attribute = (name: string) => response.attributes.get(name) ?? '';
  must(isId(attribute('ID')), 'response-id');
  must(attribute('Version') === '2.0', 'response-version');
  const issuedAt = instant(attribute('IssueInstant'), 'response-issue-instant');
  must(attribute('InResponseTo') !== '', 'response-in-response-to');
  must(request, 'unsolicited');
  must(issuedAt >= wholeSecond(request.issuedAt), 'response-issued-before-request');
  must(issuedAt <= expected.now + expected.profile.skewMs, 'response-issued-in-future');
  must(attribute('Destination') === expected.consumerUrl, 'destination');

  const issuer = only(response, SAML, 'Issuer', 'response-issuer');
  must(plainText(issuer) === request.provider, 'response-issuer');
  const format = issuer.attributes.get('Format');
  must(format === undefined || format === ENTITY_FORMAT, 'response-issuer-format');
  return request;
}

/** @returns null on success, the provider's error code when it declined; refuses everything else. */
function checkStatus(response: XmlElement, profile: SamlProfile): number | null {
  const status = only(response, SAMLP, 'Status', 'status');
  const code = only(status, SAMLP, 'StatusCode', 'status').attributes.get('Value') ?? '';
  must(code !== '', 'status');
  if (code === SUCCESS) return null;
  must(children(response, SAML, 'Assertion').length === 0, 'status-failed-with-assertion');
  const message = children(status, SAMLP, 'StatusMessage')[0]?.text.trim() ?? '';
  // Only the number is taken: the rest of the text is the sender's and may be anything (messaggi-errore.rst).
  const number = Number(/^ErrorCode nr(\d{1,2})$/.exec(message)?.[1] ?? 'NaN');
  const declared = profile.personCodes.includes(number) || (number >= 1 && number <= 30);
  must(declared, 'status-failed');
  return number;
}
