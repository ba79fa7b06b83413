import { homeCrumb } from '../../../common/heads.js';
import type { PageModel } from '../../../common/pages.js';
import type { StaffPage } from '../../../common/staff-pages.js';
import type { Translate } from '../../../common/texts.js';
import type { StaffActing } from './staff-acting.js';

export function staffSignInPage(t: Translate, returnTo: string, configured: boolean): PageModel {
  const title = t('staff.sign-in-title');
  return {
    page: { title, noindex: true, crumbs: [homeCrumb(t), { label: title, href: '' }] },
    title,
    href: configured ? `/operatore/accedi/avvio?ritorno=${encodeURIComponent(returnTo)}` : '',
  };
}

/** Never says which rule was broken: that is in the log, under the reference. */
export function staffRefusedPage(
  t: Translate,
  which: 'refused' | 'not-staff' | 'unavailable',
  reference: string,
): PageModel {
  const title = t(`staff.${which}-title`);
  const crumbs = [
    homeCrumb(t),
    { label: t('staff.sign-in-title'), href: '/operatore/accedi' },
    { label: title, href: '' },
  ];
  return {
    page: { title, error: true, noindex: true, crumbs },
    title,
    what: t(`staff.${which}-what`),
    todo: t(`staff.${which}-todo`),
    reference,
  };
}

export function staffHomePage(
  t: Translate,
  { office, roles }: StaffActing,
  name: string,
  pages: readonly StaffPage[],
): PageModel {
  const title = t('staff.home-title');
  return {
    page: { title, noindex: true, crumbs: [{ label: title, href: '' }] },
    title,
    greeting: t('staff.greeting', { name }),
    name,
    office: office ?? t('staff.no-office'),
    roles: roles.map((role) => t(`staff.role-${role}`)),
    pages: pages.map(({ href, textKey }) => ({ href, label: t(textKey), text: t(`${textKey}-what`) })),
  };
}
