import type { Request } from 'express';
import passport from 'passport';
import type { Federation, Identified } from './federation.js';
import type { Overload, RefusalReason } from './refusal.js';
import { pendingRequests } from './request-cookie.js';

/** Why nobody came in: the provider said no, or the answer broke a rule. */
export type SamlFailure =
  | { kind: 'declined'; code: number; provider: string; level: number; returnTo: string }
  | { kind: 'refused'; reason: RefusalReason }
  | { kind: 'overloaded'; reason: Overload };

export type SamlOutcome = ({ ok: true } & Identified) | { ok: false; failure: SamlFailure };

/** The Passport strategy behind an assertion consumer: a form posted by the browser becomes an Identity, or a reason why not. */
export class SamlStrategy extends passport.Strategy {
  override readonly name: string;

  constructor(private readonly federation: Federation) {
    super();
    this.name = federation.name;
  }

  override authenticate(req: Request): void {
    void this.judge(req);
  }

  /** Runs the strategy for one request, without Passport's own session. */
  outcome(req: Request): Promise<SamlOutcome> {
    return new Promise((resolve, reject) => {
      const done = (error: unknown, user: unknown, failure: unknown): void => {
        if (error) return reject(error as Error);
        if (user) return resolve({ ok: true, ...(user as Identified) });
        resolve({ ok: false, failure: failure as SamlFailure });
      };
      // Passport hangs success and fail on the object it is given: each request needs its own, or one person's
      // identity would be handed to another's request.
      const own = Object.create(this) as SamlStrategy;
      const run = passport.authenticate(own, { session: false }, done) as (
        req: Request,
        res: undefined,
        next: (error: unknown) => void,
      ) => void;
      run(req, undefined, reject);
    });
  }

  private async judge(req: Request): Promise<void> {
    const body = (req.body ?? {}) as Record<string, unknown>;
    const pending = pendingRequests(req, this.federation.name);
    try {
      const finished = await this.federation.finish(body.SAMLResponse, body.RelayState, pending);
      if (finished.kind === 'identified') {
        const { kind: _kind, ...identified } = finished;
        this.success(identified satisfies Identified);
      } else this.fail(finished as unknown as string, 403);
    } catch (error) {
      this.error(error);
    }
  }
}
