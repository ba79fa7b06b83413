import { dateInWords } from '../common/calendar.js';
import { romeDate } from '../common/clock.js';
import { homeCrumb } from '../common/heads.js';
import type { PageModel } from '../common/pages.js';
import type { Translate } from '../common/texts.js';
import type { ReadCard } from './dashboard.service.js';

export function dashboardPage(t: Translate, cards: ReadCard[], displayName: string, now: Temporal.Instant): PageModel {
  const title = t('dashboard.greeting', { name: displayName.split(' ')[0] ?? '' });
  const today = dateInWords(romeDate(now), t.lang);
  return {
    page: {
      title,
      section: 'dashboard',
      menu: true,
      crumbs: [homeCrumb(t), { label: t('dashboard.title'), href: '' }],
    },
    menuCounts: menuCounts(cards),
    title,
    today: today.charAt(0).toUpperCase() + today.slice(1),
    cards: cards.map(({ card, view }) => ({
      id: card.id,
      title: t(card.titleKey),
      failed: view === null,
      ...(view ?? FAILED),
      icons: { cal: card.icon === 'cal', bell: card.icon === 'bell', user: card.icon === 'user' },
    })),
  };
}

function menuCounts(cards: ReadCard[]): Record<string, string> {
  const counts = cards.map(({ view }) => view?.menuCount).filter((count) => count !== undefined);
  return Object.fromEntries(counts.map(({ section, count }) => [section, count]));
}

const FAILED = { tag: '', big: '', text: '', items: [], link: { label: '', href: '' }, empty: false };
