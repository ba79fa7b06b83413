export { CNS_CONTROLLERS, CNS_PROVIDERS } from './cns.parts.js';
export { CnsListener, type ListenerKeys } from './cns.listener.js';
export { CnsAddress } from './cns.address.js';
export { CnsTrust, DEVELOPMENT_ORGANIZATION } from './cns.trust.js';
