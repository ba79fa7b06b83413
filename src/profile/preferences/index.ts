export { PreferencesModule } from './preferences.module.js';
export { PreferencesService, type Road } from './preferences.service.js';
