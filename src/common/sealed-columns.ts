/**
 * Every column that holds boxes of Keys (common/crypto.ts), as data: what `npm run keys:rotate` goes through. A test
 * walks the schema and fails when a column named sealed is missing here (test/house/sealed-columns.test.ts).
 */
export interface SealedColumn {
  readonly table: string;
  readonly column: string;
  /** The primary key, in order. */
  readonly keys: readonly string[];
  readonly purpose: string;
  /**
   * The context that the box was sealed with, from the row (the keys and the columns of `with`, as PostgreSQL writes
   * them as text). null: the context is a secret that only a browser has, so the box cannot be sealed anew; it is over
   * soon, at the instant in the column `endsAt`.
   */
  readonly context: ((row: Readonly<Record<string, string>>) => string) | null;
  /** Further columns that the context needs. */
  readonly with?: readonly string[];
  readonly endsAt?: string;
}

/**
 * Columns that name the key of a MAC. What was written then cannot be signed anew without losing what the signature
 * proves, so whoever checks it needs the former secrets for as long as it is kept.
 */
export const NAMED_KEYS: readonly { readonly table: string; readonly column: string; readonly check: string }[] = [
  { table: 'audit_link', column: 'key_id', check: 'npm run audit:verify' },
];

export const SEALED_COLUMNS: readonly SealedColumn[] = [
  {
    table: 'saml_exchange',
    column: 'sealed',
    keys: ['id'],
    purpose: 'saml-exchange',
    context: ({ id }) => id!,
  },
  {
    table: 'parked_form',
    column: 'sealed',
    keys: ['id'],
    with: ['citizen_id'],
    purpose: 'parked-form',
    context: ({ id, citizen_id }) => `${citizen_id}:${id}`,
  },
  {
    table: 'cns_ticket',
    column: 'sealed',
    keys: ['ticket_hash'],
    purpose: 'cns-ticket',
    context: null,
    endsAt: 'expires_at',
  },
  {
    table: 'staff_request',
    column: 'sealed',
    keys: ['state_hash'],
    purpose: 'staff-request',
    context: null,
    endsAt: 'expires_at',
  },
  {
    table: 'outgoing_message',
    column: 'sealed',
    keys: ['id'],
    purpose: 'outgoing-message',
    context: ({ id }) => id!,
  },
  {
    table: 'export_chunk',
    column: 'sealed',
    keys: ['export_id', 'number'],
    purpose: 'export',
    context: ({ export_id, number }) => `${export_id}:${number}`,
  },
];
