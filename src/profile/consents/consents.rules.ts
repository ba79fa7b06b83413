/** A line of the ledger, as the rules see it. */
export interface LastChoice {
  number: number;
  given: boolean;
  version: number;
}

/** 'outdated': given for words that were replaced since; it is shown, and allows nothing. */
export type ConsentStatus = 'never' | 'given' | 'outdated' | 'withdrawn';

export function consentStatus(last: LastChoice | null, currentVersion: number): ConsentStatus {
  if (!last) return 'never';
  if (!last.given) return 'withdrawn';
  return last.version === currentVersion ? 'given' : 'outdated';
}

/** What a page sent: which words it showed, and after which line of the ledger it was made. */
export interface Choice {
  give: boolean;
  version: number;
  /** Number of the last line the page knew of; 0 for none. */
  after: number;
}

/**
 * What a choice leads to. Giving needs the words of today and a page that knew of the last line; withdrawing is never
 * held up by either (GDPR art. 7(3): as easy as giving). What holds already is not written again.
 */
export function outcomeOf(
  choice: Choice,
  last: LastChoice | null,
  currentVersion: number,
): 'write' | 'nothing' | 'replaced' | 'elsewhere' {
  const status = consentStatus(last, currentVersion);
  if (!choice.give) return last?.given ? 'write' : 'nothing';
  if (choice.version !== currentVersion) return 'replaced';
  if (status === 'given') return 'nothing';
  return choice.after === (last?.number ?? 0) ? 'write' : 'elsewhere';
}
