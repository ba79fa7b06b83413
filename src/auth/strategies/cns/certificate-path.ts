import type { Certificate } from './certificate.js';
import { CnsRefusal, type CnsReason } from './refusal.js';

/** Card, intermediate authorities, authority of the list: real chains have two or three certificates. */
const LONGEST = 5;
const MOST_PRESENTED = 6;
/** Signatures checked for one card: what is presented must not make us work at will. */
const MOST_CHECKS = 24;

/**
 * Finds a chain of verified signatures from a certificate to an authority of the list (RFC 5280, chapter 6, for the
 * rules that cards need). Certificates sent along may stand between, never at the end.
 * @returns the chain, the card first and the authority of the list last
 */
export function trustedPath(
  leaf: Certificate,
  presented: readonly Certificate[],
  anchors: readonly Certificate[],
  now: Temporal.Instant,
): Certificate[] {
  const search = new Search(presented.slice(0, MOST_PRESENTED), anchors, now);
  const path = search.from([leaf]);
  if (path) return path;
  throw new CnsRefusal(search.obstacle ?? (leaf.isSelfIssued && leaf.isSignedBy(leaf) ? 'self-signed' : 'untrusted'));
}

class Search {
  /** The first thing that stood in the way of a chain that otherwise led on. */
  obstacle: CnsReason | null = null;
  private checks = 0;
  private readonly trusted: ReadonlySet<string>;

  constructor(
    private readonly presented: readonly Certificate[],
    private readonly anchors: readonly Certificate[],
    private readonly now: Temporal.Instant,
  ) {
    this.trusted = new Set(anchors.map(({ fingerprint }) => fingerprint));
  }

  from(path: Certificate[]): Certificate[] | null {
    const last = path.at(-1)!;
    for (const issuer of [...this.anchors, ...this.presented]) {
      if (issuer.subject !== last.issuer || path.some(({ fingerprint }) => fingerprint === issuer.fingerprint))
        continue;
      const obstacle = this.between(last, issuer, path);
      if (obstacle) {
        this.obstacle ??= obstacle;
        continue;
      }
      const longer = [...path, issuer];
      if (this.trusted.has(issuer.fingerprint)) return longer;
      const found = longer.length < LONGEST ? this.from(longer) : null;
      if (found) return found;
    }
    return null;
  }

  /** What keeps `issuer` from being the authority that signed `subject`. */
  private between(subject: Certificate, issuer: Certificate, path: readonly Certificate[]): CnsReason | null {
    if (!subject.hasStrongSignature) return 'weak-signature';
    if (!issuer.isAuthority) return 'issuer-not-authority';
    if (!issuer.understood) return 'critical-extension';
    if (!issuer.hasStrongKey) return 'weak-key';
    const below = path.slice(1).filter((one) => !one.isSelfIssued).length;
    if (below > issuer.pathLength) return 'path-too-long';
    if (++this.checks > MOST_CHECKS) return 'untrusted';
    if (!subject.isSignedBy(issuer)) return 'bad-signature';
    return issuer.isValidAt(this.now) ? null : 'authority-not-valid';
  }
}
