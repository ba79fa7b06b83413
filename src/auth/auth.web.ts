import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import type { RequestHandler } from 'express';
import { AuditService } from '../audit/index.js';
import { Config } from '../config.js';
import { Clock } from '../common/clock.js';
import { Keys } from '../common/crypto.js';
import { Database } from '../common/database.js';
import { Texts } from '../common/texts.js';
import { CitizensRepository } from './citizens.repository.js';
import { personalLanguage } from './language.middleware.js';
import { refuseFetchesOfOthers } from './other-pages.middleware.js';
import { ParkedForms } from './parked-forms.js';
import { protectPosts } from './posts.middleware.js';
import { resumeForms } from './resume.middleware.js';
import { sessionMiddleware, signedIn } from './session.middleware.js';
import { SessionPool, SessionStore } from './session.store.js';

/** What auth adds to every request before the routes: whose session it is, and whether a form may be taken. */
@Injectable()
export class AuthWeb implements OnApplicationShutdown {
  constructor(
    private readonly config: Config,
    private readonly keys: Keys,
    private readonly store: SessionStore,
    private readonly parked: ParkedForms,
    private readonly pool: SessionPool,
    private readonly texts: Texts,
    private readonly db: Database,
    private readonly citizens: CitizensRepository,
    private readonly audit: AuditService,
    private readonly clock: Clock,
  ) {}

  /** @param fromOutside paths that identity providers post to */
  middleware(fromOutside: ReadonlySet<string>): RequestHandler[] {
    return [
      refuseFetchesOfOthers,
      withoutSession(sessionMiddleware(this.config, this.store, this.cookieSecrets())),
      signedIn,
      personalLanguage(this.texts, this.db, this.citizens, this.audit, this.clock),
      protectPosts(this.config, fromOutside),
      resumeForms(this.parked),
    ];
  }

  /** The first signs; a session that was opened before a rotation is still known by the others. */
  private cookieSecrets(): string[] {
    return this.keys.keysOf('session-cookie').map((key) => key.toString('base64url'));
  }

  async onApplicationShutdown(): Promise<void> {
    await this.pool.end();
  }
}

/** Health checks need no session, and must answer when the database does not. */
function withoutSession(sessions: RequestHandler): RequestHandler {
  return (req, res, next) => {
    if (!req.path.startsWith('/salute/')) return sessions(req, res, next);
    req.session = {} as typeof req.session;
    next();
  };
}
