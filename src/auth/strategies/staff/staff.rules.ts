import { STAFF_ROLES, type StaffRole } from '../../../common/access.js';
import { withoutLanguage } from '../../../common/texts.js';

/** Who somebody of the staff is, as the institute's provider says in the signed ID token. */
export interface StaffIdentity {
  issuer: string;
  subject: string;
  name: string;
  /** Code of the office; only operators must have one. */
  office: string | null;
  roles: StaffRole[];
}

export type StaffReading =
  { ok: true; identity: StaffIdentity } | { ok: false; reason: 'no-role' | 'no-office' | 'no-name' };

const OFFICE = /^[A-Za-z0-9_.-]{1,32}$/;

/**
 * Reads the claims `roles` (a list of exact names), `office` and `name`. Whatever else a token holds (`role`, `groups`,
 * `is_admin`, a role in another spelling) means nothing here: a role that is not known by name gives no right.
 */
export function staffIdentity(claims: Readonly<Record<string, unknown>>): StaffReading {
  const said: readonly unknown[] = Array.isArray(claims.roles) ? claims.roles : [];
  const roles = STAFF_ROLES.filter((role) => said.includes(role));
  const office = typeof claims.office === 'string' && OFFICE.test(claims.office) ? claims.office : null;
  const name = typeof claims.name === 'string' ? claims.name.trim().slice(0, 200) : '';
  if (roles.length === 0) return { ok: false, reason: 'no-role' };
  if (roles.includes('operator') && office === null) return { ok: false, reason: 'no-office' };
  if (name === '') return { ok: false, reason: 'no-name' };
  return { ok: true, identity: { issuer: String(claims.iss), subject: String(claims.sub), name, office, roles } };
}

/** Where staff may go after signing in: their own area, nowhere else. */
export function staffReturnPath(wanted: unknown): string {
  if (typeof wanted !== 'string' || wanted.length > 500) return HOME;
  if (!/^\/operatore(\/[\w./-]*)?(\?[\x21-\x5b\x5d-\x7e]*)?$/.test(wanted)) return HOME;
  const { pathname, search } = new URL(wanted, 'http://portal.invalid');
  if (!/^\/operatore(\/|$)/.test(pathname)) return HOME;
  return /^\/operatore\/(accedi|rientro|esci|estendi)(\/|$)/.test(pathname) ? HOME : withoutLanguage(pathname + search);
}

const HOME = '/operatore';
