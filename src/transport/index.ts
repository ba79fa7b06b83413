export { TransportModule } from './transport.module.js';
export { Transport } from './transport.service.js';
export { BounceListeners, type Bounces } from './bounce-listeners.js';
export { RAW_POSTS } from './raw-posts.js';
export type { Channel, Message, MessageKind } from './message.js';
