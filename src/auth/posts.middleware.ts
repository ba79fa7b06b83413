import type { NextFunction, Request, RequestHandler, Response } from 'express';
import type { Config } from '../config.js';
import { isCsrfToken } from '../common/csrf.js';
import { Forbidden } from '../common/errors.js';
import { isAskedHere } from '../common/request-facts.js';
import { clearSessionCookie } from './session.middleware.js';

/** Name of the hidden field that carries the token. */
export const CSRF_FIELD = '_csrf';

/**
 * Every form is ours: its origin is the portal's when the browser says one (text browsers do not), and it carries
 * the token of the session. What a form of no session leads to is for the route to say (AccessGuard); none does it.
 * @param exempt paths that identity providers post to, guarded by signatures instead
 */
export function protectPosts(config: Config, exempt: ReadonlySet<string>): RequestHandler {
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
    req.late = { owner: tombstone && isCsrfToken(tombstone.csrfKey, token) ? tombstone.citizenId : null };
    next();
  };
}

/** Where "Esci" of a citizen and of the staff is sent. */
/** Nothing that comes too late is missed here. */
export const LEAVING: ReadonlySet<string> = new Set(['/esci', '/operatore/esci']);

/**
 * Who is out already gets what they asked for: a second tap on "Esci" is no session that expired. The cookie goes, too,
 * since the browser may not have taken the answer to the first tap.
 */
function left(res: Response, config: Config): void {
  clearSessionCookie(res, config);
  res.redirect(303, '/');
}

/** Whether another site sent this form. */
export function isForeign(req: Request, config: Config): boolean {
  const origin = req.get('origin');
  return origin === undefined ? isAskedHere(req) === false : origin !== config.baseUrl.origin;
}
