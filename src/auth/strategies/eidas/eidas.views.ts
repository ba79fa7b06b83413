import type { Translate } from '../../../common/texts.js';
import { crumbs } from '../../saml/saml.views.js';
import { COUNTRIES } from './eidas.profile.js';

/** The countries whose identities are taken; the node itself asks which one. */
export function countriesPage(t: Translate, idp: string | null, returnTo: string) {
  const title = t('eidas.title');
  const names = new Intl.DisplayNames([t.lang], { type: 'region' });
  const countries = COUNTRIES.map((code) => names.of(code) ?? code);
  return {
    page: { title, description: t('eidas.description'), crumbs: [...crumbs(t), { label: title, href: '' }] },
    title,
    unavailable: idp === null ? t('eidas.unavailable') : '',
    idp: idp ?? '',
    returnTo,
    countries: countries.toSorted((a, b) => a.localeCompare(b, t.lang)).map((name) => ({ name })),
  };
}

export function accountPage(t: Translate) {
  const title = t('eidas.account-title');
  return {
    page: { title, crumbs: [...crumbs(t), { label: t('eidas.title'), href: '/eidas' }, { label: title, href: '' }] },
    title,
  };
}
