import { dateAndTime } from '../../common/calendar.js';
import { staffHead } from '../../common/heads.js';
import type { PageModel } from '../../common/pages.js';
import { RETENTION_RULES, type Period } from '../../common/retention.js';
import type { Translate } from '../../common/texts.js';
import type { Tab } from '../staff-tabs.js';
import type { RunRow } from './retention.repository.js';

export const RETENTION = '/operatore/conservazione';

export function retentionPage(t: Translate, rows: RunRow[], tabs: Tab[], mayTry: boolean): PageModel {
  const title = t('retention.title');
  const [first, ...earlier] = runsOf(rows);
  return {
    page: staffHead(t, title),
    title,
    tabs,
    latest: first ? runView(t, first) : null,
    earlier: earlier.map((run) => summaryOf(t, run)),
    hasEarlier: earlier.length > 0,
    mayTry,
    rules: RETENTION_RULES.map(({ id, table, keep, source, how }) => ({
      what: t(`retention.${id}`),
      table,
      period: t('retention.period-from', { period: periodWords(t, keep), from: t(`retention.${id}-from`) }),
      why: t(`retention.${id}-why`),
      source,
      by: t('sweeper' in how ? 'retention.by-sweeper' : 'retention.by-night'),
    })),
  };
}

/** '24 mesi', '10 anni', '30 giorni': whole years are said as years. */
export function periodWords(t: Translate, keep: Period): string {
  if ('minutes' in keep) return t.count('retention.minutes', keep.minutes);
  if ('hours' in keep) return t.count('retention.hours', keep.hours);
  if ('days' in keep) return t.count('retention.days', keep.days);
  return keep.months >= 36 && keep.months % 12 === 0
    ? t.count('retention.years', keep.months / 12)
    : t.count('retention.months', keep.months);
}

function runsOf(rows: RunRow[]): RunRow[][] {
  return [...Map.groupBy(rows, ({ runId }) => runId).values()];
}

function runView(t: Translate, rows: RunRow[]): Record<string, unknown> {
  const order = new Map(RETENTION_RULES.map(({ id }, index) => [id, index]));
  const sorted = rows.toSorted((a, b) => (order.get(a.rule) ?? 99) - (order.get(b.rule) ?? 99));
  return {
    ...summaryOf(t, rows),
    caption: t(rows[0]!.dryRun ? 'retention.caption-dry' : 'retention.caption'),
    rowsTitle: t(rows[0]!.dryRun ? 'retention.rows-dry' : 'retention.rows'),
    lines: sorted.map(({ rule, beforeAt, rows: count, finishedAt, failure, startedAt }) => ({
      what: t.has(`retention.${rule}`) ? t(`retention.${rule}`) : rule,
      before: dateAndTime(beforeAt, t.lang).date,
      rows: count.toLocaleString(t.lang),
      outcome: outcomeOf(t, finishedAt, failure),
      tag: failure ? 'tag tag-error' : finishedAt ? 'tag tag-ok' : 'tag tag-warning',
      seconds: finishedAt ? t('retention.seconds', { n: secondsBetween(startedAt, finishedAt) }) : '',
    })),
  };
}

function summaryOf(t: Translate, rows: RunRow[]): Record<string, string> {
  const { startedAt, dryRun } = rows[0]!;
  const total = rows.reduce((sum, row) => sum + row.rows, 0);
  const failed = rows.filter(({ failure }) => failure !== null).length;
  const { date, time } = dateAndTime(startedAt, t.lang);
  return {
    iso: startedAt.toString(),
    when: t('notifications.at', { date, time }),
    kind: t(dryRun ? 'retention.dry' : 'retention.real'),
    total: t.count(dryRun ? 'retention.would-go' : 'retention.gone', total),
    failed: failed > 0 ? t.count('retention.failed', failed) : '',
  };
}

function outcomeOf(t: Translate, finishedAt: Temporal.Instant | null, failure: string | null): string {
  if (failure) return t('retention.outcome-failed', { code: failure });
  return t(finishedAt ? 'retention.outcome-done' : 'retention.outcome-cut');
}

function secondsBetween(from: Temporal.Instant, to: Temporal.Instant): string {
  return String(Math.round(from.until(to).total('seconds')));
}
