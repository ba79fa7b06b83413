export { SPID_CONTROLLERS, SPID_PROVIDERS } from './spid.parts.js';
export { SpidProviders } from './spid.providers.js';
export { SpidService } from './spid.service.js';
