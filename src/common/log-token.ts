/** Under which the structured log is injected. */
export const LOG = Symbol('Log');
