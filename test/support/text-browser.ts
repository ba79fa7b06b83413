import { load, type CheerioAPI } from 'cheerio';
import type { Element } from 'domhandler';

/** An address of the portal's own, as pages and redirects write it, and where it can be reached in a test. */
export interface Mapping {
  from: string;
  to: string;
}

/**
 * Where lynx, w3m and ELinks all find the place that `#id` names: to them an id on an element younger than they are
 * (main, nav, section, fieldset, time…) or on a row or cell is none, and the link stays where it was.
 */
export const ANCHORS =
  'a, address, blockquote, button, dd, div, dl, dt, em, form, h1, h2, h3, h4, h5, h6, input, li, ol, p, pre, select, ' +
  'span, strong, table, textarea, ul';

/**
 * A browser with the capabilities of lynx: pages, links, forms, cookies for each site, redirects. No script, no style.
 * It knows nothing of the program: where it goes was found in a page.
 */
export class TextBrowser {
  /** Pages that were shown: what a person on a slow line waits for. Redirects are followed on the way. */
  loads = 0;
  /** Titles of those pages, in order. */
  readonly trail: string[] = [];
  address = '';
  status = 0;
  $: CheerioAPI = load('');
  private readonly cookies = new Map<string, Map<string, string>>();
  private readonly mapping: Mapping;

  constructor(mapping: Mapping) {
    this.mapping = mapping;
  }

  /** The words of the page, as they are read. */
  get text(): string {
    const copy = load(this.$.html());
    copy('style, svg, head, input[type=hidden]').remove();
    copy('p, div, li, dt, dd, h1, h2, h3, label, legend, br').before(' ');
    return copy.root().text().replaceAll(/\s+/gu, ' ').trim();
  }

  get title(): string {
    return this.$('title').text();
  }

  /** Types an address. */
  async open(address: string): Promise<void> {
    await this.load('GET', new URL(address, this.address || this.mapping.from).href);
  }

  /** Follows the first link whose words contain these. */
  async follow(words: string): Promise<void> {
    const link = this.$('a[href]')
      .filter((_, one) => plain(this.$(one).text()).includes(words))
      .first();
    if (link.length === 0) throw new Error(`no link "${words}" on "${this.title}": ${this.text.slice(0, 500)}`);
    await this.load('GET', new URL(link.attr('href')!, this.address).href);
  }

  /** Fills in the form that has this button and presses it. @param answers words of a label, and what to write or '' to choose it */
  async submit(button: string, answers: Record<string, string> = {}): Promise<void> {
    const form = this.$('form')
      .filter((_, one) =>
        this.$(one)
          .find('button')
          .toArray()
          .some((it) => plain(this.$(it).text()).includes(button)),
      )
      .first();
    if (form.length === 0) throw new Error(`no button "${button}" on "${this.title}": ${this.text.slice(0, 500)}`);
    for (const [label, answer] of Object.entries(answers)) this.answer(form.get(0)!, label, answer);
    const fields = new URLSearchParams(form.serializeArray().map(({ name, value }) => [name, value]));
    const target = new URL(form.attr('action') ?? this.address, this.address);
    if ((form.attr('method') ?? 'get').toLowerCase() === 'post') return this.load('POST', target.href, fields);
    target.search = fields.toString();
    return this.load('GET', target.href);
  }

  private answer(form: Element, words: string, answer: string): void {
    const label = this.$(form)
      .find('label')
      .filter((_, one) => plain(this.$(one).text()).includes(words))
      .first();
    const field = this.$(form).find(`[id="${label.attr('for')}"]`);
    if (field.length === 0)
      throw new Error(`no field "${words}" on "${this.title}": ${plain(this.$(form).text()).slice(0, 500)}`);
    if (field.is('[type=radio]'))
      this.$(form)
        .find(`[name="${field.attr('name')}"]`)
        .removeAttr('checked');
    if (field.is('[type=radio], [type=checkbox]')) field.attr('checked', 'checked');
    else field.val(answer);
  }

  private async load(method: string, address: string, body?: URLSearchParams, hops = 0): Promise<void> {
    if (hops > 8) throw new Error(`redirects without end at ${address}`);
    const url = new URL(address);
    const headers: Record<string, string> = {
      Accept: 'text/html',
      'Accept-Language': 'it',
      Cookie: this.cookieHeader(url.host),
    };
    const answer = await fetch(this.reachable(url), { method, headers, redirect: 'manual', ...(body ? { body } : {}) });
    this.keepCookies(url.host, answer.headers.getSetCookie());
    const location = answer.headers.get('location');
    if (answer.status >= 300 && answer.status < 400 && location) {
      // Text browsers stop at a relative Location.
      if (!/^https?:/u.test(location)) throw new Error(`a relative redirect to ${location}`);
      await answer.body?.cancel();
      return this.load('GET', location, undefined, hops + 1);
    }
    this.address = url.href;
    this.status = answer.status;
    this.$ = load(await answer.text());
    this.loads++;
    this.trail.push(this.title);
    const place = decodeURIComponent(url.hash.slice(1));
    if (place && !this.$(`[id="${place}"]`).is(ANCHORS)) throw new Error(`no place #${place} on "${this.title}"`);
  }

  private reachable(url: URL): string {
    return url.href.startsWith(this.mapping.from) ? this.mapping.to + url.pathname + url.search : url.href;
  }

  private cookieHeader(host: string): string {
    return [...(this.cookies.get(host) ?? [])].map(([name, value]) => `${name}=${value}`).join('; ');
  }

  /** As lynx does: Secure cookies are not kept over http. */
  private keepCookies(host: string, set: string[]): void {
    const jar = this.cookies.get(host) ?? new Map<string, string>();
    this.cookies.set(host, jar);
    for (const cookie of set) {
      const [pair = '', ...attributes] = cookie.split(/;\s*/u);
      const [name = '', value = ''] = [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)];
      if (attributes.some((one) => one.toLowerCase() === 'secure')) continue;
      if (attributes.some((one) => /^(max-age=0|expires=thu, 01 jan 1970.*)$/iu.test(one))) jar.delete(name);
      else jar.set(name, value);
    }
  }
}

const plain = (text: string): string => text.replaceAll(/\s+/gu, ' ').trim();
