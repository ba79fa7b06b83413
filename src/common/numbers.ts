const MOST = 2_147_483_647;

/** A whole number as this program writes it in addresses and forms; null for any other text, and for one no integer of PostgreSQL holds. */
export function numberFrom(text: unknown): number | null {
  if (typeof text !== 'string' || !/^(0|[1-9]\d{0,9})$/.test(text)) return null;
  return Number(text) <= MOST ? Number(text) : null;
}
