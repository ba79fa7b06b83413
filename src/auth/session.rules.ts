import { withoutLanguage } from '../common/texts.js';

/** Idle limit, with a visible way to extend it (design.md, Sessions; WCAG 2.2.1). */
export const SESSION_IDLE = { minutes: 15 } as const;
/** However busy, a session ends after a working day. */
export const SESSION_ABSOLUTE = { hours: 8 } as const;
/** How long an ended session is remembered, so that a form under way is not lost. */
export const TOMBSTONE = { minutes: 30 } as const;
/** A session is touched at most this often. */
const TOUCH_EVERY_SECONDS = 60;

export function expiryAfter(now: Temporal.Instant): Temporal.Instant {
  return now.add(SESSION_IDLE);
}

/** Whether enough time has passed since the last touch for another write to be worth it. */
export function mayTouch(now: Temporal.Instant, touchedAt: Temporal.Instant): boolean {
  return now.since(touchedAt).total('seconds') >= TOUCH_EVERY_SECONDS;
}

/**
 * Where to go after signing in: a path of ours, as it was asked for.
 * Refuses what could lead elsewhere (`//host`, `/\host`, a scheme, control characters) and what would loop.
 */
export function returnPath(wanted: unknown, fallback = '/bacheca'): string {
  if (typeof wanted !== 'string' || wanted.length > 1000) return fallback;
  if (!/^\/(?![/\\])[\x21-\x5b\x5d-\x7e]*$/.test(wanted)) return fallback;
  const { origin, pathname, search } = new URL(wanted, 'http://portal.invalid');
  // Normalising may bring forth what the pattern refused: '/.//host' becomes '//host'.
  if (origin !== 'http://portal.invalid' || pathname.startsWith('//')) return fallback;
  if (/^\/(accedi|esci|spid|cie|cns|eidas|pin|sessione|operatore|dev)(\/|$)/.test(pathname)) return fallback;
  // A language is chosen where it is asked for, not by whoever made the link to sign in.
  return withoutLanguage(pathname + search);
}
