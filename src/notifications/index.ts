export { NotificationsModule } from './notifications.module.js';
export { NotificationsService, type NewNotice } from './notifications.service.js';
