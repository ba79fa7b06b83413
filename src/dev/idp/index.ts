export { startDevIdp, type DevIdp, type DevIdpOptions } from './idp.js';
