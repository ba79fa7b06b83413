import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { citizen } from '../common/actor.js';
import type { Acting } from '../common/acting.js';
import { Clock } from '../common/clock.js';
import { Database } from '../common/database.js';
import { NotFound } from '../common/errors.js';
import {
  NotificationsRepository,
  type NoticeFilter,
  type NoticePage,
  type NoticeRow,
} from './notifications.repository.js';

export interface NewNotice {
  type: 'appointment' | 'institutional';
  /** The module and the fact it tells of: one event makes one notice, however often it is told. */
  source: string;
  sourceId: string;
  /** Texts `<textKey>-title` and `<textKey>-body` of the catalogue, chosen in the reader's language when read. */
  textKey: string;
  /** Values for the texts; instants as ISO strings under names that end in `At` are shown as date and time. */
  parameters: Record<string, string>;
  /** The page of ours where there is more, or null. */
  link: string | null;
}

export const NOTICES_PER_PAGE = 20;

@Injectable()
export class NotificationsService {
  constructor(
    private readonly db: Database,
    private readonly notices: NotificationsRepository,
    private readonly clock: Clock,
  ) {}

  /** Writes a notice in the unit of work under way: it exists only if the fact it tells of does. */
  async send(subject: string, notice: NewNotice): Promise<void> {
    await this.notices.add(randomUUID(), subject, notice, this.clock.now());
  }

  /** @param before key of the last notice of the page before, for the next one */
  async page(acting: Acting, filter: NoticeFilter, before: string | null): Promise<NoticePage> {
    return this.db.actingAs(citizen(acting.subject, acting.by), () =>
      this.notices.page(acting.subject, filter, before, NOTICES_PER_PAGE),
    );
  }

  /** Opens a notice, which marks it as read. @throws NotFound when it is not this person's */
  async open(acting: Acting, id: string): Promise<NoticeRow> {
    return this.db.actingAs(citizen(acting.subject, acting.by), async () => {
      const notice = await this.notices.open(acting.subject, id, this.clock.now());
      if (!notice) throw new NotFound();
      return notice;
    });
  }

  /** Marks as read only what the filter shows and no newer than the page that was looked at. @returns how many */
  async markShownAsRead(acting: Acting, filter: NoticeFilter, upTo: Temporal.Instant): Promise<number> {
    return this.db.actingAs(citizen(acting.subject, acting.by), () =>
      this.notices.markRead(acting.subject, filter, upTo, this.clock.now()),
    );
  }
}
