import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';
import type { Request, Response } from 'express';
import type { Config, Institute } from '../config.js';
import { plainDate } from './calendar.js';
import type { Style } from './style.js';
import type { Templates } from './templates.js';
import { LANGUAGES, type Language, type Texts } from './texts.js';

const brotli = promisify(brotliCompress);
const gzipped = promisify(gzip);

/** A step of the way to a page. */
export interface Crumb {
  label: string;
  href: string;
}

/** What every page says about itself; the rest has defaults. */
export interface PageHead {
  /** The h1, and the first part of <title>. */
  title: string;
  description?: string;
  /** The way here, the present page last (its href is not used). */
  crumbs?: readonly Crumb[];
  /** The entry of the personal menu this page belongs to. */
  section?: string | null;
  /** Whether the personal side menu is shown; tasks have none. */
  menu?: boolean;
  /** "Errore: " first in the title; set by the renderer for a form with errors. */
  error?: boolean;
  /** The content sets its own bands over the full width (the home). */
  wide?: boolean;
  noindex?: boolean;
}

/** What a view function hands to a template: texts, dates and links ready to be shown. */
export type PageModel = { page: PageHead } & Record<string, unknown>;

/** What the layout shows of the signed-in person; set on res.locals by auth. */
export interface SignedInView {
  name: string;
  /** When the session ends unless something is done, as an instant. */
  endsAt: Temporal.Instant;
  csrf: string;
  /** Whose area the links of the layout lead to. */
  area: 'citizen' | 'staff';
}

/** An entry of the personal menu: modules register theirs, in the order the design gives. */
export interface MenuEntry {
  section: string;
  textKey: string;
  href: string;
  order: number;
  group: 'main' | 'more';
}

/** Says on the next page what came of a form. */
export interface Message {
  /** A text of the catalogue. */
  key: string;
  kind: 'ok' | 'warning';
}

export interface PageLocals {
  signedIn?: SignedInView;
  /** What earlier requests left to be said: asking for it is showing it, so only a page does. */
  messages?: () => readonly Message[];
  personal?: boolean;
  formActions?: string[];
}

/** Turns a view and its model into the whole page, compressed, in one answer. */
export class Pages {
  private readonly menu: MenuEntry[] = [];

  constructor(
    private readonly config: Config,
    private readonly templates: Templates,
    private readonly texts: Texts,
    private readonly style: Style,
  ) {}

  get styleHash(): string {
    return this.style.hash;
  }

  addMenuEntry(entry: MenuEntry): void {
    this.menu.push(entry);
    this.menu.sort((a, b) => a.order - b.order);
  }

  /**
   * @returns the whole HTML document as bytes. @param model what the view needs; `page` (PageHead) is taken for the layout.
   * The style sheet, two thirds of a page, is never joined as text: its bytes are put in where the layout left room.
   */
  bytes(view: string, language: Language, model: Record<string, unknown>, request: PageRequest): Buffer {
    const html = this.html(view, language, model, request);
    const at = html.indexOf(STYLE_ROOM);
    const after = Buffer.from(html.slice(at + STYLE_ROOM.length));
    return Buffer.concat([Buffer.from(html.slice(0, at)), this.style.bytes, after]);
  }

  private html(view: string, language: Language, model: Record<string, unknown>, request: PageRequest): string {
    const t = this.texts.for(language);
    const head = model.page as PageHead;
    const form = model.form as { hasErrors?: boolean } | undefined;
    const csrf = request.locals.signedIn?.csrf ?? '';
    const shared = { csrfToken: csrf, institute: this.institute, path: request.path, t };
    const body = this.templates.render(view, language, { ...shared, ...model });
    return this.templates.render('layouts/page', language, {
      ...shared,
      lang: language,
      languages: this.languages(language, request.path),
      page: this.head(head, form?.hasErrors === true, t('layout.error-prefix')),
      user: request.locals.signedIn
        ? { name: request.locals.signedIn.name, ...AREAS[request.locals.signedIn.area] }
        : null,
      session: sessionView(request.locals.signedIn),
      menu: head.menu ? this.menuView(head.section ?? null, t, model) : null,
      testEnvironment: this.config.development !== null,
      style: STYLE_ROOM,
      sprite: this.templates.sprite(view),
      flash: flashView(request.locals.messages?.() ?? [], t),
      signInHref: signInHref(request.path),
      updatedOn: { iso: UPDATED_ON.toString(), label: UPDATED_ON_LABELS[language] },
      body,
    });
  }

  private get institute(): Institute & { phoneFreeLabel: string; phoneMobileLabel: string } {
    const { institute } = this.config;
    return {
      ...institute,
      phoneFreeLabel: spoken(institute.phoneFree),
      phoneMobileLabel: spoken(institute.phoneMobile),
    };
  }

  private head(page: PageHead, hasErrors: boolean, prefix: string): Record<string, unknown> {
    return {
      title: page.title,
      titlePrefix: page.error || hasErrors ? prefix : '',
      description: page.description ?? '',
      crumbs: (page.crumbs ?? []).map((crumb, index, all) => ({
        ...crumb,
        href: index === all.length - 1 ? '' : crumb.href,
      })),
      wide: page.wide === true,
      section: page.section ?? '',
      menu: page.menu === true,
      noindex: page.noindex === true,
    };
  }

  private languages(current: Language, path: string): Record<string, unknown>[] {
    return LANGUAGES.map((code) => ({
      code,
      short: code.toUpperCase(),
      name: LANGUAGE_NAMES[code],
      href: `${path}${path.includes('?') ? '&' : '?'}lingua=${code}`,
      current: code === current,
    }));
  }

  private menuView(
    section: string | null,
    t: (key: string) => string,
    model: Record<string, unknown>,
  ): Record<string, unknown> {
    const counts = (model.menuCounts ?? {}) as Record<string, number>;
    const entries = (group: MenuEntry['group']) =>
      this.menu
        .filter((entry) => entry.group === group)
        .map((entry) => ({
          label: t(entry.textKey),
          href: entry.href,
          current: entry.section === section,
          count: counts[entry.section] ? String(counts[entry.section]) : '',
        }));
    const more = entries('more');
    return { main: entries('main'), more, hasMore: more.length > 0 };
  }
}

export interface PageRequest {
  /** Path and query of the request, for the links that come back here. */
  path: string;
  locals: PageLocals;
}

/** No text of ours or of anybody's can hold a NUL: neither forms nor PostgreSQL take one. */
const STYLE_ROOM = '\0style\0';

/** The day the texts and pages were last reviewed; a release moves it. */
const UPDATED_ON = Temporal.PlainDate.from('2026-11-22');
const LANGUAGE_NAMES: Record<Language, string> = { it: 'Italiano', en: 'English', de: 'Deutsch' };

/** Made once: wording a date costs more than filling in a page. */
const UPDATED_ON_LABELS = Object.fromEntries(LANGUAGES.map((language) => [language, plainDate(UPDATED_ON, language)]));

/** Where the name, "Esci" and "Prolunga" of the layout lead to. */
const AREAS = {
  citizen: { home: '/bacheca', signOut: '/esci', extend: '/sessione/estendi' },
  staff: { home: '/operatore', signOut: '/operatore/esci', extend: '/operatore/estendi' },
} as const;

function sessionView(signedIn: SignedInView | undefined): { endsAt: string; csrf: string } | null {
  if (!signedIn) return null;
  const ends = signedIn.endsAt.toZonedDateTimeISO('Europe/Rome').toPlainTime();
  return { endsAt: ends.toString({ smallestUnit: 'minute', roundingMode: 'floor' }), csrf: signedIn.csrf };
}

/** Usually one; several when more than one form was sent before a page was shown. */
function flashView(messages: readonly Message[], t: (key: string) => string): { kind: string; texts: string[] } | null {
  if (messages.length === 0) return null;
  const kind = messages.some((one) => one.kind === 'warning') ? 'warning' : 'ok';
  return { kind, texts: messages.map(({ key }) => t(key)) };
}

/** From the home one goes to the Bacheca, from anywhere else back to where one was. */
function signInHref(path: string): string {
  return path === '/' ? '/accedi' : `/accedi?ritorno=${encodeURIComponent(path)}`;
}

/** '803164' → '803 164', '06164164' → '06 164 164': groups of three from the right are read more easily. */
function spoken(phone: string): string {
  return phone.replace(/(?<=\d)(?=(\d{3})+$)/g, '\u00A0');
}

/** Sends a page: compressed with the best encoding both sides know, never stored when it is personal. */
export async function sendHtml(req: Request, res: Response, html: Buffer): Promise<void> {
  const encoding = req.acceptsEncodings('br', 'gzip');
  const bytes = await compressed(html, encoding);
  res.type('html');
  res.vary('Accept-Encoding');
  if (encoding) res.set('Content-Encoding', encoding);
  res.set('Content-Length', String(bytes.length));
  res.end(req.method === 'HEAD' ? undefined : bytes);
}

/** A page as it travels. */
export async function compressed(html: Buffer, encoding: string | false): Promise<Buffer> {
  if (encoding === 'br') {
    const params = {
      [constants.BROTLI_PARAM_QUALITY]: 5,
      // 64 kB hold a whole page: the usual window of 4 MB makes it no smaller and the process larger.
      [constants.BROTLI_PARAM_LGWIN]: 16,
      [constants.BROTLI_PARAM_SIZE_HINT]: html.length,
    };
    return brotli(html, { params });
  }
  return encoding === 'gzip' ? gzipped(html, { level: 6 }) : html;
}
