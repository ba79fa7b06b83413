import { randomUUID } from 'node:crypto';
import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import express, { type NextFunction, type Request, type RequestHandler, type Response } from 'express';
import { AppModule } from './app.module.js';
import { AuthWeb, POSTS_FROM_OUTSIDE } from './auth/index.js';
import { Clock, SystemClock } from './common/clock.js';
import { LOG } from './common/log-token.js';
import { Keys } from './common/crypto.js';
import { ErrorPageFilter } from './common/error-page.filter.js';
import { BoundedExpress, type Patience } from './common/http-server.js';
import { Unavailable } from './common/errors.js';
import { languageCookie, rememberedLanguage } from './common/language-cookie.js';
import { requestContext, type Log } from './common/log.js';
import { Metrics } from './common/metrics.js';
import { nestLogger } from './common/nest-logger.js';
import { Pages, sendHtml, type PageLocals } from './common/pages.js';
import { isAskedHere, rightSpelling, whoAsked } from './common/request-facts.js';
import { securityHeaders } from './common/security-headers.js';
import { isLanguage, preferredLanguage, Texts, withoutLanguage } from './common/texts.js';
import type { Config } from './config.js';
import { RAW_POSTS } from './transport/index.js';

export interface WebOptions {
  clock?: Clock;
  log?: Log;
  patience?: Patience;
}

/** The whole program as main.ts and the tests run it: middleware in order, then Nest's routes, then the error pages. */
export async function createWeb(config: Config, options: WebOptions = {}): Promise<NestExpressApplication> {
  const module = await AppModule.with({ config, ...options, clock: options.clock ?? new SystemClock() });
  const app = await NestFactory.create<NestExpressApplication>(module, new BoundedExpress(options.patience), {
    bodyParser: false,
    abortOnError: false,
    logger: false,
  });
  const log = app.get<Log>(LOG);
  app.useLogger(nestLogger(log));
  const filter = new ErrorPageFilter(log, app.get(Keys));
  app.useGlobalFilters(filter);
  configureExpress(app, config);
  for (const middleware of chain(app, config, filter)) app.use(middleware);
  await app.init();
  return app;
}

function configureExpress(app: NestExpressApplication, config: Config): void {
  app.disable('x-powered-by');
  app.set('etag', false);
  app.set('query parser', 'simple');
  if (config.trustProxy.length > 0) app.set('trust proxy', config.trustProxy);
}

/** What every request passes, in this order. */
function chain(
  app: NestExpressApplication,
  config: Config,
  filter: ErrorPageFilter,
): (RequestHandler | express.ErrorRequestHandler)[] {
  const auth = app.get(AuthWeb);
  return [
    identified(app.get(Texts)),
    rendered(app.get(Pages)),
    absoluteLocations(config),
    measured(app.get(Metrics), app.get<Log>(LOG)),
    securityHeaders(app.get(Pages), config),
    inLanguage(app.get(Texts), config),
    knownMethods,
    publicFiles(config),
    formBody,
    cleanText,
    rightlySpelled,
    // Counted once the body has arrived: slow senders occupy a connection, not a place.
    bounded(config, app.get(Metrics)),
    ...auth.middleware(POSTS_FROM_OUTSIDE),
    cachePolicy,
    (error: unknown, req: Request, res: Response, _next: NextFunction) => filter.answer(error, req, res),
  ];
}

/** Files have a name with an extension and pages have none: no page makes the disk look for a file. */
function publicFiles(config: Config): RequestHandler {
  const files = express.static(config.publicDir, {
    dotfiles: 'ignore',
    index: false,
    redirect: false,
    extensions: [],
    maxAge: '1h',
  });
  return (req, res, next) => (/\.[a-z0-9]+$/.test(req.path) ? files(req, res, next) : next());
}

/** Gives each request its reference number and, until its own is known, Italian texts. */
function identified(texts: Texts): RequestHandler {
  const italian = { t: texts.for('it'), lang: 'it' as const, chosen: false };
  return (req, res, next) => {
    req.id = randomUUID();
    req.visitor = italian;
    req.url = req.originalUrl = ownPath(req.url);
    res.set('X-Request-Id', req.id);
    requestContext.run({ requestId: req.id }, next);
  };
}

/** Links of a page repeat its address: one that names another host (`//host/`, or a whole URL) loses that part. */
function ownPath(url: string): string {
  return url.replace(/^https?:\/\/[^/?]*/i, '').replace(/^[/\\]*/, '/');
}

/** `res.render(view, model)` is our own renderer: one string, compressed, with its length. */
function rendered(pages: Pages): RequestHandler {
  return (req, res, next) => {
    res.render = ((view: string, model: Record<string, unknown>) => {
      const html = pages.bytes(view, req.visitor.lang, model, {
        path: req.originalUrl,
        locals: res.locals as PageLocals,
      });
      sendHtml(req, res, html).catch(next);
    }) as Response['render'];
    next();
  };
}

/** Redirects carry whole addresses: text browsers stop and ask otherwise. */
function absoluteLocations(config: Config): RequestHandler {
  return (req, res, next) => {
    const location = res.location.bind(res);
    res.location = (address: string) => {
      if (!address.startsWith('/')) return location(address);
      // A path that begins with two slashes would name another host.
      const url = new URL(address.replace(/^[/\\]+/, '/'), config.baseUrl);
      // A redirect without a fragment inherits the one its form was sent with (#errori).
      if (req.method === 'POST' && url.hash === '') url.hash = '#main';
      return location(url.href);
    };
    next();
  };
}

function measured(metrics: Metrics, log: Log): RequestHandler {
  return (req, res, next) => {
    const stop = metrics.requests.startTimer();
    metrics.underWay.inc();
    res.once('close', () => {
      metrics.underWay.dec();
      const route = (req.route as { path?: string } | undefined)?.path ?? 'other';
      const seconds = stop({ method: req.method, route, status: String(res.statusCode) });
      const answered = { method: req.method, route, status: res.statusCode, ms: Math.round(seconds * 1000) };
      log.info({ ...answered, ...whoAsked(req) }, 'request');
    });
    next();
  };
}

/** More requests than the program can work on at once wait nowhere: they are told to come back (the day of 1 April 2020). */
function bounded(config: Config, metrics: Metrics): RequestHandler {
  let underWay = 0;
  return (req, res, next) => {
    if (underWay >= config.maxConcurrent && !req.path.startsWith('/salute/')) {
      metrics.turnedAway.inc();
      return next(new Unavailable('too many requests under way'));
    }
    underWay++;
    res.once('close', () => underWay--);
    next();
  };
}

function knownMethods(req: Request, res: Response, next: NextFunction): void {
  if (['GET', 'HEAD', 'POST'].includes(req.method)) return next();
  res.set('Allow', 'GET, HEAD, POST').status(405).type('text').send('405');
}

/**
 * `?lingua=de` on a link of ours chooses, and is remembered; from another site it is for that page alone. Else the
 * cookie says it, then what the browser prefers.
 */
function inLanguage(texts: Texts, config: Config): RequestHandler {
  return (req, res, next) => {
    const { lingua } = req.query;
    const asked = req.method === 'GET' && isLanguage(lingua) ? lingua : null;
    if (asked) {
      req.url = req.originalUrl = withoutLanguage(req.originalUrl);
      for (const said of ['Sec-Fetch-Site', 'Referer']) res.vary(said);
    }
    if (asked && isByThePerson(req, config)) {
      res.cookie(languageCookie(config), asked, {
        path: '/',
        maxAge: 31_536_000_000,
        sameSite: 'lax',
        httpOnly: true,
        secure: config.baseUrl.protocol === 'https:',
      });
      return res.redirect(303, req.originalUrl);
    }
    const chosen = rememberedLanguage(req.get('cookie'), config);
    const lang = asked ?? chosen ?? preferredLanguage(req.get('accept-language'));
    req.visitor = { t: texts.for(lang), lang, chosen: asked ? 'elsewhere' : chosen !== null };
    res.set('Content-Language', lang);
    res.vary('Accept-Language');
    next();
  };
}

/** Followed on a page of ours, or typed. Browsers that do not say so (text ones, old ones) send the page as Referer. */
function isByThePerson(req: Request, config: Config): boolean {
  return isAskedHere(req) ?? URL.parse(req.get('referer') ?? '')?.origin === config.baseUrl.origin;
}

const urlencoded = express.urlencoded({ extended: false, limit: '96kb', parameterLimit: 200 });

const raw = express.raw({ type: () => true, limit: '256kb', inflate: false });

/** Forms arrive as application/x-www-form-urlencoded and nothing else (uploads get a parser of their own). */
function formBody(req: Request, res: Response, next: NextFunction): void {
  if (req.method !== 'POST') return next();
  if (RAW_POSTS.has(req.path)) return rawBody(req, res, next);
  const form = req.is('application/x-www-form-urlencoded');
  if (form === false) return next(Object.assign(new Error('not a form'), { status: 415 }));
  if (form) return urlencoded(req, res, next);
  req.body = {};
  next();
}

/** What other systems sign is taken byte by byte, and never read as a form. */
function rawBody(req: Request, res: Response, next: NextFunction): void {
  raw(req, res, (error?: unknown) => {
    req.raw = Buffer.isBuffer(req.body) ? req.body : Buffer.alloc(0);
    req.body = {};
    next(error);
  });
}

/** Refuses NUL, other control characters and bytes that were not UTF-8, in addresses and in forms; what breaks a line or a page is pasted. */
function cleanText(req: Request, _res: Response, next: NextFunction): void {
  const texts = [decoded(req.originalUrl), ...Object.entries((req.body ?? {}) as Record<string, unknown>).flat(2)];
  const unclean = texts.some((text) => text === null || (typeof text === 'string' && UNCLEAN.test(text)));
  next(unclean ? Object.assign(new Error('unclean text'), { status: 400 }) : undefined);
}

// eslint-disable-next-line no-control-regex -- control characters are just what is looked for
const UNCLEAN = /[\u0000-\u0008\u000E-\u001F\u007F\uFFFD\uD800-\uDFFF]/u;

function decoded(text: string): string | null {
  try {
    return decodeURIComponent(text);
  } catch {
    return null;
  }
}

/** Who types an address by hand may write `/Bacheca/`. A form is ours, and spelled right: any other has no route. */
function rightlySpelled(req: Request, res: Response, next: NextFunction): void {
  if (req.method === 'POST' || !/[A-Z]|.\/$|\/\//.test(req.path)) return next();
  const spelling = rightSpelling(req);
  if (spelling === null || spelling === req.path) return next();
  res.redirect(301, spelling + req.originalUrl.slice(req.path.length));
}

/** Personal pages are never kept by anybody; public ones for a minute, each language apart. */
function cachePolicy(req: Request, res: Response, next: NextFunction): void {
  const locals = res.locals as PageLocals;
  res.vary('Cookie');
  const keepable = !locals.personal && req.method !== 'POST';
  res.set('Cache-Control', keepable ? 'public, max-age=60' : 'no-store');
  next();
}
