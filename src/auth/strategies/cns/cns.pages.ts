import type { IncomingMessage, ServerResponse } from 'node:http';
import { Injectable } from '@nestjs/common';
import { Config } from '../../../config.js';
import { rememberedLanguage } from '../../../common/language-cookie.js';
import { Metrics } from '../../../common/metrics.js';
import { Pages } from '../../../common/pages.js';
import { preferredLanguage, Texts, type Language } from '../../../common/texts.js';
import type { Visitor } from '../../../common/visitor.js';
import { refusedPage } from './cns.views.js';
import type { CnsReason } from './refusal.js';

/** The answers of the listener: the portal's own pages, with links that lead back to the portal's own address. */
@Injectable()
export class CnsPages {
  constructor(
    private readonly config: Config,
    private readonly pages: Pages,
    private readonly texts: Texts,
    private readonly metrics: Metrics,
  ) {}

  refused({ t, lang }: Visitor, res: ServerResponse, reason: CnsReason, reference: string): void {
    this.metrics.signIns.inc({ method: 'cns', outcome: reason });
    this.page(res, 403, lang, 'cns/refused', refusedPage(t, reason, reference));
  }

  failed({ t, lang }: Visitor, res: ServerResponse, status: number, reference: string): void {
    const which = status === 503 ? '503' : '500';
    const title = t(`errors.${which}-title`);
    const head = { title, error: true, noindex: true, crumbs: [] };
    this.page(res, Number(which), lang, `errors/${which}`, { page: head, reference });
  }

  /** The language as chosen in this browser; else on the portal, whose cookies stay on its host; else as preferred. */
  visitor(req: IncomingMessage, chosenOnPortal: Language | null): Visitor {
    const chosen = rememberedLanguage(req.headers.cookie, this.config);
    const lang = chosen ?? chosenOnPortal ?? preferredLanguage(req.headers['accept-language']);
    return { t: this.texts.for(lang), lang, chosen: chosen !== null };
  }

  leadOn(res: ServerResponse, address: string): void {
    this.headers(res);
    res.writeHead(303, { Location: address }).end();
  }

  plain(res: ServerResponse, status: 404 | 405): void {
    this.headers(res);
    if (status === 405) res.setHeader('Allow', 'GET');
    res.writeHead(status, { 'Content-Type': 'text/plain' }).end(`${status}\n`);
  }

  private page(
    res: ServerResponse,
    status: number,
    lang: Language,
    view: string,
    model: Record<string, unknown>,
  ): void {
    const { origin } = this.config.baseUrl;
    const html = this.pages.bytes(view, lang, model, { path: '/cns/accedi', locals: {} }).toString();
    // Nothing but the entrance is served here: every address of the page is the portal's.
    const body = Buffer.from(html.replace(/ (href|action|src)="\/(?!\/)/g, ` $1="${origin}/`));
    this.headers(res);
    res
      .writeHead(status, {
        'Content-Type': 'text/html; charset=utf-8',
        'Content-Language': lang,
        'Content-Length': String(body.length),
      })
      .end(body);
  }

  /** As on the portal (common/security-headers.ts). The connection ends, so that another card can be tried. */
  private headers(res: ServerResponse): void {
    const { origin } = this.config.baseUrl;
    const policy =
      `default-src 'none'; style-src '${this.pages.styleHash}'; img-src ${origin} data:; form-action ${origin}; ` +
      `frame-ancestors 'none'; base-uri 'none'`;
    res.setHeader('Content-Security-Policy', policy);
    res.setHeader('X-Content-Type-Options', 'nosniff');
    res.setHeader('X-Frame-Options', 'DENY');
    // The address holds the start of a sign-in.
    res.setHeader('Referrer-Policy', 'no-referrer');
    res.setHeader('Cross-Origin-Opener-Policy', 'same-origin');
    res.setHeader('Cross-Origin-Resource-Policy', 'same-origin');
    res.setHeader('Cache-Control', 'no-store');
    res.setHeader('Connection', 'close');
    if (this.config.production) res.setHeader('Strict-Transport-Security', 'max-age=63072000; includeSubDomains');
  }
}
