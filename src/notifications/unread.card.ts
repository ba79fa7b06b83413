import { Injectable } from '@nestjs/common';
import type { Acting } from '../common/acting.js';
import type { Card, CardView } from '../common/card.js';
import type { Translate } from '../common/texts.js';
import { NotificationsRepository } from './notifications.repository.js';
import { countLabel, noticeItem } from './notifications.views.js';

/** On the Bacheca: the three newest unread notices. */
@Injectable()
export class UnreadCard implements Card {
  readonly id = 'notifiche';
  readonly order = 20;
  readonly titleKey = 'notifications.card-title';
  readonly icon = 'bell';

  constructor(private readonly notices: NotificationsRepository) {}

  async read({ subject }: Acting, t: Translate): Promise<CardView> {
    const { notices, unread } = await this.notices.newestUnread(subject, 3);
    return {
      tag: countLabel(unread),
      big: '',
      text: unread > 0 ? '' : t('notifications.all-read'),
      items: notices.map((notice) => {
        const { label, href, when } = noticeItem(t, notice);
        return { label, href, note: when, unread: true };
      }),
      link: { label: t('notifications.see-all'), href: '/notifiche' },
      empty: unread === 0,
      menuCount: { section: 'notifications', count: countLabel(unread) },
    };
  }
}
