export { ConsentsModule } from './consents.module.js';
export { ConsentsService, type ConsentState } from './consents.service.js';
export { seedConsentTexts } from './consent-texts.seed.js';
