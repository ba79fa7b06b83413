import { RAW_POSTS } from '../transport/index.js';

/**
 * Paths that identity providers post to, from their own sites: guarded by signatures instead of form tokens.
 * What mail server and SMS gateway post carries a key or a signature (src/transport).
 * The PIN form comes before there is a session to hold a token: it has a guard of its own (strategies/pin).
 */
export const POSTS_FROM_OUTSIDE: ReadonlySet<string> = new Set([
  '/spid/acs',
  '/spid/logout',
  '/cie/acs',
  '/eidas/acs',
  '/accedi/pin',
  ...RAW_POSTS,
]);
