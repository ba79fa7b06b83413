import type { NextFunction, Request, RequestHandler, Response } from 'express';
import type { Config } from '../config.js';
import { isCsrfToken } from '../common/csrf.js';
import { Forbidden } from '../common/errors.js';
import type { ParkedForms } from './parked-forms.js';
import { clearSessionCookie } from './session.middleware.js';
import { returnPath } from './session.rules.js';

/** Name of the hidden field that carries the token. */
export const CSRF_FIELD = '_csrf';

/**
 * Every form is ours: its origin is the portal's when the browser says one (text browsers do not), and it carries
 * the token of the session. A form of a session that has just ended is kept for its owner (design.md, Sessions).
 * @param exempt paths that identity providers post to, guarded by signatures instead
 */
export function protectPosts(config: Config, parked: ParkedForms, exempt: ReadonlySet<string>): RequestHandler {
  return (req: Request, res: Response, next: NextFunction): void => {
    if (req.method !== 'POST' || exempt.has(req.path)) return next();
    const body = (req.body ?? {}) as Record<string, unknown>;
    const token = body[CSRF_FIELD];
    if (isForeign(req, config)) throw new Forbidden('form from another origin');
    if (req.session.csrfKey && (req.session.citizenId || req.session.staffId)) {
      if (!isCsrfToken(req.session.csrfKey, token)) throw new Forbidden('form without a valid token');
      return next();
    }
    if (LEAVING.has(req.path)) return left(res, config);
    const { tombstone } = req.session;
    if (tombstone && isCsrfToken(tombstone.csrfKey, token)) return parkAndSignIn(parked, req, res, next);
    res.redirect(303, /^\/operatore(\/|$)/.test(req.path) ? '/operatore/accedi' : '/accedi');
  };
}

/** Where "Esci" of a citizen and of the staff is sent. */
const LEAVING: ReadonlySet<string> = new Set(['/esci', '/operatore/esci']);

/**
 * Who is out already gets what they asked for: a second tap on "Esci" is no session that expired. The cookie goes, too,
 * since the browser may not have taken the answer to the first tap.
 */
function left(res: Response, config: Config): void {
  clearSessionCookie(res, config);
  res.redirect(303, '/');
}

function parkAndSignIn(forms: ParkedForms, req: Request, res: Response, next: NextFunction): void {
  const { [CSRF_FIELD]: _token, ...fields } = req.body as Record<string, unknown>;
  const owner = req.session.tombstone!.citizenId;
  // Extending a session that is over has nothing to keep.
  const path = /^\/sessione\b/.test(req.path) ? null : req.originalUrl;
  const back = path === null ? Promise.resolve(returnPath(fields.ritorno)) : forms.park(owner, path, fields);
  back.then((to) => res.redirect(303, `/accedi?scaduta=1&ritorno=${encodeURIComponent(to)}`)).catch(next);
}

function isForeign(req: Request, config: Config): boolean {
  const origin = req.get('origin');
  if (origin !== undefined) return origin !== config.baseUrl.origin;
  const site = req.get('sec-fetch-site');
  return site !== undefined && site !== 'same-origin' && site !== 'none';
}
