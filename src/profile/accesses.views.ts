import { deviceName, methodName } from '../auth/index.js';
import { dateAndTime } from '../common/calendar.js';
import type { PageHead } from '../common/pages.js';
import type { Translate } from '../common/texts.js';
import type { AccessRow } from './accesses.repository.js';
import type { AccessPage } from './accesses.service.js';

export function accessesPage(
  t: Translate,
  { rows, next }: AccessPage,
  older: boolean,
): { page: PageHead } & Record<string, unknown> {
  const title = t('accesses.title');
  const crumbs = [
    { label: t('dashboard.title'), href: '/bacheca' },
    { label: t('accesses.profile'), href: '/dati' },
    { label: title, href: '' },
  ];
  return {
    page: { title, section: 'profile', menu: true, crumbs },
    title,
    rows: rows.map((row) => accessItem(t, row)),
    isEmpty: rows.length === 0,
    older,
    nextHref: next ? `/dati/accessi?prima=${encodeURIComponent(next)}` : '',
  };
}

function accessItem(t: Translate, { at, action, details }: AccessRow): Record<string, string> {
  const { date, time } = dateAndTime(at, t.lang);
  return {
    iso: at.toString(),
    when: t('notifications.at', { date, time }),
    what: t(`accesses.what-${kindOf(action, details)}`, { method: methodName(t, details.method, details.level) }),
    device: details.device === undefined ? '' : deviceName(t, details.device),
  };
}

const ENDS = ['out', 'elsewhere', 'everywhere', 'replaced'];

/** Which text tells what happened: 'start', 'end-elsewhere', 'refused'. */
function kindOf(action: string, details: Record<string, unknown>): string {
  const kind = action.replace(/^session\./, '');
  if (kind !== 'end') return kind;
  if (details.by === 'provider') return 'end-provider';
  return `end-${ENDS.find((how) => how === details.how) ?? 'out'}`;
}
