/** What other systems post: not forms, authenticated by a key or a signature over the bytes as they came. */
export const RAW_POSTS: ReadonlySet<string> = new Set(['/trasporto/rimbalzi', '/trasporto/sms']);
