export { devAuthority, type DevAuthority } from './authority.js';
export { startDevCards } from './dev-cards.js';
export { pkcs12 } from './pkcs12.js';
