import { Injectable } from '@nestjs/common';
import type { Request, Response } from 'express';
import { Config } from '../../../config.js';
import { Clock } from '../../../common/clock.js';
import { Keys, randomToken, sameBytes } from '../../../common/crypto.js';
import { csrfToken, isCsrfToken } from '../../../common/csrf.js';
import { isForeign } from '../../posts.middleware.js';

const PURPOSE = 'pin-form';
/** Long enough to come back to a page left open (WCAG 2.2.1 asks for 20 hours, or a warning). */
const LIFE = { hours: 24 } as const;

/**
 * The form comes before any session, so its token belongs to a cookie of its own, signed by us (double submit): nobody
 * can make a browser sign in as somebody else, not even who can plant a cookie from a neighbouring host. Where browsers
 * say who sends a form (Origin, Sec-Fetch-Site), that is believed first.
 */
@Injectable()
export class PinFormGuard {
  constructor(
    private readonly config: Config,
    private readonly keys: Keys,
    private readonly clock: Clock,
  ) {}

  /** A token for the form of this answer; the cookie is kept while it is good, so that several tabs work. */
  token(req: Request, res: Response): string {
    const known = this.seed(req);
    if (known) return csrfToken(known);
    const seed = randomToken(32);
    const ends = this.clock.now().add(LIFE).epochMilliseconds;
    res.cookie(this.cookieName, `${signedText(seed, ends)}.${this.keys.pseudonym(PURPOSE, signedText(seed, ends))}`, {
      ...this.attributes,
      maxAge: LIFE.hours * 3_600_000,
    });
    return csrfToken(seed);
  }

  /** Whether another site sent this form. */
  isForeign(req: Request): boolean {
    return isForeign(req, this.config);
  }

  /** Whether the form was got from us by this browser. */
  isOurs(req: Request, token: unknown): boolean {
    const seed = this.seed(req);
    return seed !== null && isCsrfToken(seed, token);
  }

  /** Used up: the next form gets a cookie of its own. */
  clear(res: Response): void {
    res.clearCookie(this.cookieName, this.attributes);
  }

  private seed(req: Request): string | null {
    const value = new RegExp(`(?:^|;\\s*)${this.cookieName}=([\\w-]{43})\\.(\\d{1,16})\\.([\\w-]{43})(?:;|$)`).exec(
      req.get('cookie') ?? '',
    );
    const [, seed, ends, signature] = value ?? [];
    if (!seed || !signature || Number(ends) <= this.clock.now().epochMilliseconds) return null;
    // Of a page that was opened before the secret was changed, too.
    const ours = this.keys.pseudonyms(PURPOSE, signedText(seed, Number(ends)));
    return ours.some((one) => sameBytes(Buffer.from(signature), Buffer.from(one))) ? seed : null;
  }

  private get cookieName(): string {
    return this.config.baseUrl.protocol === 'https:' ? '__Host-pin' : 'pin';
  }

  /** Lax, not Strict: who comes from a link of another site keeps the tokens of the tabs that are open. */
  private get attributes() {
    return { path: '/', httpOnly: true, sameSite: 'lax', secure: this.config.baseUrl.protocol === 'https:' } as const;
  }
}

function signedText(seed: string, ends: number): string {
  return `${seed}.${ends}`;
}
