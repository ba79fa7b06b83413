export { DevOidcModule } from './oidc.module.js';
