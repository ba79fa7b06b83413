import type { Request, Response } from 'express';
import type { Config } from '../../../config.js';
import { REQUEST_LIFE } from './staff.service.js';

const TOKEN = /^[A-Za-z0-9_-]{43}$/;

/** Binds a sign-in under way to this browser: the answer comes back as a link from another site, which Lax lets through. */
function cookieName(config: Config): string {
  return config.baseUrl.protocol === 'https:' ? '__Host-operatore' : 'operatore';
}

export function setRequestCookie(res: Response, token: string, config: Config): void {
  res.cookie(cookieName(config), token, { ...options(config), maxAge: REQUEST_LIFE.minutes * 60_000 });
}

/** @returns what this browser was given, or '' */
export function requestCookie(req: Request, config: Config): string {
  const prefix = `${cookieName(config)}=`;
  const found = (req.headers.cookie ?? '').split(/;\s*/).filter((pair) => pair.startsWith(prefix));
  const value = found.length === 1 ? found[0]!.slice(prefix.length) : '';
  return TOKEN.test(value) ? value : '';
}

function options(config: Config): { path: string; httpOnly: true; sameSite: 'lax'; secure: boolean } {
  return { path: '/', httpOnly: true, sameSite: 'lax', secure: config.baseUrl.protocol === 'https:' };
}
