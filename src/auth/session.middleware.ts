import type { NextFunction, Request, RequestHandler, Response } from 'express';
import session from 'express-session';
import type { Config } from '../config.js';
import { randomToken } from '../common/crypto.js';
import { csrfToken } from '../common/csrf.js';
import type { Message, PageLocals } from '../common/pages.js';
import { message, SessionStore, type StoredMessage } from './session.store.js';

/** In production the `__Host-` prefix binds the cookie to this host over https, out of reach of sibling hosts. */
export function sessionCookieName(config: Config): string {
  return config.baseUrl.protocol === 'https:' ? '__Host-myinps' : 'myinps';
}

/** Sessions by express-session: no session for who has not signed in, so public pages cost none and set no cookie. */
export function sessionMiddleware(config: Config, store: SessionStore, secret: string[]): RequestHandler {
  return session({
    store,
    secret,
    name: sessionCookieName(config),
    genid: () => randomToken(32),
    resave: false,
    saveUninitialized: false,
    rolling: false,
    cookie: { path: '/', httpOnly: true, sameSite: 'lax', secure: config.baseUrl.protocol === 'https:' },
  });
}

/** Takes the cookie away from the browser whose session has ended. */
export function clearSessionCookie(res: Response, config: Config): void {
  const secure = config.baseUrl.protocol === 'https:';
  res.clearCookie(sessionCookieName(config), { path: '/', httpOnly: true, sameSite: 'lax', secure });
  // Pages that the browser may still hold in memory go too.
  res.set('Clear-Site-Data', '"cache"');
}

/** Tells the layout who is signed in, and the rest of the program for whom it acts: a citizen or staff, never both. */
export function signedIn(req: Request, res: Response, next: NextFunction): void {
  const { citizenId, staffId, staff, csrfKey, displayName, endsAt } = req.session;
  if (!csrfKey || !endsAt || (!citizenId && !staffId)) return next();
  const locals = res.locals as PageLocals;
  const common = { endsAt: Temporal.Instant.from(endsAt), csrf: csrfToken(csrfKey) };
  if (citizenId) {
    req.acting = { subject: citizenId, by: citizenId };
    locals.signedIn = { name: displayName ?? '', ...common, area: 'citizen' };
  } else if (staffId && staff) {
    req.staff = { id: staffId, office: staff.office, roles: staff.roles };
    locals.signedIn = { name: staff.name, ...common, area: 'staff' };
  }
  locals.personal = true;
  if (req.method === 'GET') locals.messages = () => heard(req);
  next();
}

/** The messages that wait for a page. Saving the session, with the end of the answer, takes those off that were heard. */
function heard(req: Request): readonly StoredMessage[] {
  const { messages = [] } = req.session;
  if (messages.length > 0) req.session.heard = messages.map(({ id }) => id);
  return messages;
}

/**
 * Leaves a message for the page that a redirect leads to, and stores it before that redirect is sent: express-session
 * stores with the end of an answer, and a browser follows a redirect as soon as it has its head.
 * @param key a text of the catalogue
 */
export async function flash(req: Request, key: string, kind: Message['kind'] = 'ok'): Promise<void> {
  if (!(req.sessionStore instanceof SessionStore)) throw new Error('a message without a session to keep it');
  await req.sessionStore.say(req.sessionID, message(key, kind));
}

/** Ends the session of this request. @returns false when another request had ended it */
export function ended(req: Request): Promise<boolean> {
  return new Promise((done, fail) => {
    req.session.destroy((error: unknown, byThis?: boolean) => (error ? fail(error as Error) : done(byThis === true)));
  });
}

/** Stores the session now, rather than with the end of the answer. */
export function saved(req: Request): Promise<void> {
  return new Promise((done, fail) => {
    req.session.save((error: unknown) => (error ? fail(error as Error) : done()));
  });
}
