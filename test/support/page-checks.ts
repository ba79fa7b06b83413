import type { CheerioAPI } from 'cheerio';
import { HtmlValidate, StaticConfigLoader } from 'html-validate';
import { oddSigns } from './signs.ts';
import { ANCHORS } from './text-browser.ts';
import type { Answer } from './visit.ts';

/** Rules that are taste or speak of other browsers than ours; every other one of the presets stands. */
const TASTE = {
  // A <button> in a form submits it: that is what all of ours do, and every byte counts on a slow line.
  'no-implicit-button-type': 'off',
  // Lower case is how the standard writes it, upper case how we do.
  'doctype-style': 'off',
  // Void elements, boolean attributes and blanks: Handlebars leaves the ends of lines as they are.
  'void-style': 'off',
  'attribute-boolean-style': 'off',
  'no-trailing-whitespace': 'off',
  'attribute-empty-style': 'off',
  // Titles of notices are longer than 70 signs where an office has a long name: they are read, not ranked.
  'long-title': 'off',
  // Telephone numbers are written with fixed spaces, which is all that this rule asks for.
  'tel-non-breaking': 'off',
  // The boxes of one question share a name, as radios do: that is how HTML sends several answers.
  'form-dup-name': ['error', { shared: ['radio', 'checkbox', 'button', 'reset', 'submit'] }],
  // role="table" and its family are said again on purpose: rows shown as blocks lose them in some browsers (docs/look.md).
  'no-redundant-role': 'off',
  'prefer-native-element': [
    'error',
    { exclude: ['table', 'row', 'cell', 'rowgroup', 'rowheader', 'columnheader', 'status', 'alert', 'search'] },
  ],
} as const;

const validator = new HtmlValidate(
  new StaticConfigLoader({
    root: true,
    extends: ['html-validate:recommended', 'html-validate:a11y'],
    rules: TASTE as never,
  }),
);

/** @returns what the HTML standard and html-validate's accessibility rules have against it */
export function invalidHtml(html: string): string[] {
  const report = validator.validateStringSync(html);
  return report.results.flatMap(({ messages }) =>
    messages.map(({ ruleId, message, line, column }) => `${ruleId} ${line}:${column} ${message}`),
  );
}

export interface Expected {
  title: string;
  language: string;
  /** "Errore: " comes first in <title>. */
  error: boolean;
}

/** Everything that is the same for every page. @returns one line for each fault */
export function faults({ $, html }: Answer, expected: Expected): string[] {
  return [
    ...headFaults($, expected),
    ...frameFaults($),
    ...headingFaults($),
    ...formFaults($),
    ...referenceFaults($),
    ...tableFaults($),
    ...ownRules($, html),
  ];
}

/** The way pages of errors begin, in each language. */
export const ERROR_PREFIX: Readonly<Record<string, string>> = { it: 'Errore: ', en: 'Error: ', de: 'Fehler: ' };

function headFaults($: CheerioAPI, { title, language, error }: Expected): string[] {
  const found = [];
  const h1 = clean($('h1').text());
  if ($('h1').length !== 1) found.push(`${$('h1').length} h1`);
  const wanted = `${error ? ERROR_PREFIX[language] : ''}${h1} – MyINPS`;
  if (language === 'it' && h1 !== title) found.push(`h1 "${h1}" instead of "${title}"`);
  if ($('title').text() !== wanted) found.push(`title "${$('title').text()}" instead of "${wanted}"`);
  if ($('html').attr('lang') !== language) found.push(`lang ${$('html').attr('lang')}`);
  if ($('meta[name=viewport]').attr('content') !== 'width=device-width, initial-scale=1')
    found.push('viewport that stops zooming');
  if ($('meta[http-equiv]').length > 0) found.push('meta http-equiv');
  return found;
}

const FOOTER_LINKS = [
  '/accessibilita',
  '/accessibilita#segnala',
  '/privacy',
  '/privacy#responsabile',
  '/note-legali',
  '/note-legali#licenze',
  '/mappa',
];

function frameFaults($: CheerioAPI): string[] {
  const found = [];
  for (const landmark of ['body > header', 'main > #main', 'body > footer'])
    if ($(landmark).length !== 1) found.push(`${$(landmark).length} ${landmark}`);
  if ($('#main').attr('tabindex') !== '-1') found.push('the content cannot take the focus');
  if ($('a, button, input').first().attr('href') !== '#main') found.push('the skip link is not first');
  if ($('header a[href="#main"]').length !== 1) found.push('no skip link in the header');
  const unnamed = $('nav').filter((_, nav) => !$(nav).attr('aria-label') && !$(nav).attr('aria-labelledby'));
  if (unnamed.length > 0) found.push(`${unnamed.length} nav without name`);
  const names = $('nav')
    .toArray()
    .map((nav) => $(nav).attr('aria-label') ?? clean($(`#${$(nav).attr('aria-labelledby')}`).text()));
  if (new Set(names).size < names.length) found.push(`nav of the same name: ${names.join(', ')}`);
  for (const href of FOOTER_LINKS) if ($(`footer a[href="${href}"]`).length !== 1) found.push(`footer without ${href}`);
  if ($('footer a[href^="tel:"]').length !== 2) found.push('help without both telephone numbers');
  const outside = $('body > *')
    .not('header, main, footer, svg')
    .filter((_, one) => $(one).find('main').length === 0);
  if (outside.length > 0) found.push('content outside the landmarks');
  if ($('[aria-current=page]').filter((_, one) => $(one).closest('.breadcrumb').length > 0).length > 1)
    found.push('two present pages in the path');
  return found;
}

function headingFaults($: CheerioAPI): string[] {
  const found: string[] = [];
  let before = 0;
  for (const heading of $('h1, h2, h3, h4, h5, h6').toArray()) {
    const level = Number(heading.tagName.slice(1));
    if (level > before + 1) found.push(`h${level} "${clean($(heading).text())}" after h${before}`);
    if (clean($(heading).text()) === '') found.push(`empty ${heading.tagName}`);
    before = level;
  }
  return found;
}

function formFaults($: CheerioAPI): string[] {
  const found: string[] = [];
  for (const control of $('input:not([type=hidden]), select, textarea').toArray()) {
    const id = $(control).attr('id') ?? '';
    if (!id || $(`label[for="${id}"]`).length !== 1) found.push(`field "${$(control).attr('name')}" without one label`);
    if (!$(control).attr('name')) found.push(`field "${id}" without name`);
  }
  for (const group of $('fieldset').toArray()) {
    if ($(group).children('legend').length !== 1) found.push('fieldset without legend');
  }
  for (const form of $('form[method=post]').toArray()) {
    const action = $(form).attr('action') ?? '';
    if ($(form).find('input[name=_csrf][value!=""]').length !== 1) found.push(`form ${action} without token`);
    if ($(form).find('button').length === 0) found.push(`form ${action} without button`);
  }
  if ($('[required]').length > 0) found.push('required: the browser would speak before us');
  return [...found, ...errorFaults($)];
}

/** Each error is beside its field, tied to it, and in the summary, which leads to the field. */
function errorFaults($: CheerioAPI): string[] {
  const found: string[] = [];
  const summary = $('#errori');
  const links = summary.find('a').toArray();
  const texts = $('.error-text').toArray();
  if (links.length !== texts.length) found.push(`${links.length} errors in the summary, ${texts.length} beside fields`);
  if (links.length > 0 && (summary.attr('role') !== 'alert' || summary.attr('tabindex') !== '-1'))
    found.push('a summary that cannot take the focus');
  if (links.length > 0 && $('h1').nextAll('#errori').length === 0) found.push('a summary that does not follow the h1');
  for (const link of links) {
    const id = $(link).attr('href')?.slice(1) ?? '';
    const target = $(`[id="${id}"]`);
    const tied = target.add(target.closest('fieldset'));
    if (!target.is('input, select, textarea')) found.push(`the summary leads to #${id}, which is no field`);
    const isTied = tied
      .toArray()
      .some((one) => ($(one).attr('aria-describedby') ?? '').split(' ').includes(`${id}-errore`));
    if (!isTied) found.push(`the error of #${id} is not tied to it`);
    if (!target.is('[type=radio], [type=checkbox]') && target.attr('aria-invalid') !== 'true')
      found.push(`#${id} is not said to be wrong`);
    if (!clean($(`[id="${id}-errore"]`).text()).endsWith(clean($(link).text())))
      found.push(`other words beside #${id} than in the summary`);
  }
  return found;
}

function referenceFaults($: CheerioAPI): string[] {
  const found: string[] = [];
  // All ids, not just those a link of today leads to: any can stand in a redirect, a message or a bookmark.
  for (const one of $('[id]').not(ANCHORS).not('symbol').toArray())
    found.push(`id "${$(one).attr('id')}" on <${one.tagName}>, which is no place to text browsers`);
  const ids = $('[id]')
    .toArray()
    .map((one) => $(one).attr('id')!);
  for (const id of ids.filter((one, index) => ids.indexOf(one) !== index)) found.push(`id "${id}" twice`);
  for (const attribute of ['aria-describedby', 'aria-labelledby', 'aria-controls', 'for']) {
    for (const one of $(`[${attribute}]`).toArray()) {
      for (const id of $(one).attr(attribute)!.split(/\s+/))
        if (!ids.includes(id)) found.push(`${attribute} "${id}" leads nowhere`);
    }
  }
  for (const one of $('a[href^="#"]').toArray()) {
    const id = $(one).attr('href')!.slice(1);
    if (!ids.includes(id)) found.push(`link to #${id}, which is not there`);
  }
  for (const one of $('svg use').toArray())
    if (!ids.includes($(one).attr('href')!.slice(1))) found.push(`icon ${$(one).attr('href')} is not there`);
  return found;
}

function tableFaults($: CheerioAPI): string[] {
  const found: string[] = [];
  for (const table of $('table').toArray()) {
    if ($(table).children('caption').length !== 1) found.push('table without caption');
    if ($(table).find('th:not([scope])').length > 0) found.push('th without scope');
  }
  return found;
}

/** No script, no style or event attribute, nothing of others, a space between items (lynx glues them together). */
function ownRules($: CheerioAPI, html: string): string[] {
  const found: string[] = [];
  if ($('script').length > 0) found.push('script');
  if ($('[style]').length > 0) found.push('style attribute');
  if ($('style').length !== 1) found.push(`${$('style').length} style elements`);
  for (const one of $('*').toArray()) {
    for (const name of Object.keys($(one).attr() ?? {})) if (name.startsWith('on')) found.push(`${name} attribute`);
  }
  for (const one of $('link[href], img[src], source[src], iframe, object, embed, video, audio').toArray()) {
    const address = $(one).attr('href') ?? $(one).attr('src') ?? '';
    if (!/^(data:|\/(?!\/))/.test(address)) found.push(`${one.tagName} ${address}`);
    if (!IN_ADDRESS.test(address)) found.push(`${one.tagName} with signs no address may hold: ${address}`);
  }
  if (/<\/li><li/.test(html)) found.push('list items without space between them');
  found.push(...oddSigns(html).map((one) => `a sign nobody sees in ${JSON.stringify(one)}`));
  if (/\[object |undefined|NaN|\{\{|\bnull\b/.test($('body').text()))
    found.push(
      `a value that was not filled in: ${/.{20}(\[object |undefined|NaN|\{\{|\bnull\b).{20}/.exec(clean($('body').text()))?.[0]}`,
    );
  if ($('a:not([href])').length > 0) found.push('a without href');
  const silent = $('a, button').filter((_, one) => clean($(one).text()) === '' && !$(one).attr('aria-label'));
  if (silent.length > 0) found.push(`${silent.length} links or buttons without words`);
  return found;
}

/** What RFC 3986 lets stand in an address, data: included; the rest is percent-encoded. */
const IN_ADDRESS = /^(?:[\w.~!$&'()*+,;=:@/?-]|%[\dA-F]{2})*$/i;

/** Requests of a first view: the page and what it loads. */
export function requests($: CheerioAPI): number {
  const loaded = $('link[rel=stylesheet], link[rel=preload], img, source, script[src]').toArray();
  return 1 + loaded.filter((one) => !($(one).attr('href') ?? $(one).attr('src') ?? 'data:').startsWith('data:')).length;
}

export const clean = (text: string): string => text.replace(/\s+/g, ' ').trim();
