export { BackofficeModule } from './backoffice.module.js';
export { RetentionService } from './retention/retention.service.js';
