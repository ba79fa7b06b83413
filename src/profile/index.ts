export { ProfileModule } from './profile.module.js';
export { ProfileService, type Contacts } from './profile.service.js';
