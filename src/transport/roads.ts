import type { Channel, Contents, MessageKind } from './message.js';

export type Outcome = 'inviata' | 'errore temporaneo' | 'errore definitivo' | 'incerta';

/** What became of one attempt. */
export interface Verdict {
  outcome: Outcome;
  /** Of the other side (550, 5.1.1, 429) or of the network (ETIMEDOUT); never its words, which repeat the address. */
  code: string;
  /** The other side asks to be left alone for so long. */
  retryAfterSeconds?: number;
  /** The address itself is refused: whoever keeps contacts is told; 'perhaps' when no reason is said: at the second time. */
  wrongAddress?: boolean | 'perhaps';
}

/** What is handed over: the same id and the same moment at each attempt, so that a repetition can be recognised. */
export interface Parcel extends Required<Contents> {
  id: string;
  kind: MessageKind;
  createdAt: Temporal.Instant;
}

/** One road out: hands a parcel over and says what became of it. Never throws for what the other side does. */
export interface Road {
  hand(parcel: Parcel): Promise<Verdict>;
  close(): Promise<void>;
}

/** The roads of this installation; null where a channel has no settings. */
export class Roads {
  constructor(private readonly roads: Record<Channel, Road | null>) {}

  to(channel: Channel): Road | null {
    return this.roads[channel];
  }

  async close(): Promise<void> {
    await Promise.all([this.roads.email?.close(), this.roads.sms?.close()]);
  }
}
