import { Unavailable } from './errors.js';

/** Lets a few pieces of work run at once; some more wait, and more than that are told to come back (503). */
export class Turns {
  private running = 0;
  private readonly waiting: (() => void)[] = [];

  constructor(
    private readonly atOnce: number,
    private readonly mayWait: number,
  ) {}

  /** @throws Unavailable when too many are waiting already */
  async run<T>(work: () => Promise<T>): Promise<T> {
    if (this.running + this.waiting.length >= this.atOnce + this.mayWait) throw new Unavailable('too many are waiting');
    if (this.running >= this.atOnce) await new Promise<void>((go) => this.waiting.push(go));
    else this.running++;
    try {
      return await work();
    } finally {
      const next = this.waiting.shift();
      // The place goes to whoever waits, so that nobody slips in between.
      if (next) next();
      else this.running--;
    }
  }
}
