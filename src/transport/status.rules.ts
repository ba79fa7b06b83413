/** Enhanced status (RFC 3463) in a reply: '550 5.1.1 No such user' gives '5.1.1'. */
export function enhancedStatus(reply: string): string | null {
  return /(?:^|\s)([245]\.\d{1,3}\.\d{1,3})(?=\s|$)/.exec(reply)?.[1] ?? null;
}

/**
 * Whether a final refusal speaks of the address (RFC 3463, 3.2 and 3.3; 5.4.x: nobody answers for its domain). A full
 * mailbox (5.2.2), a message too large or a refusal of us or of our text (5.3, 5.5, 5.6, 5.7) says nothing of it: one
 * wrong setting of our own would mark the contacts of everybody.
 */
export function refusesAddress(status: string): boolean {
  return /^5\.(0\.0|1\.[0-36]|1\.10|2\.[01]|4\.[14])$/.test(status);
}

/** The same, of the reply to the recipient's line: a bare code says only what it says. */
export function refusesRecipient(code: number, reply: string): boolean {
  const status = enhancedStatus(reply);
  return status ? refusesAddress(status) : [550, 551, 553].includes(code);
}
