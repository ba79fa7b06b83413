import { Injectable } from '@nestjs/common';
import type { Acting } from '../common/acting.js';
import { dateAndTime } from '../common/calendar.js';
import type { Card, CardView } from '../common/card.js';
import type { Translate } from '../common/texts.js';
import { AppointmentsRepository } from './appointments.repository.js';
import { capitalized } from './booking.views.js';

/** On the Bacheca: the next appointment, found by one look at an index. */
@Injectable()
export class NextAppointmentCard implements Card {
  readonly id = 'appuntamento';
  readonly order = 10;
  readonly titleKey = 'appointments.card-title';
  readonly icon = 'cal';

  constructor(private readonly appointments: AppointmentsRepository) {}

  async read({ subject }: Acting, t: Translate, now: Temporal.Instant): Promise<CardView> {
    const next = await this.appointments.next(subject, now);
    if (!next) {
      const link = { label: t('appointments.book'), href: '/appuntamenti/nuovo' };
      return { tag: '', big: '', text: t('appointments.card-empty'), items: [], link, empty: true };
    }
    const topic = t(`topics.${next.topicId}`);
    const where = `${t(`offices.channel-${next.channel}`)}, ${next.officeName}`;
    return {
      tag: '',
      big: capitalized(t('appointments.day-at', dateAndTime(next.startAt, t.lang))),
      text: where,
      items: [
        {
          label: topic,
          href: `/appuntamenti/${next.id}`,
          note: t('appointments.number-is', { number: next.number }),
          unread: false,
        },
      ],
      link: { label: t('appointments.see-all'), href: '/appuntamenti' },
      empty: false,
    };
  }
}
