import { Injectable } from '@nestjs/common';
import { citizen, system } from '../../common/actor.js';
import { Clock } from '../../common/clock.js';
import { Keys } from '../../common/crypto.js';
import { Database } from '../../common/database.js';
import { Turns } from '../../common/turns.js';
import { Archive, piecesOf } from './archive.js';
import { CopyWriter } from './copy.writer.js';
import { ExportMakingRepository, type Claim, type Whole } from './export-making.repository.js';
import { ExportNews } from './export-news.service.js';
import { ATTEMPTS, AVAILABLE, CHUNK_BYTES, chunkContext, LEASE, retryAt } from './export.rules.js';

/** The purpose its pieces are encrypted for (common/crypto.ts). */
export const EXPORT_KEY = 'export';

/**
 * Makes copies. Reading is one unit of work in the name of the person, as of one moment; each piece is written in a unit
 * of its own, so that the person sees how far it is. Hence two connections at once: a worker makes one copy at a time and
 * its pool has four, so nobody can wait for a connection that they hold themselves.
 */
@Injectable()
export class ExportMaker {
  /** The queue and the look of each minute come to this one maker, and wait for each other here. */
  private readonly turns = new Turns(1, Infinity);

  constructor(
    private readonly db: Database,
    private readonly copies: ExportMakingRepository,
    private readonly writer: CopyWriter,
    private readonly keys: Keys,
    private readonly clock: Clock,
    private readonly news: ExportNews,
  ) {}

  /** Makes the copy from its beginning, unless another worker is at it. @returns whether it is ready now */
  make(id: string): Promise<boolean> {
    return this.turns.run(() => this.made(id));
  }

  private async made(id: string): Promise<boolean> {
    const claim = await this.asMaker(() => this.copies.claim(id, this.writer.size, this.clock.now(), this.lease()));
    if (!claim) return false;
    try {
      return await this.settle(claim, await this.write(claim));
    } catch (error) {
      const now = this.clock.now();
      const again = claim.attempt < ATTEMPTS ? retryAt(now, claim.attempt) : null;
      await this.asMaker(() => this.copies.fail(claim, now, again));
      throw error;
    }
  }

  /** Those that a queue lost sight of: the worker died, or the first try failed. @returns their ids */
  async due(): Promise<string[]> {
    return this.asMaker(() => this.copies.due(this.clock.now()));
  }

  /** Ends the copies whose days are over. @returns how many */
  async expire(): Promise<number> {
    return this.asMaker(() => this.copies.expire(this.clock.now()));
  }

  private async write(claim: Claim): Promise<Whole> {
    const stop = new AbortController();
    const archive = new Archive(this.clock.now(), stop.signal);
    const done = { parts: 0 };
    const reading = this.read(claim, archive, done).catch((error: unknown) => archive.fail(error as Error));
    const whole = { chunks: 0, bytes: 0 };
    try {
      for await (const piece of piecesOf(archive.output, CHUNK_BYTES)) {
        await this.store(claim, whole.chunks++, piece, done.parts);
        whole.bytes += piece.length;
      }
      return whole;
    } finally {
      stop.abort();
      await reading;
    }
  }

  private async read(claim: Claim, archive: Archive, done: { parts: number }): Promise<void> {
    const acting = { subject: claim.citizen_id, by: claim.citizen_id };
    const order = { acting, language: claim.language, at: this.clock.now() };
    await this.db.actingAs(citizen(acting.subject), async () => {
      await this.copies.standStill();
      await this.writer.write(archive, order, (parts) => (done.parts = parts));
    });
  }

  private async store(claim: Claim, number: number, piece: Buffer, done: number): Promise<void> {
    const sealed = this.keys.seal(EXPORT_KEY, piece, chunkContext(claim.id, number));
    const mine = await this.asMaker(() => this.copies.addChunk(claim, { number, sealed, done }, this.lease()));
    if (!mine) throw new Error('another worker has taken over this export');
  }

  private async settle(claim: Claim, whole: Whole): Promise<boolean> {
    const now = this.clock.now();
    return this.asMaker(async () => {
      const ready = await this.copies.finish(claim, whole, now, now.add(AVAILABLE));
      if (ready) await this.news.ready(claim, now.add(AVAILABLE));
      return ready;
    });
  }

  private lease(): Temporal.Instant {
    return this.clock.now().add(LEASE);
  }

  private asMaker<T>(work: () => Promise<T>): Promise<T> {
    return this.db.actingAs(system('export'), work);
  }
}
