import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { AuditService } from '../../audit/index.js';
import { citizen } from '../../common/actor.js';
import type { Acting } from '../../common/acting.js';
import { Clock } from '../../common/clock.js';
import { Keys } from '../../common/crypto.js';
import { Database } from '../../common/database.js';
import { Forbidden, NotFound } from '../../common/errors.js';
import { Jobs } from '../../common/jobs.js';
import type { Language } from '../../common/texts.js';
import { EXPORT_KEY } from './export-maker.service.js';
import { EXPORT_QUEUE } from './export.job.js';
import { ExportRepository, type ExportRow } from './export.repository.js';
import { ASKED_A_DAY, chunkContext, isAvailable, shownState } from './export.rules.js';

export type Asked = { ok: true } | { ok: false; reason: 'already-making' | 'already-ready' | 'too-many' };

/** A copy that is being taken. */
export interface OpenCopy {
  copy: ExportRow;
  first: Buffer;
}

/** A copy of all their data, as its owner asks for it, takes it and deletes it (GDPR art. 15 and 20). */
@Injectable()
export class ExportService {
  constructor(
    private readonly db: Database,
    private readonly copies: ExportRepository,
    private readonly jobs: Jobs,
    private readonly audit: AuditService,
    private readonly keys: Keys,
    private readonly clock: Clock,
  ) {}

  /** The last copy, at whatever stage; null when none was ever asked for. */
  async latest(acting: Acting): Promise<ExportRow | null> {
    return this.own(acting, () => this.copies.latest(acting.subject));
  }

  /** Asks for a copy; a job makes it. One at a time, and not more than some in a day. */
  async ask(acting: Acting, language: Language): Promise<Asked> {
    return this.own(acting, async () => {
      const now = this.clock.now();
      await this.endExpired(acting.subject, now);
      if ((await this.copies.askedSince(acting.subject, now.subtract({ hours: 24 }))) >= ASKED_A_DAY)
        return { ok: false, reason: 'too-many' };
      const id = randomUUID();
      if (!(await this.copies.ask(id, acting.subject, language, now))) return this.already(acting.subject);
      await this.jobs.send(EXPORT_QUEUE, { id });
      await this.note({ action: 'export.ask', subject: acting.subject, object: id });
      return { ok: true };
    });
  }

  /** @returns whether there was one to delete */
  async discard(acting: Acting, id: string): Promise<boolean> {
    return this.own(acting, async () => {
      const ended = await this.copies.end(acting.subject, id, 'deleted', this.clock.now());
      if (ended) await this.note({ action: 'export.delete', subject: acting.subject, object: id });
      return ended;
    });
  }

  /** @throws NotFound when it is not this person's */
  async find(acting: Acting, id: string): Promise<ExportRow> {
    return this.own(acting, () => this.found(acting.subject, id));
  }

  /**
   * Somebody takes the copy: that is recorded before they get a byte. Noting it locks the copy until the first piece is in
   * hand, so whoever deletes it at that moment comes before (nothing is recorded then) or after.
   * @returns null when it can not be taken any more
   */
  async open(acting: Acting, id: string): Promise<OpenCopy | null> {
    return this.own(acting, async () => {
      const now = this.clock.now();
      const copy = await this.found(acting.subject, id);
      if (!isAvailable(copy, now) || !(await this.copies.noteDownload(acting.subject, id, now))) return null;
      await this.note({ action: 'export.download', subject: acting.subject, object: id });
      return { copy, first: await this.piece(acting.subject, id, 0) };
    });
  }

  /** The bytes, piece by piece: each in a unit of its own, so that a slow line holds no connection. */
  async *bytes(acting: Acting, { copy, first }: OpenCopy): AsyncGenerator<Buffer> {
    yield first;
    for (let number = 1; number < copy.chunks; number++)
      yield await this.own(acting, () => this.piece(acting.subject, copy.id, number));
  }

  private async piece(subject: string, id: string, number: number): Promise<Buffer> {
    const sealed = await this.copies.chunk(subject, id, number);
    const plain = sealed && this.keys.open(EXPORT_KEY, sealed, chunkContext(id, number));
    // Deleted meanwhile, or altered: what the browser has so far must not pass for the whole.
    if (!plain) throw new Error('a piece of the export is missing');
    return plain;
  }

  private async already(subject: string): Promise<Asked> {
    const latest = await this.copies.latest(subject);
    return { ok: false, reason: latest?.state === 'ready' ? 'already-ready' : 'already-making' };
  }

  /** A copy whose days are over is not in the way of the next one, swept or not. */
  private async endExpired(subject: string, now: Temporal.Instant): Promise<void> {
    const latest = await this.copies.latest(subject);
    if (latest?.state === 'ready' && shownState(latest, now) === 'expired')
      await this.copies.end(subject, latest.id, 'expired', now);
  }

  private async found(subject: string, id: string): Promise<ExportRow> {
    const copy = await this.copies.find(subject, id);
    if (!copy) throw new NotFound();
    return copy;
  }

  private async note(deed: { action: string; subject: string; object: string }): Promise<void> {
    await this.audit.record({ ...deed, purpose: 'rights' });
  }

  /** A delegate may not (design.md 4, Delegations 6); PostgreSQL would refuse it too. */
  private async own<T>({ subject, by }: Acting, work: () => Promise<T>): Promise<T> {
    if (subject !== by) throw new Forbidden('a delegate does not export data');
    return this.db.actingAs(citizen(subject, by), work);
  }
}
