import { dateAndTime, dateInWords, timeInWords } from '../common/calendar.js';
import { romeDate } from '../common/clock.js';
import type { CalendarEvent } from '../common/ics.js';
import type { Translate } from '../common/texts.js';
import { phoneInWords } from '../profile/index.js';
import type { Appointment } from './appointment.entity.js';
import type { Mine } from './appointments.service.js';
import { capitalized, crumbs, taskHead, type Answer } from './booking.views.js';
import { STEPS, stepUrl } from './choices.js';

/** /appuntamenti/:id: confirmed, moved, cancelled or over. @param outcome what was just done, from the address */
export function appointmentPage(appointment: Appointment, outcome: string, now: Temporal.Instant, t: Translate) {
  const { row } = appointment;
  const ahead = appointment.isAhead(now);
  const title = t(
    `appointments.show-${ahead ? (outcome === 'spostato' ? 'moved' : 'booked') : stateName(appointment)}`,
  );
  return {
    page: {
      title,
      description: '',
      crumbs: [
        ...crumbs(t),
        { label: t('appointments.of-day', { date: dateInWords(romeDate(row.startAt), t.lang) }), href: '' },
      ],
      section: 'appointments',
      menu: true,
    },
    title,
    ahead,
    cancelled: row.state === 'cancelled',
    notSaved: outcome === 'non-salvato',
    when: t('appointments.day-at', dateAndTime(row.startAt, t.lang)),
    iso: row.startAt.toString(),
    number: row.number ?? '',
    calendarHref: `/appuntamenti/${row.id}/calendario.ics`,
    calendarLabel: t('appointments.calendar'),
    how: t(`appointments.how-${row.channel}`, { phone: phoneInWords(row.phone), email: row.email }),
    officeName: row.officeName,
    officeHref: `/sedi/${encodeURIComponent(row.officeId)}`,
    isDesk: row.channel === 'desk',
    mapAddress: address(appointment),
    topic: t('appointments.topic-length', {
      topic: t(`topics.${row.topicId}`),
      length: t.count('appointments.minutes', row.minutes),
      channel: t(`offices.channel-${row.channel}`),
    }),
    needs: needs(appointment, t),
    note: row.note,
    contacts: [row.email, phoneInWords(row.phone)].filter(Boolean).join(', '),
    bring: bring(row.topicId, row.channel, t),
    deadline: t('appointments.until', dateAndTime(appointment.changeDeadline, t.lang)),
    canBeChanged: appointment.canBeChanged(now),
    moveHref: `/appuntamenti/${row.id}/spostamento`,
    cancelHref: `/appuntamenti/${row.id}/annullamento`,
  };
}

/** /appuntamenti: those ahead, then the past by pages. */
export function appointmentsPage(mine: Mine, now: Temporal.Instant, t: Translate) {
  const title = t('appointments.title');
  return {
    page: {
      title,
      description: '',
      crumbs: [crumbs(t)[0]!, { label: title, href: '' }],
      section: 'appointments',
      menu: true,
    },
    ahead: mine.ahead.map((appointment) => aheadItem(appointment, t)),
    hasAhead: mine.ahead.length > 0,
    past: mine.past.map((appointment) => pastItem(appointment, now, t)),
    hasPast: mine.past.length > 0,
    hasPages: mine.pages > 1,
    pages: {
      previous: mine.page > 1 ? pageHref(mine.page - 1) : '',
      next: mine.page < mine.pages ? pageHref(mine.page + 1) : '',
      items: pagesAround(mine).map((page) => ({
        href: pageHref(page),
        label: String(page),
        current: page === mine.page,
      })),
    },
    newHref: STEPS.place,
  };
}

/** Are you sure? A page, not a dialog. */
export function cancellationPage(appointment: Appointment, t: Translate) {
  return {
    page: taskHead(
      t(appointment.unfinished ? 'appointments.give-up-title' : 'appointments.cancel-title'),
      t('appointments.cancel'),
      t,
    ),
    title: t(appointment.unfinished ? 'appointments.give-up-title' : 'appointments.cancel-title'),
    unfinished: appointment.unfinished,
    when: t('appointments.day-at', dateAndTime(appointment.row.startAt, t.lang)),
    answers: choiceAnswers(appointment, t).map((answer) => ({ ...answer, href: '' })),
    action: `/appuntamenti/${appointment.id}/annullamento`,
    backHref: appointment.unfinished ? `/appuntamenti/${appointment.id}/dettagli` : `/appuntamenti/${appointment.id}`,
    moveHref: `/appuntamenti/${appointment.id}/spostamento`,
  };
}

/** Not allowed is a page of its own: the deadline is over, or there is nothing to change. */
/** @param refused it answers a form: the change was asked for and not made */
export function tooLatePage(appointment: Appointment, t: Translate, refused = false) {
  const booked = appointment.row.state === 'booked';
  return {
    page: { ...taskHead(t('appointments.too-late-title'), t('appointments.title'), t), error: refused },
    when: t('appointments.day-at', dateAndTime(appointment.row.startAt, t.lang)),
    reason: booked
      ? t('appointments.too-late', dateAndTime(appointment.changeDeadline, t.lang))
      : t('appointments.not-booked'),
    number: appointment.row.number ?? '',
    backHref: `/appuntamenti/${appointment.id}`,
  };
}

/** The entry for the person's own calendar. @param host of the portal, part of the entry's lasting name */
export function calendarEvent(appointment: Appointment, base: URL, t: Translate): CalendarEvent {
  const { row } = appointment;
  const url = new URL(`/appuntamenti/${row.id}`, base).href;
  const how = t(`appointments.how-${row.channel}`, { phone: phoneInWords(row.phone), email: row.email });
  return {
    uid: `${row.id}@${base.hostname}`,
    sequence: row.sequence,
    stamp: row.updatedAt,
    start: row.startAt,
    minutes: row.minutes,
    summary: t('appointments.calendar-summary', { topic: t(`topics.${row.topicId}`) }),
    location: row.channel === 'desk' ? address(appointment) : t(`offices.channel-${row.channel}`),
    description: `${how}\n${t('appointments.calendar-number', { number: row.number ?? '' })}\n${t('appointments.until', dateAndTime(appointment.changeDeadline, t.lang))}`,
    url,
  };
}

export function choiceAnswers(appointment: Appointment, t: Translate): Answer[] {
  const { row } = appointment;
  const topicHref = stepUrl(STEPS.topic, { office: row.officeId });
  return [
    {
      label: t('appointments.when'),
      value: t('appointments.day-at', dateAndTime(row.startAt, t.lang)),
      href: timeHref(appointment),
    },
    { label: t('appointments.office'), value: row.officeName, href: STEPS.place },
    { label: t('appointments.channel'), value: t(`offices.channel-${row.channel}`), href: topicHref },
    { label: t('appointments.topic'), value: t(`topics.${row.topicId}`), href: topicHref },
  ];
}

/** Back to the choice of a time for an unfinished appointment, with all that was typed. @param lost the first free day, not its own */
export function timeHref({ row }: Appointment, lost = false): string {
  return stepUrl(STEPS.time, {
    office: row.officeId,
    channel: row.channel,
    topic: row.topicId,
    day: lost ? null : romeDate(row.startAt),
    resume: row.id,
  });
}

export function address({ row }: Appointment): string {
  return `${row.address}, ${row.cap ? `${row.cap} ` : ''}${row.comune} (${row.province})`;
}

export function needs({ row }: Appointment, t: Translate): string {
  const asked = [
    row.stepFree ? t('appointments.need-step-free') : '',
    row.signLanguage ? t('appointments.need-sign-language') : '',
    row.language ? t('appointments.need-language', { language: languageName(row.language, t) }) : '',
  ].filter(Boolean);
  return asked.join(', ') || t('appointments.none');
}

/** What to bring: the same for all, then what the topic needs. */
function bring(topic: string, channel: string, t: Translate): string[] {
  const all = [t(`appointments.bring-${channel}`)];
  for (let item = 1; t.has(`appointments.bring-${topic}-${item}`); item++)
    all.push(t(`appointments.bring-${topic}-${item}`));
  return all;
}

export function languageName(code: string, t: Translate): string {
  return new Intl.DisplayNames([t.lang], { type: 'language' }).of(code) ?? code;
}

function aheadItem(appointment: Appointment, t: Translate) {
  const { row } = appointment;
  return {
    href: row.state === 'held' ? `/appuntamenti/${row.id}/dettagli` : `/appuntamenti/${row.id}`,
    when: capitalized(t('appointments.day-at', dateAndTime(row.startAt, t.lang))),
    topic: t(`topics.${row.topicId}`),
    where: `${t(`offices.channel-${row.channel}`)}, ${row.officeName}`,
    number: row.number ?? '',
    held: row.state === 'held',
    holdText: t('appointments.held-until', { time: timeInWords(row.holdUntil) }),
  };
}

function pastItem(appointment: Appointment, now: Temporal.Instant, t: Translate) {
  const { row } = appointment;
  return {
    href: `/appuntamenti/${row.id}`,
    when: t('appointments.day-at', dateAndTime(row.startAt, t.lang)),
    topic: t(`topics.${row.topicId}`),
    office: row.officeName,
    state: appointment.isAhead(now) ? '' : t(`appointments.state-${stateName(appointment)}`),
  };
}

/** What is over and was not recorded is simply over. */
function stateName({ row }: Appointment): string {
  if (row.state === 'cancelled' || row.state === 'no-show' || row.state === 'served') return row.state;
  return 'ended';
}

const pageHref = (page: number) => `/appuntamenti?pagina=${page}#passati`;

/** At most five page numbers, the present one among them. */
function pagesAround({ page, pages }: Mine): number[] {
  const first = Math.max(1, Math.min(page - 2, pages - 4));
  return Array.from({ length: Math.min(5, pages) }, (_, index) => first + index);
}
