export { ContactModule } from './contact.module.js';
export * from './rights/index.js';
