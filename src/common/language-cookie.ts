import type { Config } from '../config.js';
import { isLanguage, type Language } from './texts.js';

/** Over https the `__Host-` prefix keeps sibling hosts from setting it: the plain name is then anybody's, and not read. */
export function languageCookie({ baseUrl }: Config): string {
  return baseUrl.protocol === 'https:' ? '__Host-lingua' : 'lingua';
}

/** @returns the language that a browser remembers, by its Cookie header; null when none was chosen in it */
export function rememberedLanguage(cookies: string | undefined, config: Config): Language | null {
  const start = `${languageCookie(config)}=`;
  const found = (cookies ?? '').split(/;\s*/).find((pair) => pair.startsWith(start));
  const language = found?.slice(start.length);
  return isLanguage(language) ? language : null;
}
