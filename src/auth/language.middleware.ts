import type { NextFunction, Request, RequestHandler, Response } from 'express';
import type { AuditService } from '../audit/index.js';
import { citizen } from '../common/actor.js';
import type { Clock } from '../common/clock.js';
import type { Database } from '../common/database.js';
import type { Texts } from '../common/texts.js';
import type { CitizensRepository } from './citizens.repository.js';

/**
 * The language of a signed-in person: the one chosen on our pages goes into the profile, and the profile's is used in a
 * browser where none was chosen yet. A link of another site changes neither.
 */
export function personalLanguage(
  texts: Texts,
  db: Database,
  citizens: CitizensRepository,
  audit: AuditService,
  clock: Clock,
): RequestHandler {
  return (req: Request, res: Response, next: NextFunction): void => {
    const { acting, session, visitor } = req;
    if (!acting || visitor.chosen === 'elsewhere') return next();
    if (!visitor.chosen && session.language) {
      req.visitor = { t: texts.for(session.language), lang: session.language, chosen: false };
      res.set('Content-Language', session.language);
      return next();
    }
    if (!visitor.chosen || session.language === visitor.lang) return next();
    session.language = visitor.lang;
    const { subject, by } = acting;
    const kept = db.actingAs(citizen(subject, by), async () => {
      if (!(await citizens.setLanguage(subject, visitor.lang, clock.now()))) return;
      await audit.record({ action: 'profile.language', subject, purpose: 'service' });
    });
    kept.then(() => next()).catch(next);
  };
}
