/**
 * Paths that identity providers post to, from their own sites: guarded by signatures instead of form tokens.
 * The PIN form comes before there is a session to hold a token: it has a guard of its own (strategies/pin).
 */
export const POSTS_FROM_OUTSIDE: ReadonlySet<string> = new Set([
  '/spid/acs',
  '/spid/logout',
  '/cie/acs',
  '/eidas/acs',
  '/accedi/pin',
]);
