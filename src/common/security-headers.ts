import type { RequestHandler } from 'express';
import type { Config } from '../config.js';
import type { PageLocals, Pages } from './pages.js';

/**
 * No script at all, one style sheet allowed by its hash, forms to ourselves (and to the origins a page names, where a
 * form's redirect leads to an identity provider: browsers check form-action on the redirect too).
 */
export function securityHeaders(pages: Pages, config: Config): RequestHandler {
  const secure = config.baseUrl.protocol === 'https:';
  const policy = (formActions: string) =>
    `default-src 'none'; style-src '${pages.styleHash}'; img-src 'self' data:; form-action 'self'${formActions}; ` +
    `frame-ancestors 'none'; base-uri 'none'${secure ? '; upgrade-insecure-requests' : ''}`;
  const plain = policy('');
  return (_req, res, next) => {
    res.set('Content-Security-Policy', plain);
    res.set('X-Content-Type-Options', 'nosniff');
    res.set('X-Frame-Options', 'DENY');
    // 'no-referrer' would make every POST carry `Origin: null`.
    res.set('Referrer-Policy', 'same-origin');
    res.set('Cross-Origin-Opener-Policy', 'same-origin');
    res.set('Cross-Origin-Resource-Policy', 'same-origin');
    res.set('Permissions-Policy', 'camera=(), geolocation=(), microphone=(), payment=(), usb=()');
    if (secure) res.set('Strict-Transport-Security', 'max-age=63072000; includeSubDomains');
    const render = res.render.bind(res);
    res.render = ((view: string, model: object) => {
      const { formActions } = res.locals as PageLocals;
      if (formActions?.length)
        res.set('Content-Security-Policy', policy(formActions.map((origin) => ` ${origin}`).join('')));
      return render(view, model);
    }) as typeof res.render;
    next();
  };
}
