/**
 * What a copy does not hold, and why: shown on the page and in the copy itself, in texts `export.without-<id>` and
 * `export.without-<id>-why`. test/profile/export-coverage.test.ts fails for a table of people that is neither in a part nor here.
 */
export interface Exclusion {
  id: string;
  /** Whole tables; none when it is about single columns or rows of a table that is exported. */
  tables: readonly string[];
}

export const EXCLUSIONS: readonly Exclusion[] = [
  // Sealed for the authorities alone (AgID, regole tecniche SPID, conservazione dei log); nobody here can open them by person.
  { id: 'provider', tables: ['saml_exchange', 'saml_request', 'saml_logout', 'saml_seen', 'cns_ticket'] },
  // Token and key of a session, hashes of PIN and codes: GDPR art. 15(4), recital 63; to give them out would put the person at risk.
  { id: 'secrets', tables: ['pin_attempt'] },
  // Kept for half an hour to be given back to the person, then destroyed.
  { id: 'forms', tables: ['parked_form'] },
  { id: 'copy', tables: ['export_chunk'] },
  // Art. 2-undecies d.lgs. 196/2003: rows of audit_entry that PostgreSQL shows to staff alone.
  { id: 'investigations', tables: [] },
];
