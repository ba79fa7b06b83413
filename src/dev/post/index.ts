export { DevPostModule } from './post.module.js';
export { startDevPost, type DevPost } from './post.js';
export { deliveryStatus, signature } from './reports.js';
export type { CaughtMail, CaughtSms } from './caught.js';
