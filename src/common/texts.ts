import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

export const LANGUAGES = ['it', 'en', 'de'] as const;
export type Language = (typeof LANGUAGES)[number];

export type Parameters = Readonly<Record<string, string | number>>;

/** Looks up a text of one language: `t('appointments.title', { when })`. Fails on an unknown key or a missing value. */
export interface Translate {
  (key: string, parameters?: Parameters): string;
  readonly lang: Language;
  /** The form of `key` that fits the number (`key-one`, `key-other`), with {count} filled in. */
  count(key: string, count: number, parameters?: Parameters): string;
  /** Whether the catalogue has this key: for texts chosen by data, such as what to bring for a topic. */
  has(key: string): boolean;
}

/** The catalogues of every language, read once from views/texts/<language>/<namespace>.json. */
export class Texts {
  private readonly catalogues = new Map<Language, Map<string, string>>();
  private readonly translators = new Map<Language, Translate>();

  constructor(viewsDir: string) {
    for (const language of LANGUAGES) {
      this.catalogues.set(language, readCatalogue(join(viewsDir, 'texts', language)));
      this.translators.set(language, this.translator(language));
    }
  }

  for(language: Language): Translate {
    return this.translators.get(language)!;
  }

  keys(language: Language): string[] {
    return [...this.catalogues.get(language)!.keys()];
  }

  /** The text as it stands in the catalogue, placeholders unfilled. */
  raw(language: Language, key: string): string {
    const text = this.catalogues.get(language)!.get(key);
    if (text === undefined) throw new Error(`no text "${key}" in ${language}`);
    return text;
  }

  private translator(language: Language): Translate {
    const plurals = new Intl.PluralRules(language);
    const translate = (key: string, parameters: Parameters = {}) => fill(this.raw(language, key), parameters, key);
    return Object.assign(translate, {
      lang: language,
      count: (key: string, count: number, parameters: Parameters = {}) =>
        translate(`${key}-${plurals.select(count) === 'one' ? 'one' : 'other'}`, { count, ...parameters }),
      has: (key: string) => this.catalogues.get(language)!.has(key),
    });
  }
}

export const PLACEHOLDER = /\{([a-zA-Z]+)\}/g;

function fill(text: string, parameters: Parameters, key: string): string {
  return text.replace(PLACEHOLDER, (_, name: string) => {
    const value = parameters[name];
    if (value === undefined) throw new Error(`the text "${key}" needs a value for {${name}}`);
    return String(value);
  });
}

function readCatalogue(folder: string): Map<string, string> {
  const texts = new Map<string, string>();
  for (const file of readdirSync(folder).filter((name) => name.endsWith('.json'))) {
    const namespace = file.slice(0, -'.json'.length);
    const entries = JSON.parse(readFileSync(join(folder, file), 'utf8')) as Record<string, string>;
    for (const [key, text] of Object.entries(entries)) texts.set(`${namespace}.${key}`, text);
  }
  return texts;
}

/** The best of our languages for an Accept-Language header; Italian when it names none of them. */
export function preferredLanguage(header: string | undefined): Language {
  const wanted = (header ?? '')
    .slice(0, 200)
    .split(',')
    .map((part) => {
      const [tag = '', ...rest] = part.trim().split(';');
      const quality = rest.map((one) => /^\s*q=([\d.]+)$/.exec(one)?.[1]).find(Boolean);
      return { tag: tag.slice(0, 2).toLowerCase(), quality: quality === undefined ? 1 : Number(quality) };
    })
    .filter(({ quality }) => quality > 0)
    .toSorted((a, b) => b.quality - a.quality);
  for (const { tag } of wanted) {
    const found = LANGUAGES.find((language) => language === tag);
    if (found) return found;
  }
  return 'it';
}

export function isLanguage(value: unknown): value is Language {
  return LANGUAGES.some((language) => language === value);
}

/** The same address without its choice of a language, so that it can be followed without choosing again. */
export function withoutLanguage(address: string): string {
  // Another question mark belongs to a value.
  const at = address.indexOf('?');
  if (at < 0) return address;
  const path = address.slice(0, at);
  const others = new URLSearchParams(address.slice(at + 1));
  if (!others.has('lingua')) return address;
  others.delete('lingua');
  return others.size > 0 ? `${path}?${others}` : path;
}
