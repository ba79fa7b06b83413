import type { Crumb, PageHead } from './pages.js';
import type { Translate } from './texts.js';

export function homeCrumb(t: Translate): Crumb {
  return { label: t('layout.home'), href: '/' };
}

export function dashboardCrumb(t: Translate): Crumb {
  return { label: t('dashboard.title'), href: '/bacheca' };
}

/** The head of a page inside "I tuoi dati". @param above the pages between that one and this */
export function profileHead(t: Translate, title: string, above: readonly Crumb[] = []): PageHead {
  const crumbs = [
    dashboardCrumb(t),
    { label: t('profile.title'), href: '/dati' },
    ...above,
    { label: title, href: '' },
  ];
  return { title, section: 'profile', menu: true, crumbs };
}

/** The head of a page of the institute's staff. @param above the pages between their home and this */
export function staffHead(t: Translate, title: string, above: readonly Crumb[] = []): PageHead {
  const crumbs = [{ label: t('staff.home-title'), href: '/operatore' }, ...above, { label: title, href: '' }];
  return { title, noindex: true, crumbs };
}
