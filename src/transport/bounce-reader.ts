import { Worker } from 'node:worker_threads';
import { Injectable } from '@nestjs/common';
import { Turns } from '../common/turns.js';
import { hasFewParts, type Failure } from './bounce-mail.js';

/** Returned mails that may wait while one is read; the mail server tries the others again. */
const MAY_WAIT = 50;
/** Reading takes milliseconds; the rest is for a thread that starts on a busy machine. */
const PATIENCE_MS = 20_000;

/** Reads returned mails one after the other in a thread of their own: they come from strangers. */
@Injectable()
export class BounceReader {
  private readonly turns = new Turns(1, MAY_WAIT);
  private worker: Worker | null = null;
  private answer: (failure: Failure | null) => void = () => {};

  /** @returns null for what is no report of failure, cannot be read or takes too long @throws Unavailable when too many wait */
  async read(raw: Buffer): Promise<Failure | null> {
    return hasFewParts(raw) ? this.turns.run(() => this.ask(raw)) : null;
  }

  private ask(raw: Buffer): Promise<Failure | null> {
    const worker = (this.worker ??= this.started());
    const { promise, resolve } = Promise.withResolvers<Failure | null>();
    const timer = setTimeout(() => void worker.terminate(), PATIENCE_MS);
    this.answer = (failure) => {
      clearTimeout(timer);
      // An idle thread must not keep the program from ending.
      worker.unref();
      resolve(failure);
    };
    worker.ref();
    worker.postMessage(raw);
    return promise;
  }

  private started(): Worker {
    const limits = { resourceLimits: { maxOldGenerationSizeMb: 64 } };
    const worker = new Worker(new URL('./bounce.worker.js', import.meta.url), limits);
    worker.on('message', (failure: Failure | null) => this.answer(failure));
    // An error ends the thread, too.
    worker.on('error', () => {});
    worker.on('exit', () => {
      this.worker = null;
      this.answer(null);
    });
    return worker;
  }
}
