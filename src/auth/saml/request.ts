import { SAML as NodeSaml } from '@node-saml/node-saml';
import { ENTITY_FORMAT, HTTP_POST, HTTP_REDIRECT, SAML, SAMLP, TRANSIENT_FORMAT } from './names.js';
import type { SamlProfile } from './profile.js';
import type { Provider } from './provider.js';
import { signRoot } from './signature.js';
import { escapeXml } from './xml.js';

export interface SigningKeys {
  readonly key: string;
  readonly certificate: string;
}

/** What one AuthnRequest says. */
export interface RequestContent {
  readonly id: string;
  readonly issuedAt: Temporal.Instant;
  readonly entityId: string;
  readonly consumerUrl: string;
  readonly provider: Provider;
  readonly profile: SamlProfile;
  readonly level: 1 | 2 | 3;
  readonly keys: SigningKeys;
}

/** How the browser carries the request to the provider: a redirect, or a form with these fields. */
export type Carried = { binding: 'redirect'; url: string; xml: string } | { binding: 'post'; action: string; fields: Record<string, string>; xml: string };

/** Builds, signs and packs an AuthnRequest for the binding this provider takes (redirect when it takes both). */
export async function authnRequest(content: RequestContent, relayState: string): Promise<Carried> {
  const redirect = content.provider.signOn[HTTP_REDIRECT];
  const saml = new AuthnRequestSaml(content, redirect ? 'redirect' : 'post');
  if (redirect) return { binding: 'redirect', url: await saml.getAuthorizeUrlAsync(relayState, undefined, {}), xml: saml.xml };
  const fields = await saml.getAuthorizeMessageAsync(relayState);
  const action = content.provider.signOn[HTTP_POST] ?? '';
  return { binding: 'post', action, fields: { SAMLRequest: String(fields.SAMLRequest), RelayState: relayState }, xml: saml.xml };
}

/** node-saml packs and signs; the text of the request is ours, because it cannot write what the SPID rules ask. */
class AuthnRequestSaml extends NodeSaml {
  xml = '';

  constructor(
    private readonly content: RequestContent,
    binding: 'redirect' | 'post',
  ) {
    super({
      issuer: content.entityId,
      callbackUrl: content.consumerUrl,
      entryPoint: content.provider.signOn[binding === 'redirect' ? HTTP_REDIRECT : HTTP_POST] ?? '',
      idpCert: [...content.provider.certificates],
      privateKey: content.keys.key,
      publicCert: content.keys.certificate,
      signatureAlgorithm: 'sha256',
      digestAlgorithm: 'sha256',
      skipRequestCompression: binding === 'post',
      generateUniqueId: () => content.id,
    });
  }

  protected override generateAuthorizeRequestAsync(_passive: boolean, isPost: boolean): Promise<string> {
    const xml = requestXml(this.content, this.options.entryPoint ?? '');
    this.xml = isPost ? signRoot(xml, this.content.keys, 'Issuer') : xml;
    return Promise.resolve(this.xml);
  }
}

/** The AuthnRequest of single-sign-on.rst: indexes instead of addresses, ForceAuthn from level 2, no AllowCreate. */
function requestXml(content: RequestContent, destination: string): string {
  const entityId = escapeXml(content.entityId);
  const force = content.level >= 2 ? ' ForceAuthn="true"' : '';
  return (
    `<samlp:AuthnRequest xmlns:samlp="${SAMLP}" xmlns:saml="${SAML}" ID="${content.id}" Version="2.0"` +
    ` IssueInstant="${content.issuedAt.toString({ fractionalSecondDigits: 3 })}" Destination="${escapeXml(destination)}"${force}` +
    ` AssertionConsumerServiceIndex="0" AttributeConsumingServiceIndex="0">` +
    `<saml:Issuer Format="${ENTITY_FORMAT}" NameQualifier="${entityId}">${entityId}</saml:Issuer>` +
    `<samlp:NameIDPolicy Format="${TRANSIENT_FORMAT}"/>` +
    `<samlp:RequestedAuthnContext Comparison="minimum">` +
    `<saml:AuthnContextClassRef>${content.profile.levels[content.level - 1]}</saml:AuthnContextClassRef>` +
    `</samlp:RequestedAuthnContext></samlp:AuthnRequest>`
  );
}
