import type { Request, Response } from 'express';
import type { Config } from '../../../config.js';
import { randomToken } from '../../../common/crypto.js';
import { START_LIFE } from './cns.service.js';

const SECRET = /^[\w-]{43}$/;

/**
 * The secret that tells this browser from every other until it comes back with a ticket. It comes back by a redirect
 * of a page that the person opened, which brings SameSite=Lax cookies along.
 */
export function browserSecret(req: Request, config: Config): string {
  const found = (req.headers.cookie ?? '').split(/;\s*/).find((pair) => pair.startsWith(`${name(config)}=`));
  const value = found?.slice(found.indexOf('=') + 1) ?? '';
  return SECRET.test(value) ? value : '';
}

/** Gives the browser its secret, or keeps the one it has: several tabs may be under way. */
export function rememberBrowser(req: Request, res: Response, config: Config): string {
  const secret = browserSecret(req, config) || randomToken(32);
  res.cookie(name(config), secret, { ...attributes(config), maxAge: START_LIFE.minutes * 60_000 });
  return secret;
}

/** Text browsers drop Secure cookies over http: in development it is a plain one. */
function name(config: Config): string {
  return config.baseUrl.protocol === 'https:' ? '__Host-cns' : 'cns-sviluppo';
}

function attributes(config: Config) {
  return { path: '/', httpOnly: true, sameSite: 'lax', secure: config.baseUrl.protocol === 'https:' } as const;
}
