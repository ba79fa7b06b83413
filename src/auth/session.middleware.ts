import type { NextFunction, Request, RequestHandler, Response } from 'express';
import session from 'express-session';
import type { Config } from '../config.js';
import { randomToken } from '../common/crypto.js';
import { csrfToken } from '../common/csrf.js';
import type { PageLocals } from '../common/pages.js';
import type { SessionStore } from './session.store.js';

/** In production the `__Host-` prefix binds the cookie to this host over https, out of reach of sibling hosts. */
export function sessionCookieName(config: Config): string {
  return config.baseUrl.protocol === 'https:' ? '__Host-myinps' : 'myinps';
}

/** Sessions by express-session: no session for who has not signed in, so public pages cost none and set no cookie. */
export function sessionMiddleware(config: Config, store: SessionStore, secret: string): RequestHandler {
  return session({
    store,
    secret,
    name: sessionCookieName(config),
    genid: () => randomToken(32),
    resave: false,
    saveUninitialized: false,
    rolling: false,
    proxy: config.trustProxy.length > 0,
    cookie: { path: '/', httpOnly: true, sameSite: 'lax', secure: config.baseUrl.protocol === 'https:' },
  });
}

/** Tells the layout who is signed in, and the rest of the program for whom it acts. */
export function signedIn(req: Request, res: Response, next: NextFunction): void {
  const { citizenId, csrfKey, displayName, endsAt } = req.session;
  if (citizenId && csrfKey && endsAt) {
    const locals = res.locals as PageLocals;
    req.acting = { subject: citizenId, by: citizenId };
    locals.signedIn = { name: displayName ?? '', endsAt: Temporal.Instant.from(endsAt), csrf: csrfToken(csrfKey) };
    locals.personal = true;
    takeFlash(req, locals);
  }
  next();
}

/** A message for the next page only: shown, then forgotten. */
function takeFlash(req: Request, locals: PageLocals): void {
  if (!req.session.flash || req.method !== 'GET') return;
  locals.flash = req.session.flash;
  delete req.session.flash;
}

/** Leaves a message for the page that a redirect leads to. @param key a text of the catalogue */
export function flash(req: Request, key: string, kind: 'ok' | 'warning' = 'ok'): void {
  req.session.flash = { key, kind };
}
