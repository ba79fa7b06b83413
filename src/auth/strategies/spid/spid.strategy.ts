import type { Request } from 'express';
import { Injectable } from '@nestjs/common';
import passport from 'passport';
import type { Identity } from '../../identity.js';
import type { RefusalReason } from '../../saml/index.js';
import { pendingRequests } from './request-cookie.js';
import { SpidService } from './spid.service.js';

/** Why nobody came in: the provider said no, or the answer broke a rule. */
export type SpidFailure = { kind: 'declined'; code: number; provider: string; returnTo: string } | { kind: 'refused'; reason: RefusalReason };

export type SpidOutcome = { ok: true; identity: Identity; returnTo: string } | { ok: false; failure: SpidFailure };

/** The Passport strategy behind /spid/acs: a form posted by the browser becomes an Identity, or a reason why not. */
@Injectable()
export class SpidStrategy extends passport.Strategy {
  override readonly name = 'spid';

  constructor(private readonly spid: SpidService) {
    super();
  }

  override authenticate(req: Request): void {
    const body = (req.body ?? {}) as Record<string, unknown>;
    this.spid.finish(body.SAMLResponse, body.RelayState, pendingRequests(req)).then(
      (finished) => {
        if (finished.kind !== 'identified') return this.fail(finished as unknown as string, 403);
        this.success({ identity: finished.identity, returnTo: finished.returnTo });
      },
      (error: unknown) => this.error(error),
    );
  }

  /** Runs the strategy for one request, without Passport's own session. */
  outcome(req: Request): Promise<SpidOutcome> {
    return new Promise((resolve, reject) => {
      const done = (error: unknown, user: unknown, failure: unknown): void => {
        if (error) return reject(error as Error);
        if (user) return resolve({ ok: true, ...(user as { identity: Identity; returnTo: string }) });
        resolve({ ok: false, failure: failure as SpidFailure });
      };
      const run = passport.authenticate(this, { session: false }, done) as (req: Request, res: undefined, next: (error: unknown) => void) => void;
      run(req, undefined, reject);
    });
  }
}
