import { dateAndTime, dateInWords } from '../../common/calendar.js';
import { staffHead } from '../../common/heads.js';
import type { Crumb, PageModel } from '../../common/pages.js';
import type { Translate } from '../../common/texts.js';
import {
  daysLate,
  extension,
  rightAnswers,
  rightStateTag,
  type DeskPage,
  type DeskRequest,
  type Listed,
  type Person,
  type RightEvent,
} from '../../contact/index.js';
import type { Tab } from '../staff-tabs.js';
import { DESK, FILTERS, type Filter } from './desk.rules.js';

interface Shown {
  filter: Filter;
  tabs: Tab[];
  /** Whether this is a page after the first. */
  later: boolean;
  me: string;
}

export function deskPage(t: Translate, page: DeskPage, { filter, tabs, later, me }: Shown): PageModel {
  const title = t('desk.title');
  const href = `${DESK}?stato=${filter.name}`;
  return {
    page: staffHead(t, title),
    title,
    tabs,
    figures: [
      { value: String(page.open), label: t.count('desk.open-label', page.open) },
      { value: String(page.late), label: t.count('desk.late-label', page.late) },
    ],
    filters: FILTERS.map(({ name }) => ({
      label: t(`desk.filter-${name}`),
      href: `${DESK}?stato=${name}`,
      current: name === filter.name,
    })),
    caption: t('desk.caption', { filter: t(`desk.filter-${filter.name}`) }),
    rows: page.rows.map((row) => rowOf(t, row, page.today, me)),
    isEmpty: page.rows.length === 0,
    firstHref: later ? href : '',
    nextHref: page.next ? `${href}&dopo=${encodeURIComponent(page.next)}` : '',
  };
}

export function deskRequestPage(t: Translate, { request, events, person, today }: DeskRequest, me: string): PageModel {
  const title = t('desk.request-title', { protocol: request.protocol });
  const open = request.closedAt === null;
  const href = `${DESK}/${request.protocol}`;
  const mine = request.takenBy === me;
  return {
    page: { ...staffHead(t, request.protocol, [deskCrumb(t)]), title },
    title,
    state: rightStateTag(t, request.state),
    kind: t(`rights.kind-long-${request.kind}`),
    received: dateAndTime(request.receivedAt, t.lang).date,
    due: dateInWords(request.dueOn, t.lang),
    late: open ? lateWords(t, request.dueOn, today) : '',
    charge: chargeWords(t, request.takenBy, me),
    version: String(request.version),
    takeAction: open && !mine ? `${href}/presa-in-carico` : '',
    takeLabel: t(request.state === 'received' ? 'desk.take' : 'desk.take-over'),
    decideHref: open && request.state !== 'received' ? `${href}/decisione` : '',
    extendHref: isExtendable({ request, today }) ? `${href}/proroga` : '',
    person: personLines(t, person),
    answers: rightAnswers(t, request),
    reason: request.outcomeReason ?? '',
    steps: events.map((event) => stepOf(t, event, me)),
  };
}

/** Whether two months more can still be taken. */
export function isExtendable({ request, today }: Pick<DeskRequest, 'request' | 'today'>): boolean {
  return extension(request.state, request.extendedAt !== null, request.firstDueOn, today).ok;
}

export function deskCrumb(t: Translate): Crumb {
  return { label: t('desk.title'), href: DESK };
}

function rowOf(
  t: Translate,
  { protocol, kind, state, receivedAt, dueOn, takenBy }: Listed,
  today: Temporal.PlainDate,
  me: string,
): Record<string, unknown> {
  const open = ['received', 'working', 'extended'].includes(state);
  return {
    href: `${DESK}/${protocol}`,
    protocol,
    kind: t(`rights.kind-${kind}`),
    state: rightStateTag(t, state),
    received: dateAndTime(receivedAt, t.lang).date,
    dueIso: dueOn.toString(),
    due: dateInWords(dueOn, t.lang),
    late: open ? lateWords(t, dueOn, today) : '',
    charge: chargeWords(t, takenBy, me),
  };
}

/** Lateness in words: never a colour alone. */
function lateWords(t: Translate, dueOn: Temporal.PlainDate, today: Temporal.PlainDate): string {
  const days = daysLate(dueOn, today);
  if (days > 0) return t.count('desk.late', days);
  return dueOn.equals(today) ? t('desk.due-today') : '';
}

/** A colleague is not named: who answers does not need to know who else does. */
function chargeWords(t: Translate, takenBy: string | null, me: string): string {
  if (takenBy === null) return t('desk.charge-nobody');
  return t(takenBy === me ? 'desk.charge-you' : 'desk.charge-other');
}

function personLines(t: Translate, person: Person | null): { label: string; value: string }[] {
  if (!person) return [{ label: t('desk.person-name'), value: t('desk.person-gone') }];
  const lines = [
    { label: t('desk.person-name'), value: `${person.name} ${person.family_name}` },
    { label: t('desk.person-code'), value: person.fiscal_code ?? '' },
    { label: t('desk.person-born'), value: person.born_on ? dateInWords(person.born_on, t.lang) : '' },
    { label: t('desk.person-address'), value: person.said_address ?? '' },
    { label: t('desk.person-municipality'), value: person.said_municipality ?? '' },
    { label: t('desk.person-corrected'), value: person.corrected.map((field) => t(`desk.field-${field}`)).join(', ') },
  ];
  return lines.filter(({ value }) => value !== '');
}

function stepOf(t: Translate, { at, what, actorKind, actor, note }: RightEvent, me: string): Record<string, string> {
  const { date, time } = dateAndTime(at, t.lang);
  const by = actorKind === 'staff' ? t(actor === me ? 'desk.by-you' : 'desk.by-other') : t(`desk.by-${actorKind}`);
  return {
    iso: at.toString(),
    when: t('notifications.at', { date, time }),
    what: t(`desk.step-${what}`),
    by,
    note,
    mark: what === 'rejected' ? 'failed' : 'done',
  };
}
