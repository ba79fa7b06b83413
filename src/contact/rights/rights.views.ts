import { dateAndTime, dateInWords } from '../../common/calendar.js';
import { profileHead } from '../../common/heads.js';
import type { Crumb, PageModel } from '../../common/pages.js';
import type { Translate } from '../../common/texts.js';
import type { ErasedPart, Marks, RightEvent, RightRequest } from './rights.repository.js';
import { ERASED_AFTER, isOpen, KINDS, slugOf, type State } from './rights.rules.js';
import type { WithSteps } from './rights.service.js';

interface Line {
  label: string;
  value: string;
}

export function rightsPage(t: Translate, { marks, requests }: { marks: Marks; requests: RightRequest[] }): PageModel {
  const title = t('rights.title');
  return {
    page: profileHead(t, title),
    title,
    marks: markNotes(t, marks),
    requests: requests.map((request) => ({
      href: hrefOf(request),
      label: t(`rights.kind-${request.kind}`),
      protocol: request.protocol,
      iso: request.receivedAt.toString(),
      received: dayOf(t, request.receivedAt),
      state: stateTag(t, request.state),
      due: isOpen(request.state) ? t('rights.answer-by', { day: dateInWords(request.dueOn, t.lang) }) : '',
    })),
    hasRequests: requests.length > 0,
    kinds: KINDS.map((kind) => ({
      title: t(`rights.kind-${kind}`),
      what: t(`rights.what-${kind}`),
      href: `/dati/diritti/nuova/${slugOf(kind)}`,
      link: t(`rights.ask-${kind}`),
    })),
  };
}

export function requestPage(t: Translate, { request, events }: WithSteps, today: Temporal.PlainDate): PageModel {
  const title = t(`rights.kind-${request.kind}`);
  const open = isOpen(request.state);
  const late = open && Temporal.PlainDate.compare(request.dueOn, today) < 0;
  const href = hrefOf(request);
  return {
    page: profileHead(t, title, [rightsCrumb(t)]),
    title,
    protocol: request.protocol,
    state: stateTag(t, request.state),
    lead: leadOf(t, request),
    late: late ? t('rights.late') : '',
    reason: request.outcomeReason ?? '',
    erasure: erasureNote(t, request),
    report: reportOf(t, events),
    steps: events.map((event) => stepOf(t, event)),
    answers: answersOf(t, request),
    receiptHref: `${href}/ricevuta`,
    withdrawHref: open ? `${href}/ritiro` : '',
    canComplain: ['rejected', 'partly'].includes(request.state) || late,
  };
}

/** What was asked and when it came, for the person to keep. */
export function receiptPage(t: Translate, { request }: WithSteps, name: string): PageModel {
  const title = t('rights.receipt-title');
  const asked = { label: t(`rights.kind-${request.kind}`), href: hrefOf(request) };
  const { date, time } = dateAndTime(request.receivedAt, t.lang);
  return {
    page: { ...profileHead(t, title, [rightsCrumb(t), asked]), menu: false },
    title,
    protocol: request.protocol,
    lines: [
      { label: t('rights.receipt-from'), value: name },
      { label: t('rights.receipt-received'), value: t('notifications.at', { date, time }) },
      { label: t('rights.receipt-right'), value: t(`rights.kind-long-${request.kind}`) },
      ...answersOf(t, request),
      { label: t('rights.receipt-due'), value: dateInWords(request.dueOn, t.lang) },
    ],
    backHref: hrefOf(request),
  };
}

export function withdrawPage(t: Translate, request: RightRequest): PageModel {
  const title = t('rights.withdraw-title');
  const asked = { label: t(`rights.kind-${request.kind}`), href: hrefOf(request) };
  return {
    page: { ...profileHead(t, title, [rightsCrumb(t), asked]), menu: false },
    title,
    protocol: request.protocol,
    kind: asked.label,
    action: `${asked.href}/ritiro`,
    backHref: asked.href,
  };
}

export function rightsCrumb(t: Translate): Crumb {
  return { label: t('rights.title'), href: '/dati/diritti' };
}

export function hrefOf({ protocol }: Pick<RightRequest, 'protocol'>): string {
  return `/dati/diritti/richieste/${protocol}`;
}

const TAGS: Readonly<Record<State, string>> = {
  received: '',
  working: '',
  extended: 'tag-warning',
  accepted: 'tag-ok',
  partly: 'tag-ok',
  rejected: 'tag-error',
  withdrawn: 'tag-muted',
};

/** The state in a word, with the class of its tag. */
export function stateTag(t: Translate, state: State): { label: string; tag: string } {
  return { label: t(`rights.state-${state}`), tag: `tag ${TAGS[state]}`.trim() };
}

/** What the person wrote, as lines of label and value. */
export function answersOf(t: Translate, request: RightRequest): Line[] {
  const { concerns, currentValue, rightValue, message } = request;
  const lines = [
    { label: t('rights.data'), value: concerns.map((one) => t(`rights.data-${one}`)).join(', ') },
    { label: t('rights.current'), value: currentValue },
    { label: t('rights.right'), value: rightValue },
    { label: t('rights.message'), value: message },
  ];
  return lines.filter(({ value }) => value !== '');
}

function leadOf(t: Translate, { state, dueOn, closedAt }: RightRequest): string {
  if (isOpen(state)) return t('rights.lead-open', { day: dateInWords(dueOn, t.lang) });
  return t(`rights.lead-${state}`, { day: closedAt ? dayOf(t, closedAt) : '' });
}

/** When the data goes, while it is still there. */
function erasureNote(t: Translate, { kind, state, closedAt, erasedAt }: RightRequest): string {
  if (kind !== 'erasure' || !closedAt || erasedAt || (state !== 'accepted' && state !== 'partly')) return '';
  const { date, time } = dateAndTime(closedAt.add(ERASED_AFTER), t.lang);
  return t('rights.erasure-ahead', { date, time });
}

function reportOf(t: Translate, events: RightEvent[]): (Line & { kept: string })[] {
  const parts: ErasedPart[] = events.find(({ what }) => what === 'executed')?.details.parts ?? [];
  return parts.map(({ titleKey, deleted, kept, keptKey }) => ({
    label: t.has(titleKey) ? t(titleKey) : titleKey,
    value: deleted > 0 || kept === 0 ? t.count('rights.deleted', deleted) : '',
    kept: keptWords(t, kept, keptKey),
  }));
}

function keptWords(t: Translate, kept: number, keptKey: string): string {
  const why = keptKey !== '' && t.has(keptKey) ? t(keptKey) : '';
  return kept > 0 ? `${t.count('rights.kept', kept)} ${why}`.trim() : why;
}

function stepOf(t: Translate, { at, what, note }: RightEvent): Record<string, string> {
  const { date, time } = dateAndTime(at, t.lang);
  return {
    iso: at.toString(),
    when: t('notifications.at', { date, time }),
    what: t(`rights.step-${what}`),
    note,
    mark: what === 'rejected' ? 'failed' : 'done',
  };
}

function markNotes(
  t: Translate,
  { restrictedAt, restrictedBy, objectedAt, objectedBy }: Marks,
): Record<string, string>[] {
  const marks = [
    { which: 'restriction', at: restrictedAt, by: restrictedBy, slug: 'limitazione' },
    { which: 'objection', at: objectedAt, by: objectedBy, slug: 'opposizione' },
  ];
  return marks.flatMap(({ which, at, by, slug }) =>
    at && by
      ? [
          {
            text: t(`rights.mark-${which}`, { day: dayOf(t, at), protocol: by }),
            label: t(`rights.mark-${which}-title`),
            action: `/dati/diritti/segni/${slug}/fine`,
            button: t(`rights.mark-${which}-end`),
          },
        ]
      : [],
  );
}

function dayOf(t: Translate, at: Temporal.Instant): string {
  return dateAndTime(at, t.lang).date;
}
