export { CIE_CONTROLLERS, CIE_PROVIDERS } from './cie.parts.js';
export { CieProviders } from './cie.providers.js';
export { CieService } from './cie.service.js';
