import { dateAndTime, dateInWords } from '../common/calendar.js';
import { dashboardCrumb } from '../common/heads.js';
import type { PageModel } from '../common/pages.js';
import type { Translate } from '../common/texts.js';
import type { DeliveryRow } from './deliveries.repository.js';
import { deliveryTimelines } from './deliveries.views.js';
import { UNREAD_COUNTED, type NoticePage, type NoticeRow } from './notifications.repository.js';

/** As in the address of the page. */
export type NoticeFilter = 'tutte' | 'non-lette';

interface NoticeItem {
  label: string;
  href: string;
  unread: boolean;
  type: string;
  iso: string;
  when: string;
}

export function noticesPage(
  t: Translate,
  { notices, unread, next }: NoticePage,
  filter: NoticeFilter,
  older: boolean,
): PageModel {
  const title = t('notifications.title');
  const unreadHere = notices.filter((notice) => notice.read_at === null).map(({ id }) => id);
  return {
    page: { title, section: 'notifications', menu: true, crumbs: [dashboardCrumb(t), { label: title, href: '' }] },
    menuCounts: { notifications: countLabel(unread.length) },
    title,
    lead: unread.length > 0 ? t.count('notifications.unread-lead', unread.length) : t('notifications.all-read'),
    filters: [
      { label: t('notifications.filter-all'), href: '/notifiche', current: filter === 'tutte' },
      { label: t('notifications.filter-unread'), href: '/notifiche?stato=non-lette', current: filter === 'non-lette' },
    ],
    notices: notices.map((notice) => noticeItem(t, notice)),
    isEmpty: notices.length === 0,
    emptyText: t(filter === 'non-lette' ? 'notifications.empty-unread' : 'notifications.empty'),
    canMark: unreadHere.length > 0,
    filter,
    shown: [...new Set([...unreadHere, ...unread])].join(' '),
    older,
    firstHref: `/notifiche?stato=${filter}`,
    nextHref: next ? `/notifiche?stato=${filter}&prima=${encodeURIComponent(next)}` : '',
  };
}

export function noticePage(
  t: Translate,
  { notice, deliveries }: { notice: NoticeRow; deliveries: readonly DeliveryRow[] },
): PageModel {
  const { title, body } = noticeTexts(t, notice);
  const { date, time } = dateAndTime(notice.created_at, t.lang);
  const list = { label: t('notifications.title'), href: '/notifiche' };
  return {
    page: {
      title,
      section: 'notifications',
      menu: true,
      crumbs: [dashboardCrumb(t), list, { label: title, href: '' }],
    },
    title,
    body,
    type: t(`notifications.type-${notice.type}`),
    iso: notice.created_at.toString(),
    when: t('notifications.at', { date, time }),
    link: notice.link ?? '',
    linkLabel: notice.link ? t(`notifications.link-${notice.type}`) : '',
    timelines: deliveryTimelines(t, notice.created_at, deliveries),
  };
}

/** A notice in the reader's language; values named `…At` are instants and `…On` days, shown in words. */
export function noticeTexts(
  t: Translate,
  { text_key: key, parameters, type }: NoticeRow,
): { title: string; body: string } {
  // While a release rolls out, a newer process may have written a notice whose text this one does not know yet.
  if (!t.has(`${key}-title`)) return { title: t(`notifications.type-${type}`), body: '' };
  const values = Object.fromEntries(Object.entries(parameters).map(([name, value]) => [name, shown(t, name, value)]));
  return { title: t(`${key}-title`, values), body: t(`${key}-body`, values) };
}

export function noticeItem(t: Translate, notice: NoticeRow): NoticeItem {
  const { date, time } = dateAndTime(notice.created_at, t.lang);
  return {
    label: noticeTexts(t, notice).title,
    href: `/notifiche/${notice.id}`,
    unread: notice.read_at === null,
    type: t(`notifications.type-${notice.type}`),
    iso: notice.created_at.toString(),
    when: t('notifications.at', { date, time }),
  };
}

/** '7', or '99+' where counting stopped. */
export function countLabel(unread: number): string {
  return unread >= UNREAD_COUNTED ? `${UNREAD_COUNTED - 1}+` : unread > 0 ? String(unread) : '';
}

function shown(t: Translate, name: string, value: string): string {
  // `dueOn` is a day.
  if (name.endsWith('On')) return dateInWords(Temporal.PlainDate.from(value), t.lang);
  if (!name.endsWith('At')) return value;
  const { date, time } = dateAndTime(Temporal.Instant.from(value), t.lang);
  return t('notifications.at', { date, time });
}
