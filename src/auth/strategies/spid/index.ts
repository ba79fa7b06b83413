export { LogoutAtProvider, type Leaving } from './logout-at-provider.js';
export { leftPage } from './spid-logout.views.js';
export { SPID_CONTROLLERS, SPID_PROVIDERS } from './spid.parts.js';
export { SpidProviders } from './spid.providers.js';
export { SpidService } from './spid.service.js';
