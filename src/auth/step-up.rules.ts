import type { Requirement } from '../common/access.js';

type Way = 'spid' | 'cie' | 'cns' | 'eidas' | 'pin';

/** The level each way in gives at least: SPID, CIE, CNS and eIDAS are asked for level 2, a PIN is a password alone. */
const LEVELS: Readonly<Record<Way, number>> = { spid: 2, cie: 2, cns: 2, eidas: 2, pin: 1 };
const STRONG = ['spid', 'cie', 'cns'] as const;
const PAGE = '/accedi/rafforza';

/** Whether a session was opened in a way that a route accepts. */
export function satisfies(session: { method: string; level: number }, { methods, level }: Requirement): boolean {
  if (methods && !methods.some((method) => method === session.method)) return false;
  return level === undefined || session.level >= level;
}

/** Whether signing in this way would be enough. */
export function suffices(way: Way, requirement: Requirement): boolean {
  return satisfies({ method: way, level: LEVELS[way] }, requirement);
}

/** The page that asks for more, `back` being where the person was. */
export function stepUpPath({ methods, level }: Requirement, back: string): string {
  const query = new URLSearchParams({ ritorno: back });
  if (level) query.set('livello', String(level));
  if (methods) query.set('modi', methods.join('.'));
  return `${PAGE}?${query}`;
}

/**
 * What the page's address asks for. It only chooses what is shown: the guard of the route decides again when the
 * person is back. An address that asks for nothing we know means level 2.
 */
export function requirementOf(level: unknown, methods: unknown): Requirement {
  const named = typeof methods === 'string' ? STRONG.filter((one) => methods.split('.').includes(one)) : [];
  if (named.length === 0) return { level: 2 };
  return level === '2' ? { level: 2, methods: named } : { methods: named };
}
