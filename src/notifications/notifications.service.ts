import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { AuditService } from '../audit/index.js';
import { citizen } from '../common/actor.js';
import type { Acting } from '../common/acting.js';
import { Clock } from '../common/clock.js';
import { Database } from '../common/database.js';
import { NotFound } from '../common/errors.js';
import type { NoticeType } from '../common/notice-types.js';
import { DeliveriesRepository, type DeliveryRow } from './deliveries.repository.js';
import { DeliveriesService } from './deliveries.service.js';
import { NotificationsRepository, type NoticePage, type NoticeRow } from './notifications.repository.js';

export interface NewNotice {
  type: NoticeType;
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
    private readonly deliveries: DeliveriesRepository,
    private readonly roads: DeliveriesService,
    private readonly clock: Clock,
    private readonly audit: AuditService,
  ) {}

  /**
   * Writes a notice in the unit of work under way, and what tells of it by other roads: they exist only if the fact
   * does. One that was sent before is neither written nor told again, and one that rests on a consent that does not hold
   * is not written at all.
   */
  async send(subject: string, notice: NewNotice): Promise<void> {
    if (!(await this.roads.allowed(subject, notice.type))) return;
    const [id, now] = [randomUUID(), this.clock.now()];
    if (await this.notices.add(id, subject, notice, now)) await this.roads.tell(subject, id, notice.type, now);
  }

  /** @param before key of the last notice of the page before, for the next one */
  async page(acting: Acting, unreadOnly: boolean, before: string | null): Promise<NoticePage> {
    return this.db.actingAs(citizen(acting.subject, acting.by), () =>
      this.notices.page(acting.subject, unreadOnly, before, NOTICES_PER_PAGE),
    );
  }

  /** Opens a notice, which marks it as read, with what became of the messages about it. @throws NotFound when it is not this person's */
  async open(acting: Acting, id: string): Promise<{ notice: NoticeRow; deliveries: DeliveryRow[] }> {
    return this.db.actingAs(citizen(acting.subject, acting.by), async () => {
      const notice = await this.notices.open(acting.subject, id, this.clock.now());
      if (!notice) throw new NotFound();
      return { notice, deliveries: await this.deliveries.of(id) };
    });
  }

  /** @returns how many were not read before */
  async markAsRead(acting: Acting, ids: readonly string[]): Promise<number> {
    const { subject, by } = acting;
    return this.db.actingAs(citizen(subject, by), async () => {
      const count = await this.notices.markRead(subject, ids, this.clock.now());
      if (count > 0)
        await this.audit.record({ action: 'notices.mark-read', subject, purpose: 'service', details: { count } });
      return count;
    });
  }
}
