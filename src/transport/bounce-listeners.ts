import type { Channel } from './message.js';

/** Who wants to know that an address does not work (the module that keeps contacts, which is above this one). */
export interface Bounces {
  /**
   * Called as system('delivery'), in its unit of work; again for the same message when it failed.
   * @param at when the message that came back was written: an address confirmed after that is right
   */
  bounced(subject: string, channel: Channel, address: string, at: Temporal.Instant): Promise<void>;
}

/** Where higher modules register themselves, so that transport knows none of them. */
export class BounceListeners {
  private readonly listeners: Bounces[] = [];

  register(listener: Bounces): void {
    this.listeners.push(listener);
  }

  /** Tells each of them, one after the other: they share one connection. */
  async tell(subject: string, channel: Channel, address: string, at: Temporal.Instant): Promise<void> {
    for (const listener of this.listeners) await listener.bounced(subject, channel, address, at);
  }
}
