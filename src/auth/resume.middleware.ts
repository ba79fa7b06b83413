import type { NextFunction, Request, RequestHandler, Response } from 'express';
import { ResumedBody } from '../common/form.js';
import { UUID } from '../common/uuid.js';
import { RESUME_PATH, type ParkedForms } from './parked-forms.js';

/**
 * `GET /ripresa/:id` after signing in again: the kept form goes through its own route with a body that no form class
 * takes as valid, so the page comes back filled in with a new token and nothing is done (AccessGuard lets only
 * @Resumable routes be used this way).
 */
export function resumeForms(parked: ParkedForms): RequestHandler {
  return (req: Request, res: Response, next: NextFunction): void => {
    if (!req.path.startsWith(RESUME_PATH) || req.method !== 'GET') return next();
    const id = req.path.slice(RESUME_PATH.length);
    if (!req.acting) return res.redirect(303, '/accedi');
    if (!UUID.test(id)) return next();
    const taken = parked.take(id, req.acting.subject).then((form) => {
      if (!form) return res.redirect(303, '/bacheca');
      req.method = 'POST';
      req.url = form.path;
      req.body = new ResumedBody(form.fields);
      next();
    });
    taken.catch(next);
  };
}
