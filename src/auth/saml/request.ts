import { SAML as NodeSaml } from '@node-saml/node-saml';
import { ENTITY_FORMAT, HTTP_POST, HTTP_REDIRECT, SAML, SAMLP, SPID_EXTENSIONS, TRANSIENT_FORMAT } from './names.js';
import { forcesAuthentication, type Asked, type SamlProfile } from './profile.js';
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
  /** Index of that address in our metadata. */
  readonly consumerIndex: number;
  readonly provider: Provider;
  readonly profile: SamlProfile;
  readonly asked: Asked;
  readonly level: 1 | 2 | 3;
  readonly keys: SigningKeys;
}

/** How the browser carries the request to the provider: a redirect, or a form with these fields. */
export type Carried =
  | { binding: 'redirect'; url: string; xml: string }
  | { binding: 'post'; action: string; fields: Record<string, string>; xml: string };

/** Builds, signs and packs an AuthnRequest for the binding of this provider. */
export async function authnRequest(content: RequestContent, relayState: string): Promise<Carried> {
  const redirect = bindingOf(content.provider, content.provider.signOn) === HTTP_REDIRECT;
  const saml = new AuthnRequestSaml(content, redirect ? 'redirect' : 'post');
  if (redirect)
    return { binding: 'redirect', url: await saml.getAuthorizeUrlAsync(relayState, undefined, {}), xml: saml.xml };
  const fields = await saml.getAuthorizeMessageAsync(relayState);
  const action = content.provider.signOn[HTTP_POST] ?? '';
  return {
    binding: 'post',
    action,
    fields: { SAMLRequest: String(fields.SAMLRequest), RelayState: relayState },
    xml: saml.xml,
  };
}

/** By redirect when the provider takes both and the settings prefer no form. */
export function bindingOf(provider: Provider, locations: Readonly<Record<string, string>>): string | null {
  const wished = provider.prefersPost ? [HTTP_POST, HTTP_REDIRECT] : [HTTP_REDIRECT, HTTP_POST];
  return wished.find((binding) => locations[binding]) ?? null;
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

/** The AuthnRequest of single-sign-on.rst: indexes instead of addresses, no AllowCreate. */
function requestXml(content: RequestContent, destination: string): string {
  const { profile, asked, level } = content;
  const entityId = escapeXml(content.entityId);
  const force = forcesAuthentication(profile, level) ? ' ForceAuthn="true"' : '';
  return (
    `<samlp:AuthnRequest xmlns:samlp="${SAMLP}" xmlns:saml="${SAML}" ID="${content.id}" Version="2.0"` +
    ` IssueInstant="${content.issuedAt.toString({ fractionalSecondDigits: 3 })}" Destination="${escapeXml(destination)}"${force}` +
    ` AssertionConsumerServiceIndex="${content.consumerIndex}" AttributeConsumingServiceIndex="${asked.index}">` +
    `<saml:Issuer Format="${ENTITY_FORMAT}" NameQualifier="${entityId}">${entityId}</saml:Issuer>` +
    purposeXml(asked) +
    `<samlp:NameIDPolicy Format="${TRANSIENT_FORMAT}"/>` +
    `<samlp:RequestedAuthnContext Comparison="${profile.comparison}">` +
    `<saml:AuthnContextClassRef>${profile.levels[level - 1]}</saml:AuthnContextClassRef>` +
    `</samlp:RequestedAuthnContext></samlp:AuthnRequest>`
  );
}

/** Asks for a professional or company identity (AgID Avviso 18 v2). */
function purposeXml({ purpose }: Asked): string {
  if (!purpose) return '';
  return `<samlp:Extensions xmlns:spid="${SPID_EXTENSIONS}"><spid:Purpose>${purpose}</spid:Purpose></samlp:Extensions>`;
}
