import type { Taken } from './delivery.repository.js';
import type { Channel, MessageKind } from './message.js';

/** What goes by one lane: a road, and codes apart from what may wait. */
export interface LaneOf {
  readonly channel: Channel;
  /** The first of them first. */
  readonly kinds: readonly MessageKind[];
}

export const LANES: readonly LaneOf[] = (['email', 'sms'] as const).flatMap((channel) => [
  { channel, kinds: ['code'] },
  { channel, kinds: ['security', 'notice'] },
]);

/** Messages in hand at once: a mail server limits connections, and a crash leaves few of uncertain fate. */
const AT_ONCE = 10;

/**
 * Messages of one lane on their way. Each lane has places of its own, and a place is free again when its own message has
 * ended: whoever is silent keeps what it was handed, and nobody else's.
 */
export class Lane {
  private readonly inHand = new Set<Promise<void>>();
  private looking: Promise<void> | null = null;
  private more = false;
  private closed = false;

  /**
   * @param take so many that are due, each to be handed over
   * @param hand whatever happens to it, never fails
   */
  constructor(
    private readonly take: (most: number) => Promise<Taken[]>,
    private readonly hand: (message: Taken) => Promise<void>,
  ) {}

  /** Hands over what is due, as far as there are places; what ends makes place for more by itself. Waits for no road. */
  async look(): Promise<void> {
    if (this.closed || this.inHand.size >= AT_ONCE) return;
    this.looking ??= this.filled();
    await this.looking;
  }

  /** Until all that was due has been handed over. */
  async emptied(): Promise<void> {
    while (this.looking || this.inHand.size > 0)
      await Promise.race([...this.inHand, ...(this.looking ? [this.looking.catch(() => {})] : [])]);
  }

  /** Nothing more is taken; what is in hand goes on. */
  close(): void {
    this.closed = true;
  }

  private async filled(): Promise<void> {
    try {
      do {
        const free = AT_ONCE - this.inHand.size;
        const taken = await this.take(free);
        for (const message of taken) this.start(message);
        this.more = taken.length === free;
      } while (this.more && !this.closed && this.inHand.size < AT_ONCE);
    } finally {
      this.looking = null;
    }
  }

  private start(message: Taken): void {
    const end = this.hand(message).finally(() => {
      this.inHand.delete(end);
      // One that fails is told by the next look, which comes by the clock.
      if (this.more) this.look().catch(() => {});
    });
    this.inHand.add(end);
  }
}
