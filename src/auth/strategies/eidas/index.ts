export { EIDAS_CONTROLLERS, EIDAS_PROVIDERS } from './eidas.parts.js';
export { EidasProviders } from './eidas.providers.js';
export { EidasService } from './eidas.service.js';
