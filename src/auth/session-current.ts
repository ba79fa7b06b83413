import type { Request } from 'express';

/** The session of a request, as other modules may know it. */
export interface CurrentSession {
  id: string;
  method: string;
  /** Level of assurance, 1 to 3. */
  level: number;
  device: string;
}

/** @returns the session of this request; only for routes of people who are signed in (what is not known is weak). */
export function currentSession({
  session: { publicId = '', method = '', level = 1, device = '' },
}: Request): CurrentSession {
  return { id: publicId, method, level, device };
}

/** @returns the session of this request, when another tab opened it after a sign-in began in the session `before` */
export function openedSince(req: Request, before: string): string | null {
  const { id } = currentSession(req);
  return id === '' || id === before ? null : id;
}
