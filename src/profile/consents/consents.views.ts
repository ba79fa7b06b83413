import { dateAndTime, dateInWords } from '../../common/calendar.js';
import { profileHead } from '../../common/heads.js';
import type { PageModel } from '../../common/pages.js';
import type { Translate } from '../../common/texts.js';
import type { ConsentEventRow } from './consents.repository.js';
import type { ConsentsPage, ConsentState } from './consents.service.js';

export type Refused = 'unknown' | 'replaced' | 'elsewhere';

export interface Seen {
  /** Not the first page of the history. */
  older?: boolean;
  /** Why the last choice was not written. */
  refused?: Refused | null;
  /** Which consent the last choice was about. */
  purpose?: string;
}

export function consentsPage(t: Translate, { states, history, next }: ConsentsPage, seen: Seen): PageModel {
  const title = t('consents.title');
  const { older = false, refused = null, purpose = '' } = seen;
  const about = states.find(({ text }) => text.purpose === purpose);
  return {
    page: { ...profileHead(t, title), error: refused !== null },
    title,
    refused: refused ? t(`consents.${refused}`) : '',
    refusedTitle: about?.text.title ?? '',
    resumed: seen.purpose !== undefined && refused === null,
    older,
    consents: older ? [] : states.map((state) => consentCard(t, state)),
    history: history.map((event) => eventRow(t, event)),
    isEmpty: history.length === 0,
    nextHref: next ? `/dati/consensi?prima=${encodeURIComponent(next)}#storia` : '',
  };
}

export function consentEventPage(t: Translate, event: ConsentEventRow): PageModel {
  const title = t(event.given ? 'consents.event-given' : 'consents.event-withdrawn');
  const { when, iso, channel } = eventRow(t, event);
  return {
    page: profileHead(t, title, [{ label: t('consents.title'), href: '/dati/consensi' }]),
    title,
    when,
    iso,
    channel,
    version: versionOf(t, event),
    session: event.session_id ?? '',
    lang: event.language,
    consentTitle: event.title,
    paragraphs: event.body.split('\n\n'),
  };
}

const TAGS = { given: 'tag-ok', outdated: 'tag-warning', withdrawn: 'tag-muted', never: 'tag-muted' } as const;

function consentCard(t: Translate, { text, last, status }: ConsentState): Record<string, unknown> {
  return {
    id: text.purpose,
    title: text.title,
    tag: t(`consents.status-${status}`),
    tagClass: TAGS[status],
    since: last ? t(`consents.since-${status}`, { ...dateAndTime(last.at, t.lang), version: last.version }) : '',
    sinceHref: last ? `/dati/consensi/${last.id}` : '',
    paragraphs: text.body.split('\n\n'),
    version: versionOf(t, text),
    versionNumber: text.version,
    after: last?.number ?? 0,
    give: status === 'given' ? '' : t(status === 'outdated' ? 'consents.confirm' : 'consents.give'),
    withdraw: status === 'given' || status === 'outdated' ? t('consents.withdraw') : '',
  };
}

function eventRow(t: Translate, event: ConsentEventRow) {
  return {
    href: `/dati/consensi/${event.id}`,
    title: event.title,
    lang: event.language === t.lang ? '' : event.language,
    choice: t(event.given ? 'consents.choice-given' : 'consents.choice-withdrawn'),
    tagClass: event.given ? 'tag-ok' : 'tag-muted',
    iso: event.at.toString(),
    when: t('notifications.at', dateAndTime(event.at, t.lang)),
    channel: t(`consents.channel-${event.channel}`),
    version: t('consents.version-short', { version: event.version }),
  };
}

function versionOf(
  t: Translate,
  { version, published_on: day }: Pick<ConsentEventRow, 'version' | 'published_on'>,
): string {
  return t('consents.version', { version, date: dateInWords(day, t.lang) });
}
