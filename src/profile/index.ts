export { ConsentsService, seedConsentTexts } from './consents/index.js';
export { PreferencesService, type Road } from './preferences/index.js';
export { ProfileModule } from './profile.module.js';
export { ProfileService, type Contacts } from './profile.service.js';
export { ContactsService, phoneInWords, type Verified } from './contacts/index.js';
