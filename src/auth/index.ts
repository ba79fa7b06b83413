export { AuthModule } from './auth.module.js';
export { AuthWeb } from './auth.web.js';
export { flash } from './session.middleware.js';
export { POSTS_FROM_OUTSIDE } from './posts-from-outside.js';
export { SpidProviders, SpidService } from './strategies/spid/index.js';
export { keptKeys, Refusal, selfSigned, type SigningKeys } from './saml/index.js';
