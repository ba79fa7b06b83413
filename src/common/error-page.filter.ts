import { Catch, HttpException, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import type { Request, Response } from 'express';
import { PageError, Uncertain } from './errors.js';
import type { Keys } from './crypto.js';
import type { Log } from './log.js';
import { RedirectTo, SignInNeeded } from './redirects.js';
import { routePattern, whoAsked } from './request-facts.js';

interface Outcome {
  status: number;
  view: string;
}

/** Turns every exception into a page in the person's language, with a reference number and never a stack trace. */
@Catch()
export class ErrorPageFilter implements ExceptionFilter {
  constructor(
    private readonly log: Log,
    private readonly keys: Keys,
  ) {}

  catch(error: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    this.answer(error, http.getRequest<Request>(), http.getResponse<Response>());
  }

  /** Also called by web.ts for what goes wrong before a route is found (bodies, sessions). */
  answer(error: unknown, req: Request, res: Response): void {
    if (res.headersSent) return void res.destroy();
    if (isOfNobody(error) && req.session?.citizenId) return this.signInAgain(req, res);
    if (error instanceof RedirectTo) return res.set('Cache-Control', 'no-store').redirect(303, error.path);
    const { status, view } = outcome(error, req.method);
    this.note(error, status, req);
    if (status === 503) res.set('Retry-After', '5');
    res.status(status);
    res.set('Cache-Control', 'no-store');
    try {
      const { t } = req.visitor;
      const title = t(`errors.${view}-title`);
      res.render(`errors/${view}`, { page: { title, error: true, noindex: true, crumbs: [] }, reference: req.id });
    } catch (failure) {
      // Express would answer with the trace: a fault of the error page itself is told in two words.
      this.log.error({ err: failure }, 'error page failed');
      res.type('text').send(`${status} ${req.id}\n`);
    }
  }

  /** Whoever was erased while they clicked has no session any more, and this request must not store one of nobody. */
  private signInAgain(req: Request, res: Response): void {
    delete (req as { session?: unknown }).session;
    this.answer(new SignInNeeded('/bacheca'), req, res);
  }

  /** Who was refused what (ASVS 16.3.2), by ids and patterns; refusals of one address are seen together without it. */
  private note(error: unknown, status: number, req: Request): void {
    const what = { status, method: req.method, route: routePattern(req), ...whoAsked(req) };
    if (status >= 500) return this.log.error({ err: error, ...what }, 'request failed');
    const refusal = { ...what, reason: error instanceof PageError ? error.message : undefined };
    if (status !== 403) return this.log.info(refusal, 'request refused');
    const source = this.keys.pseudonym('log-source', req.ip ?? '').slice(0, 12);
    this.log.warn({ event: 'access.refused', ...refusal, source }, 'request refused');
  }
}

/** Which page, and with which status, an error deserves. */
function outcome(error: unknown, method: string): Outcome {
  // A page that was only read is asked for again; what was sent may have been done.
  if (error instanceof Uncertain && method !== 'POST') return { status: 503, view: '503' };
  if (error instanceof PageError) return { status: error.status, view: error.view };
  const status = statusOf(error);
  if (status === 403 || status === 404 || status === 503) return { status, view: String(status) };
  // What a browser cannot have sent by itself: too large, not a form, broken encoding.
  if (status >= 400 && status < 500) return { status, view: '400' };
  return isDatabaseAway(error) ? { status: 503, view: '503' } : { status: 500, view: '500' };
}

function statusOf(error: unknown): number {
  if (error instanceof HttpException) return error.getStatus();
  const status = (error as { status?: unknown } | null)?.status;
  return typeof status === 'number' && status >= 400 && status < 600 ? status : 500;
}

/** PostgreSQL refused to write something of a citizen who is not there any more. */
function isOfNobody(error: unknown): boolean {
  const { code, constraint } = (error ?? {}) as { code?: unknown; constraint?: unknown };
  return code === '23503' && typeof constraint === 'string' && constraint.endsWith('_citizen_id_fkey');
}

/** PostgreSQL is starting, stopping, or out of reach; a statement was cut by its time-out. */
function isDatabaseAway(error: unknown): boolean {
  const { code, message, severity } = (error ?? {}) as { code?: unknown; message?: unknown; severity?: unknown };
  // PostgreSQL's FATAL ends a connection or refuses one, whatever the reason.
  if (severity === 'FATAL') return true;
  if (
    typeof code === 'string' &&
    /^(57P0[123]|57014|08...|53...|ECONNREFUSED|ECONNRESET|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|ENOTFOUND|EAI_AGAIN|ENOENT|EPIPE)$/.test(
      code,
    )
  )
    return true;
  return (
    typeof message === 'string' &&
    /Connection terminated|not queryable|timeout exceeded when trying to connect/.test(message)
  );
}
