import type { StaffRole } from './access.js';

/** An entry of the staff area; modules register theirs. Texts: `<textKey>` names it, `<textKey>-what` says what it is for. */
export interface StaffPage {
  textKey: string;
  href: string;
  roles: readonly StaffRole[];
  order: number;
}

/** What the staff area has to offer, so that no list of modules is kept by hand. */
export class StaffPages {
  private readonly pages: StaffPage[] = [];

  register(page: StaffPage): void {
    this.pages.push(page);
    this.pages.sort((a, b) => a.order - b.order);
  }

  /** The pages that somebody with these roles may open. */
  of(roles: readonly StaffRole[]): StaffPage[] {
    return this.pages.filter((page) => page.roles.some((role) => roles.includes(role)));
  }
}
