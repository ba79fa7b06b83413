import { plainDate } from '../common/calendar.js';
import { homeCrumb } from '../common/heads.js';
import type { PageHead } from '../common/pages.js';
import type { Translate } from '../common/texts.js';

/** The day of the self-assessment behind the accessibility statement: renewed by 23 September each year. */
const ASSESSED_ON = '2026-11-22';

export function homePage(t: Translate, institute: string) {
  const description = t('public.home-description', { institute });
  return { page: { title: t('public.home-title'), description, wide: true } satisfies PageHead };
}

export function guidePage(t: Translate) {
  return { page: head(t, t('guide.title'), t('guide.title'), t('guide.lead')) };
}

export function legalNotesPage(t: Translate) {
  return { page: head(t, t('legal.title'), t('legal.title'), t('legal.lead')) };
}

/** The statement in the order of the national form (law 4/2004, decision (EU) 2018/1523). */
export function accessibilityPage(t: Translate, site: string) {
  const date = plainDate(Temporal.PlainDate.from(ASSESSED_ON), t.lang);
  return {
    page: head(t, t('accessibility.title'), t('accessibility.title')),
    site,
    statement: { iso: ASSESSED_ON, date },
  };
}

export function sitemapPage(t: Translate) {
  const link = (href: string, key: string) => ({ href, label: t(key) });
  return {
    page: head(t, t('sitemap.title'), t('sitemap.title'), t('sitemap.lead')),
    groups: [
      {
        title: t('sitemap.public-title'),
        links: [
          link('/', 'sitemap.home'),
          link('/sedi', 'sitemap.offices'),
          link('/guida', 'guide.title'),
          link('/accedi', 'sitemap.sign-in'),
        ],
      },
      {
        title: t('sitemap.personal-title'),
        links: [
          link('/bacheca', 'sitemap.board'),
          link('/dati', 'sitemap.profile'),
          link('/notifiche', 'sitemap.notices'),
          link('/appuntamenti', 'sitemap.appointments'),
          link('/appuntamenti/nuovo', 'sitemap.book'),
        ],
      },
      {
        title: t('sitemap.about-title'),
        links: [
          link('/accessibilita', 'accessibility.title'),
          link('/accessibilita#segnala', 'layout.accessibility-report'),
          link('/privacy', 'layout.privacy'),
          link('/privacy#responsabile', 'layout.dpo'),
          link('/note-legali', 'legal.title'),
          link('/note-legali#licenze', 'layout.licence'),
        ],
      },
    ],
  };
}

function head(t: Translate, title: string, crumb: string, description = ''): PageHead {
  return {
    title,
    description,
    crumbs: [homeCrumb(t), { label: crumb, href: '' }],
  };
}
