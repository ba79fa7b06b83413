import type { Request, Response } from 'express';
import type { Config } from '../../config.js';
import { REQUEST_LIFE } from './federation.js';

export const FEDERATIONS = ['spid', 'cie', 'eidas'] as const;

const REQUEST_ID = /^_[0-9a-f-]{36}$/;
/** Tabs that may be at a provider at the same time. */
const AT_ONCE = 3;

/**
 * The requests this browser made to one federation. A cookie of its own, apart from the session's, because the
 * provider's answer is a cross-site POST and a SameSite=Lax cookie does not come with it; it holds request ids and
 * nothing else.
 */
export function pendingRequests(req: Request, federation: string): string[] {
  const cookies = new Map(
    (req.headers.cookie ?? '')
      .split(/;\s*/)
      .map((pair) => [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)]),
  );
  const value = cookies.get(bound(federation)) ?? cookies.get(plain(federation)) ?? '';
  return value
    .split('.')
    .filter((id) => REQUEST_ID.test(id))
    .slice(0, AT_ONCE);
}

export function addPendingRequest(req: Request, res: Response, federation: string, id: string, config: Config): void {
  setPending(res, federation, [id, ...pendingRequests(req, federation)].slice(0, AT_ONCE), config);
}

/** One was answered; those of other tabs are still under way. */
export function dropPendingRequest(req: Request, res: Response, federation: string, id: string, config: Config): void {
  setPending(
    res,
    federation,
    pendingRequests(req, federation).filter((one) => one !== id),
    config,
  );
}

function setPending(res: Response, federation: string, ids: string[], config: Config): void {
  const value = ids.join('.');
  const common = { path: '/', httpOnly: true, maxAge: ids.length > 0 ? REQUEST_LIFE.minutes * 60_000 : 0 };
  res.cookie(bound(federation), value, { ...common, secure: true, sameSite: 'none' });
  if (!config.production && config.baseUrl.protocol === 'http:') res.cookie(plain(federation), value, common);
}

function bound(federation: string): string {
  return `__Host-${federation}`;
}

/** Text browsers drop Secure cookies over http: in development alone a plain one stands beside it. */
function plain(federation: string): string {
  return `${federation}-sviluppo`;
}
