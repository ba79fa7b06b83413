import { deviceName, methodName } from '../auth/index.js';
import type { Acting } from '../common/acting.js';
import { dateAndTime } from '../common/calendar.js';
import { formView, type Form } from '../common/form.js';
import { profileHead } from '../common/heads.js';
import type { PageModel } from '../common/pages.js';
import { RETENTION_MONTHS } from '../common/retention.js';
import type { Translate } from '../common/texts.js';
import type { AccessesForm } from './accesses.forms.js';
import type { AccessRow } from './accesses.repository.js';
import { WHAT, WHO, type AccessFilter } from './accesses.rules.js';
import type { AccessPage } from './accesses.service.js';

export interface Shown {
  form: Form<AccessesForm>;
  filter: AccessFilter;
  /** Null when the form cannot be followed. */
  found: AccessPage | null;
  /** Not the first page. */
  older: boolean;
  acting: Acting;
}

export function accessesPage(t: Translate, { form, filter, found, older, acting }: Shown): PageModel {
  const title = t('accesses.title');
  const filtered = Object.values(filter).some((one) => one !== null);
  return {
    page: { ...profileHead(t, title), error: form.errors.length > 0 },
    title,
    form: formView(form, t),
    whoOptions: options(t, 'who', WHO, form.value('chi')),
    whatOptions: options(t, 'kind', WHAT, form.value('cosa')),
    open: filtered || form.errors.length > 0,
    filtered,
    rows: found ? found.rows.map((row) => accessItem(t, row, found, acting)) : [],
    hasRows: found !== null && found.rows.length > 0,
    isEmpty: found !== null && found.rows.length === 0 && !older,
    isEnd: found !== null && found.rows.length === 0 && older,
    older,
    firstHref: href(form, null),
    nextHref: found?.next ? href(form, found.next) : '',
    kept: t('accesses.kept', { months: RETENTION_MONTHS.accesses }),
  };
}

function options(t: Translate, family: string, codes: Readonly<Record<string, string>>, chosen: string): object[] {
  const all = { value: '', label: t(`accesses.${family}-all`), selected: !Object.hasOwn(codes, chosen) };
  const each = Object.entries(codes).map(([value, code]) => ({
    value,
    label: t(`accesses.${family}-${code}`),
    selected: value === chosen,
  }));
  return [all, ...each];
}

/** The same filter on another page: only what was filled in. */
function href(form: Form<AccessesForm>, before: string | null): string {
  const query = new URLSearchParams();
  for (const field of form.fields) if (form.value(field)) query.set(field, form.value(field));
  if (before) query.set('prima', before);
  return query.size > 0 ? `/dati/accessi?${query}` : '/dati/accessi';
}

function accessItem(t: Translate, row: AccessRow, page: AccessPage, acting: Acting): Record<string, string> {
  const { at, details } = row;
  const { date, time } = dateAndTime(at, t.lang);
  return {
    iso: at.toString(),
    when: t('notifications.at', { date, time }),
    who: whoIn(t, row, page, acting),
    what: whatIn(t, row),
    device: details.device === undefined ? '' : deviceName(t, details.device),
    why: t(`accesses.purpose-${row.purpose}`),
  };
}

/** Of the staff the office is told, not the person: who it was the institute answers for (Court of Justice, C-579/21). */
export function whoIn(
  t: Translate,
  { who, actor, office, kind }: Pick<AccessRow, 'who' | 'actor' | 'office' | 'kind'>,
  page: Pick<AccessPage, 'delegates' | 'offices'>,
  acting: Acting,
): string {
  if (who === 'self') return t(kind === 'session' ? 'accesses.by-credentials' : 'accesses.by-you');
  if (who === 'delegate' && actor === acting.by) return t('accesses.by-you-delegate');
  if (who === 'delegate') {
    const name = page.delegates.get(actor);
    return name ? t('accesses.by-delegate-named', { name }) : t('accesses.by-delegate');
  }
  if (who === 'staff') {
    const name = page.offices.get(office ?? '');
    return name ? t('accesses.by-office', { office: name }) : t('accesses.by-staff');
  }
  const key = `accesses.by-system-${actor}`;
  return t(t.has(key) ? key : 'accesses.by-system');
}

/** A newer process may have recorded an action whose text this one does not know yet. */
export function whatIn(t: Translate, { action, details }: Pick<AccessRow, 'action' | 'details'>): string {
  if (action.startsWith('session.') && t.has(`accesses.what-${eventOf(action, details)}`))
    return t(`accesses.what-${eventOf(action, details)}`, { method: methodName(t, details.method, details.level) });
  const key = `accesses.action-${action.replaceAll('.', '-')}`;
  return t.has(key) ? t(key) : t('accesses.action-unnamed');
}

const ENDS = ['out', 'elsewhere', 'everywhere', 'replaced'];

/** Which text tells what happened to a session: 'start', 'end-elsewhere', 'refused'. */
function eventOf(action: string, details: Record<string, unknown>): string {
  const event = action.replace(/^session\./, '');
  if (event !== 'end') return event;
  if (details.by === 'provider') return 'end-provider';
  return `end-${ENDS.find((how) => how === details.how) ?? 'out'}`;
}
