/** Paths that identity providers post to, from their own sites: guarded by signatures instead of form tokens. */
export const POSTS_FROM_OUTSIDE: ReadonlySet<string> = new Set(['/spid/acs']);
