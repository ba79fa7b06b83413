import type { NextFunction, Request, Response } from 'express';
import { Forbidden } from '../common/errors.js';
import { isAskedHere } from '../common/request-facts.js';

/**
 * What a page of another site fetches by itself (an image, a frame, a script) is nothing that a person does: it begins no
 * sign-in and changes nothing (W3C Fetch Metadata). A link from elsewhere and a provider's form arrive as a document, and
 * browsers that say nothing are taken.
 */
export function refuseFetchesOfOthers(req: Request, _res: Response, next: NextFunction): void {
  const [mode, dest] = ['mode', 'dest'].map((part) => req.get(`sec-fetch-${part}`));
  const document = mode === 'navigate' && (dest === undefined || dest === 'document');
  next(isAskedHere(req) !== false || document ? undefined : new Forbidden('fetched by a page of another site'));
}
