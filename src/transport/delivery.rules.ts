import type { Channel, MessageKind } from './message.js';
import type { Outcome, Verdict } from './roads.js';

/** A worker that said nothing for so long counts as dead; every attempt ends well before (30 s at most). */
export const LEASE_SECONDS = 90;
/** A code is good for 30 minutes (design.md, Contacts): sending it later would only confuse. */
export const CODE_MINUTES = 30;
/** A returned mail comes within days (RFC 5321, 4.5.4.1: servers try for at least 4 to 5): so long the address is kept. */
export const RETURN_DAYS = 7;

/** Seconds to the next attempt after the first, the second…: about a day in all, as mail servers do themselves. */
const WAITS = [5, 15, 60, 300, 900, 1_800, 3_600, 7_200, 14_400, 28_800, 28_800] as const;
const MOST_WAIT = 86_400;

export interface Sent {
  channel: Channel;
  kind: MessageKind;
  /** With the one that has just ended. */
  attempts: number;
  /** Earlier attempts of which nobody knows how they ended. */
  uncertain: number;
  createdAt: Temporal.Instant;
}

export interface Step {
  state: Outcome;
  nextAttemptAt: Temporal.Instant | null;
  uncertain: number;
}

/** What follows from one attempt. A mail of uncertain fate is repeated once (nothing makes it unique); an SMS carries a key. */
export function nextStep(sent: Sent, { outcome, retryAfterSeconds = 0 }: Verdict, now: Temporal.Instant): Step {
  const uncertain = sent.uncertain + (outcome === 'incerta' ? 1 : 0);
  if (outcome === 'inviata' || outcome === 'errore definitivo')
    return { state: outcome, nextAttemptAt: null, uncertain };
  const wait = WAITS[sent.attempts - 1];
  const askedTwice = outcome === 'incerta' && sent.channel === 'email' && uncertain > 1;
  if (wait === undefined || askedTwice) {
    return { state: outcome === 'incerta' ? 'incerta' : 'errore definitivo', nextAttemptAt: null, uncertain };
  }
  const seconds = Math.max(wait, Math.min(retryAfterSeconds, MOST_WAIT));
  return { state: outcome, nextAttemptAt: now.add({ seconds }), uncertain };
}

/** The moment before which a code was made too long ago. */
export function oldestCode(now: Temporal.Instant): Temporal.Instant {
  return now.subtract({ minutes: CODE_MINUTES });
}
