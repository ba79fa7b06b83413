import type { Translate } from '../common/texts.js';

/** What one way in shows on /accedi; every text ready, in the visitor's language. */
export interface WayInCard {
  /** Also the fragment of the card in the page. */
  id: 'spid' | 'cie' | 'cns' | 'eidas' | 'pin';
  icon: 'lock' | 'card' | 'globe' | 'user';
  title: string;
  text: string;
  /** Above the buttons, when there are several: which one to press. '' when there is one. */
  question: string;
  hint: string;
  /** Each is a real button in a form of its own (GET). */
  buttons: { label: string; action: string; fields: { name: string; value: string }[] }[];
  links: { label: string; href: string }[];
  /** Shown instead of the buttons when this way does not work now: what happened and what to do. '' when it works. */
  unavailable: string;
}

/** A way to sign in. Each ends in SignInService.signIn with one Identity. */
export interface WayIn {
  /** Lower comes first on the page. */
  readonly order: number;
  /** Null when this way is not offered in this installation. */
  card(t: Translate, returnTo: string): WayInCard | null;
  /** Other origins that its forms lead to (form-action of the policy). */
  origins(): string[];
}

/** Where the ways in register, so that /accedi keeps no list of its own. */
export class WaysIn {
  private readonly ways: WayIn[] = [];

  register(way: WayIn): void {
    this.ways.push(way);
    this.ways.sort((a, b) => a.order - b.order);
  }

  get all(): readonly WayIn[] {
    return this.ways;
  }
}
