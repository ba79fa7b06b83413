import { homeCrumb } from '../common/heads.js';
import type { PageModel } from '../common/pages.js';
import type { Translate } from '../common/texts.js';
import type { WayInCard } from './ways-in.js';

/** /accedi: every way in, and what happens then. */
export function signInPage(t: Translate, cards: WayInCard[], expired: boolean): PageModel {
  const title = t('signin.title');
  const crumbs = [homeCrumb(t), { label: t('layout.sign-in'), href: '' }];
  return {
    page: { title, description: t('signin.description'), crumbs },
    title,
    expired,
    cards: wayInViews(cards),
  };
}

/** The cards as views/partials/ways-in.hbs shows them. */
export function wayInViews(cards: WayInCard[]): object[] {
  return cards.map((card) => ({
    ...card,
    icons: {
      lock: card.icon === 'lock',
      card: card.icon === 'card',
      globe: card.icon === 'globe',
      user: card.icon === 'user',
    },
  }));
}
