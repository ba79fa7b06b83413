import type { Requirement } from '../common/access.js';
import { dashboardCrumb } from '../common/heads.js';
import type { PageModel } from '../common/pages.js';
import type { Translate } from '../common/texts.js';
import { methodName } from './session.views.js';
import { wayInViews } from './sign-in-page.views.js';
import type { WayInCard } from './ways-in.js';

export interface StepUpAsked {
  requirement: Requirement;
  /** The ways in that are enough. */
  cards: WayInCard[];
  /** How the person came in. */
  session: { method: string; level: number };
  /** Whether a form is kept meanwhile. */
  kept: boolean;
}

/** Why more is asked, and the ways in that are enough. */
export function stepUpPage(t: Translate, { requirement, cards, session, kept }: StepUpAsked): PageModel {
  const title = t('stepup.title');
  const crumbs = [dashboardCrumb(t), { label: title, href: '' }];
  const usable = cards.filter((card) => card.unavailable === '');
  return {
    page: { title, noindex: true, crumbs },
    title,
    why: t(requirement.methods ? 'stepup.why-methods' : 'stepup.why-level', {
      method: methodName(t, session.method, session.level),
      ways: requirement.methods ? requirement.methods.map((method) => method.toUpperCase()).join(', ') : '',
    }),
    kept: kept ? t('stepup.kept') : t('stepup.back'),
    cards: wayInViews(cards),
    noneUsable: usable.length === 0,
  };
}
