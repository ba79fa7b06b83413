/**
 * The name of a card's holder in its certificate (CNS, "Linee guida per l'emissione e l'utilizzo"; identity.md):
 * `<fiscal code>/<card id>.<hash>`.
 */
const COMMON_NAME = /^([A-Z0-9]{16})\/([0-9A-Za-z]{1,40})\.([0-9A-Za-z+/=_-]{1,64})$/;

/** @returns the part of the common name that is a fiscal code in its place, or null when the name has another form */
export function fiscalCodeOf(commonName: string): string | null {
  return COMMON_NAME.exec(commonName)?.[1] ?? null;
}
