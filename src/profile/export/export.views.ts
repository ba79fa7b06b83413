import { dateAndTime } from '../../common/calendar.js';
import { profileHead } from '../../common/heads.js';
import type { PageModel } from '../../common/pages.js';
import type { Translate } from '../../common/texts.js';
import { without } from './copy.writer.js';
import type { ExportRow } from './export.repository.js';
import { shownState, sizeInWords } from './export.rules.js';

const PAGE = '/dati/esporta';

/** /dati/esporta: what a copy is, how far the last one is, what can be done now. */
export function exportPage(t: Translate, latest: ExportRow | null, now: Temporal.Instant): PageModel {
  const title = t('export.title');
  const state = latest ? shownState(latest, now) : 'none';
  return {
    page: profileHead(t, title),
    title,
    waiting: latest !== null && (state === 'asked' || state === 'making') ? waitingView(t, latest) : null,
    ready: latest !== null && state === 'ready' ? readyView(t, latest) : null,
    failed: state === 'failed',
    ended: latest !== null && (state === 'expired' || state === 'deleted') ? endedText(t, latest, state) : '',
    canAsk: ['none', 'failed', 'expired', 'deleted'].includes(state),
    askLabel: t(state === 'none' ? 'export.ask' : 'export.ask-again'),
    action: PAGE,
    without: without(t),
  };
}

/** 410: its days are over, or the person deleted it. */
export function goneExportPage(t: Translate): PageModel {
  const title = t('export.gone-title');
  return { page: { ...profileHead(t, title), error: true }, title, href: PAGE };
}

function waitingView(t: Translate, { state, parts_done: done, parts_total: total, asked_at: asked }: ExportRow) {
  const making = state === 'making';
  return {
    tag: t(`export.state-${state}`),
    asked: at(t, asked),
    askedIso: asked.toString(),
    making,
    progress: making ? t('export.progress', { done, total }) : '',
    done: String(done),
    total: String(total),
    href: PAGE,
  };
}

function readyView(t: Translate, copy: ExportRow) {
  return {
    tag: t('export.state-ready'),
    href: `${PAGE}/${copy.id}`,
    size: sizeInWords(copy.bytes, t.lang),
    made: at(t, copy.ready_at!),
    madeIso: copy.ready_at!.toString(),
    until: at(t, copy.expires_at!),
    untilIso: copy.expires_at!.toString(),
    taken: copy.downloaded_at ? at(t, copy.downloaded_at) : '',
    takenIso: copy.downloaded_at?.toString() ?? '',
    discard: `${PAGE}/${copy.id}/eliminazione`,
  };
}

function endedText(t: Translate, copy: ExportRow, state: 'expired' | 'deleted'): string {
  const when = at(t, state === 'expired' ? copy.expires_at! : copy.ended_at!);
  return t(`export.ended-${state}`, { when });
}

function at(t: Translate, instant: Temporal.Instant): string {
  return t('notifications.at', dateAndTime(instant, t.lang));
}
