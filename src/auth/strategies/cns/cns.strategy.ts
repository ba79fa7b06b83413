import type { IncomingMessage } from 'node:http';
import { Injectable } from '@nestjs/common';
import type { Request } from 'express';
import passport from 'passport';
import { Config } from '../../../config.js';
import { CnsJudge, type CardVerdict } from './cns.judge.js';
import { presentedCard } from './presented.js';
import { CnsRefusal } from './refusal.js';

/** The Passport strategy behind /cns/entra: the card of the connection becomes an Identity, or a reason why not. */
@Injectable()
export class CnsStrategy extends passport.Strategy {
  override readonly name = 'cns';

  constructor(
    private readonly config: Config,
    private readonly judge: CnsJudge,
  ) {
    super();
  }

  override authenticate(req: Request): void {
    this.verdict(req).then(
      (verdict) => (verdict.ok ? this.success(verdict) : this.fail(verdict as unknown as string, 403)),
      (error: unknown) => this.error(error),
    );
  }

  /** Runs the strategy for one request, without Passport's own session. */
  outcome(req: IncomingMessage): Promise<CardVerdict> {
    return new Promise((resolve, reject) => {
      const done = (error: unknown, user: unknown, failure: unknown): void => {
        if (error) return reject(error as Error);
        resolve((user || failure) as CardVerdict);
      };
      // Passport hangs success and fail on the object it is given: each request needs its own.
      const own = Object.create(this) as CnsStrategy;
      const run = passport.authenticate(own, { session: false }, done) as (
        req: IncomingMessage,
        res: undefined,
        next: (error: unknown) => void,
      ) => void;
      run(req, undefined, reject);
    });
  }

  private async verdict(req: IncomingMessage): Promise<CardVerdict> {
    try {
      return await this.judge.judge(presentedCard(req, this.config));
    } catch (error) {
      if (error instanceof CnsRefusal) return { ok: false, reason: error.reason };
      throw error;
    }
  }
}
