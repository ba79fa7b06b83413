import type { Acting } from './acting.js';
import type { Translate } from './texts.js';

/** What a card of the Bacheca shows below its heading: at most three items and a link. */
export interface CardView {
  /** A count beside the heading, '' when there is none. */
  tag: string;
  /** The one fact in large type, '' when there is none. */
  big: string;
  text: string;
  items: { label: string; href: string; note: string; unread: boolean }[];
  link: { label: string; href: string };
  /** Nothing here yet: shown quieter, with a way on. */
  empty: boolean;
  /** A number for the personal menu, where the card has counted anyway. */
  menuCount?: { section: string; count: string };
}

/**
 * What a module shows on the Bacheca. It runs inside the page's unit of work, in a savepoint with a time-out of
 * its own: no network, one or two index look-ups.
 */
export interface Card {
  /** Also the fragment of the card in the page. */
  readonly id: string;
  /** Lower comes first. */
  readonly order: number;
  /** Text of the heading, shown also when the card fails. */
  readonly titleKey: string;
  readonly icon: 'cal' | 'bell' | 'user';
  /** The subject's data, in the reader's language. */
  read(acting: Acting, t: Translate, now: Temporal.Instant): Promise<CardView>;
}

/** Where modules register their cards, so that no list of modules is kept by hand. */
export class Cards {
  private readonly cards: Card[] = [];

  register(card: Card): void {
    this.cards.push(card);
    this.cards.sort((a, b) => a.order - b.order);
  }

  get all(): readonly Card[] {
    return this.cards;
  }
}
