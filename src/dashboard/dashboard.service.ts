import { Inject, Injectable } from '@nestjs/common';
import { citizen } from '../common/actor.js';
import type { Acting } from '../common/acting.js';
import { Cards, type Card, type CardView } from '../common/card.js';
import { Clock } from '../common/clock.js';
import { Database } from '../common/database.js';
import { LOG } from '../common/log-token.js';
import type { Log } from '../common/log.js';
import { Metrics } from '../common/metrics.js';
import type { Translate } from '../common/texts.js';

/** A card with what it shows, or null when its source failed or was too slow. */
export interface ReadCard {
  card: Card;
  view: CardView | null;
}

/** Each statement of a card may take this long; then its place shows an apology and the page goes on. */
export const CARD_TIMEOUT_MS = 150;

@Injectable()
export class DashboardService {
  constructor(
    private readonly db: Database,
    private readonly cards: Cards,
    private readonly clock: Clock,
    private readonly metrics: Metrics,
    @Inject(LOG) private readonly log: Log,
  ) {}

  /** Reads every card in one unit of work, one after the other on its one connection. */
  async read(acting: Acting, t: Translate): Promise<ReadCard[]> {
    const now = this.clock.now();
    return this.db.actingAs(citizen(acting.subject, acting.by), async () => {
      const read: ReadCard[] = [];
      for (const card of this.cards.all) read.push({ card, view: await this.readOne(card, acting, t, now) });
      return read;
    });
  }

  private async readOne(card: Card, acting: Acting, t: Translate, now: Temporal.Instant): Promise<CardView | null> {
    try {
      return await this.db.savepoint(() => card.read(acting, t, now), { timeoutMs: CARD_TIMEOUT_MS });
    } catch (error) {
      this.metrics.cardFailures.inc({ card: card.id });
      this.log.warn({ err: error, card: card.id }, 'a card failed');
      return null;
    }
  }
}
