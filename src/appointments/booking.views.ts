import { dateAndTime, dateInWords, dayParts, shortDateInWords, timeInWords } from '../common/calendar.js';
import { romeDate } from '../common/clock.js';
import { formView, type Form } from '../common/form.js';
import { dashboardCrumb } from '../common/heads.js';
import type { Translate } from '../common/texts.js';
import type { Appointment } from './appointment.entity.js';
import type { PlaceForm, TimeForm, TopicForm } from './appointments.forms.js';
import { dayStrip, neighbours } from './booking.rules.js';
import { STEPS, stepUrl, type Choices } from './choices.js';
import type { NearOffice, Office } from './offices.repository.js';
import type { OfficeSearch } from './offices.service.js';
import { comuneLabel, distanceLabel, placeLine } from './offices.views.js';
import type { FreeTime, OfficeTimes } from './slots.repository.js';
import type { Times } from './slots.service.js';

type Crumb = { label: string; href: string };

/** One answer in the summary of choices; href '' where it cannot be changed from here. */
export interface Answer {
  label: string;
  value: string;
  href: string;
}

/** Step 1: the offices near a comune. */
export function placePage(form: Form<PlaceForm>, search: OfficeSearch | null, t: Translate) {
  const near = search?.kind === 'near' ? search : null;
  const comuni = search?.kind === 'choose' ? search.comuni : [];
  const view = formView(form, t);
  // The form of the offices does not carry the comune: it comes back with the offices of it.
  if (near && view.fields.comune.value === '') view.fields.comune.value = comuneLabel(near.comune);
  return {
    page: taskHead(t('appointments.place-title'), t('appointments.new'), t),
    steps: stepsView(1, [], t),
    form: view,
    action: `${stepUrl(STEPS.place, {})}${near ? `?istat=${near.comune.istat}` : ''}#errori`,
    asked: search !== null,
    nearTitle: near ? t('offices.near-title', { comune: comuneLabel(near.comune) }) : '',
    offices: (near?.offices ?? []).map((found) => officeOption(found, form.value('sede'), t)),
    hasOffices: (near?.offices.length ?? 0) > 0,
    hasSamples: (near?.offices ?? []).some(({ office }) => office.isSample),
    istat: near?.comune.istat ?? '',
    suggestions: comuni.map((comune) => ({
      label: comuneLabel(comune),
      href: `${STEPS.place}?${new URLSearchParams({ comune: comuneLabel(comune), istat: comune.istat })}`,
    })),
    hasSuggestions: comuni.length > 0,
  };
}

/** Step 2: how, and about what. */
export function topicPage(form: Form<TopicForm>, office: Office, choices: Choices, t: Translate) {
  const [modo, argomento] = [form.value('modo'), form.value('argomento')];
  return {
    page: taskHead(t('appointments.topic-title'), t('appointments.new'), t),
    steps: stepsView(2, [stepUrl(STEPS.place, {})], t),
    form: formView(form, t),
    action: `${stepUrl(STEPS.topic, { office: office.id, comune: choices.comune })}#errori`,
    channels: office.channels.map((channel) => ({
      value: channel,
      label: t(`offices.channel-${channel}`),
      hint: t(`offices.channel-${channel}-hint`),
      checked: modo === channel || office.channels.length === 1,
    })),
    topics: office.topics.map((topic) => ({
      value: topic,
      label: t(`topics.${topic}`),
      hint: t(`topics.${topic}-hint`),
      checked: argomento === topic,
    })),
    answers: [
      {
        label: t('appointments.office'),
        value: `${office.name}, ${office.address}, ${placeLine(office)}`,
        href: STEPS.place,
      },
    ],
    backHref: STEPS.place,
  };
}

/** What tells the page of times for a new appointment from the one for moving. */
export interface TimeContext {
  choices: Choices;
  requestId: string;
  /** The booked appointment that is to be moved. */
  moving: Appointment | null;
  /** A seat that was lost while the form was filled in. */
  lost: boolean;
}

/** Step 3, and moving: one day at a time. */
export function timePage(form: Form<TimeForm>, times: Times, context: TimeContext, t: Translate) {
  const { moving, choices } = context;
  const title = t(moving ? 'appointments.move-title' : 'appointments.time-title');
  const link = dayLinks(context);
  const shown = times.shown;
  const days = shown ? dayStrip(times.days, shown) : [];
  const around = shown ? neighbours(times.days, shown) : { before: null, after: null };
  return {
    page: taskHead(title, t(moving ? 'appointments.move' : 'appointments.new'), t),
    title,
    steps: stepsView(3, [STEPS.place, stepUrl(STEPS.topic, { office: choices.office, comune: choices.comune })], t),
    isMove: moving !== null,
    form: formView(form, t),
    action: `${link(times.office.id, shown)}#errori`,
    requestId: context.requestId,
    answers: timeAnswers(times.office, context, t),
    officeName: times.office.name,
    officeAddress: `${times.office.address}, ${times.office.cap ? `${times.office.cap} ` : ''}${times.office.comune}`,
    distance: times.office.metres === null ? '' : distanceLabel(times.office.metres, t),
    first: firstLinks(times.office, link, t),
    hasFirst: times.office.first.length > 0,
    others: times.others
      .filter(({ first }) => first.length > 0)
      .map((office) => ({
        name: office.name,
        distance: office.metres === null ? '' : distanceLabel(office.metres, t),
        first: firstLinks(office, link, t).slice(0, 2),
      })),
    hasOthers: times.others.some(({ first }) => first.length > 0),
    days: days.map(({ day, free }) => ({
      ...dayParts(day, t.lang),
      href: free > 0 || isSame(day, shown) ? link(times.office.id, day) : '',
      current: isSame(day, shown),
      free: free > 0 ? t.count('appointments.free', free) : t('appointments.full'),
    })),
    hasDays: days.length > 0,
    dayTitle: shown ? capitalized(dateInWords(shown, t.lang)) : '',
    ...halves(times, form, t),
    before: around.before
      ? { href: link(times.office.id, around.before), label: shortDateInWords(around.before, t.lang) }
      : null,
    after: around.after
      ? { href: link(times.office.id, around.after), label: shortDateInWords(around.after, t.lang) }
      : null,
    nextFree: times.nextFree
      ? { href: link(times.office.id, times.nextFree), label: dateInWords(times.nextFree, t.lang) }
      : null,
    duration: t.count('appointments.duration', times.office.minutes),
    notice: t.count('appointments.notice-rule', times.office.noticeHours),
    lost: context.lost,
    bookedHref: times.own && times.own.state !== 'held' && !moving ? `/appuntamenti/${times.own.id}` : '',
    backHref: moving
      ? `/appuntamenti/${moving.id}`
      : stepUrl(STEPS.topic, { office: choices.office, comune: choices.comune }),
  };
}

/** The bar of the five steps. @param hrefs of the steps that are done */
export function stepsView(current: number, hrefs: string[], t: Translate) {
  const labels = [1, 2, 3, 4, 5].map((step) => t(`appointments.step-${step}`));
  return {
    progress: t('appointments.progress', { step: current, name: labels[current - 1] ?? '' }),
    items: labels.map((label, index) => ({
      label,
      href: hrefs[index] ?? '',
      done: index + 1 < current,
      current: index + 1 === current,
    })),
  };
}

/** A task has no side menu: one thing to do. */
export function taskHead(title: string, crumb: string, t: Translate) {
  return {
    title,
    description: '',
    crumbs: [...crumbs(t), { label: crumb, href: '' }],
    section: 'appointments',
    menu: false,
  };
}

export function crumbs(t: Translate): Crumb[] {
  return [dashboardCrumb(t), { label: t('appointments.title'), href: '/appuntamenti' }];
}

function officeOption({ office, metres }: NearOffice, chosen: string, t: Translate) {
  const channels = office.channels.map((channel) => t(`offices.channel-${channel}`)).join(', ');
  return {
    value: office.id,
    label: t('appointments.office-at', { name: office.name, distance: distanceLabel(metres, t) }),
    hint: `${office.address}, ${placeLine(office)}. ${channels}.`,
    checked: office.id === chosen,
  };
}

/** Links to a day of an office, for the journey or for moving. */
function dayLinks({ choices, moving }: TimeContext): (office: string, day: Temporal.PlainDate | null) => string {
  if (moving) return (office, day) => stepUrl(`/appuntamenti/${moving.id}/spostamento`, { office, day });
  return (office, day) => stepUrl(STEPS.time, { ...choices, office, day });
}

function firstLinks(
  office: OfficeTimes,
  link: (office: string, day: Temporal.PlainDate | null) => string,
  t: Translate,
) {
  return office.first.map((iso) => {
    const instant = Temporal.Instant.from(iso);
    const day = romeDate(instant);
    return {
      href: link(office.id, day),
      label: t('appointments.day-at', { date: shortDateInWords(day, t.lang), time: timeInWords(instant) }),
    };
  });
}

/** The times of the day shown, before and after lunch; the id of the first is the name of the field. */
function halves(times: Times, form: Form<TimeForm>, t: Translate) {
  const date = times.shown ? dateInWords(times.shown, t.lang) : '';
  const chosen = form.value('orario') || (times.own?.state === 'held' ? String(times.own.slot) : '');
  const spoken = t('appointments.time-of', { date });
  const options = times.free.map((time: FreeTime, index) => {
    const words = timeInWords(time.startAt);
    return {
      id: index === 0 ? 'orario' : `orario-${index}`,
      value: String(time.id),
      spoken,
      time: words,
      checked: String(time.id) === chosen,
      hour: Number(words.slice(0, 2)),
    };
  });
  const groups = [
    { name: t('appointments.morning'), times: options.filter(({ hour }) => hour < 13) },
    { name: t('appointments.afternoon'), times: options.filter(({ hour }) => hour >= 13) },
  ];
  return { halves: groups.filter((group) => group.times.length > 0), hasTimes: options.length > 0 };
}

function timeAnswers(office: OfficeTimes, { choices, moving }: TimeContext, t: Translate): Answer[] {
  const topic = choices.topic ?? '';
  const step = (path: string) => (moving ? '' : path);
  const topicHref = step(stepUrl(STEPS.topic, { office: choices.office, comune: choices.comune }));
  const answers: Answer[] = [
    { label: t('appointments.topic'), value: t(`topics.${topic}`), href: topicHref },
    { label: t('appointments.channel'), value: t(`offices.channel-${choices.channel ?? 'desk'}`), href: topicHref },
    { label: t('appointments.office'), value: office.name, href: step(STEPS.place) },
  ];
  if (!moving) return answers;
  const now = t('appointments.day-at', dateAndTime(moving.row.startAt, t.lang));
  return [{ label: t('appointments.now-booked'), value: `${now}, ${moving.row.officeName}`, href: '' }, ...answers];
}

function isSame(day: Temporal.PlainDate, other: Temporal.PlainDate | null): boolean {
  return other !== null && day.equals(other);
}

export function capitalized(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
