export { AuthModule } from './auth.module.js';
export { AuthWeb } from './auth.web.js';
export { clearSessionCookie, flash } from './session.middleware.js';
export { deviceName, methodName } from './session.views.js';
export type { OpenSessionRow as OpenSession } from './sessions.repository.js';
export { currentSession, type CurrentSession } from './session-current.js';
export { SessionsService } from './sessions.service.js';
export { StaffActing, staffActor, StaffIssuer } from './strategies/staff/index.js';
export { POSTS_FROM_OUTSIDE } from './posts-from-outside.js';
export { SamlFederations, type FederationName } from './strategies/federations.js';
export { CieProviders } from './strategies/cie/index.js';
export { CnsListener, CnsTrust, DEVELOPMENT_ORGANIZATION, type ListenerKeys } from './strategies/cns/index.js';
export { EidasProviders } from './strategies/eidas/index.js';
export { PinDemonstration } from './strategies/pin/index.js';
export { SpidProviders } from './strategies/spid/index.js';
// The development identity provider speaks the same SAML: it uses the same reading and signing of XML.
export {
  carry,
  children,
  escapeXml,
  keptKeys,
  logoutRequestXml,
  logoutResponseXml,
  names,
  only,
  parseXml,
  Refusal,
  selfSigned,
  signRoot,
  verifiedText,
  walk,
  type SigningKeys,
  type XmlElement,
} from './saml/index.js';
