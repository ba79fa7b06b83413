export { ContactsModule } from './contacts.module.js';
export { ContactsService, type Verified } from './contacts.service.js';
export { contactInWords } from './contact.views.js';
export { countryOptions } from './address.views.js';
export { phoneInWords } from './phone-number.js';
export { OwnChanges } from './own-changes.js';
