import type { StaffRole } from '../common/access.js';
import type { StaffPages } from '../common/staff-pages.js';
import type { Translate } from '../common/texts.js';

export interface Tab {
  label: string;
  href: string;
  current: boolean;
}

/** The row of links on top of each staff page. @param href of the present page */
export function staffTabs(t: Translate, pages: StaffPages, roles: readonly StaffRole[], href: string): Tab[] {
  return pages.of(roles).map((page) => ({ label: t(page.textKey), href: page.href, current: page.href === href }));
}
