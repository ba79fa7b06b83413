import { dateInWords } from '../../common/calendar.js';
import { homeCrumb, staffHead } from '../../common/heads.js';
import type { PageModel } from '../../common/pages.js';
import type { StaffPage } from '../../common/staff-pages.js';
import type { Translate } from '../../common/texts.js';
import type { Institute } from '../../config.js';
import { CURRENT_NOTICE, PRIVACY_NOTICES } from './notices/index.js';
import {
  PERIOD_UNITS,
  type PrivacyNotice,
  type PrivacySection,
  type PrivacyTexts,
  type ProcessingActivity,
} from './privacy-notice.js';

/** A piece of a paragraph: words, a link, or words that are Italian whatever the language of the page. */
export interface Piece {
  text: string;
  href: string;
  lang: string;
}

/** The notice as everybody reads it: the one in force, or a former one. */
export function privacyPage(t: Translate, notice: PrivacyNotice, institute: Institute): PageModel {
  const texts = notice.texts[t.lang];
  const former = notice !== CURRENT_NOTICE;
  const first = homeCrumb(t);
  const crumbs = former
    ? [first, ...above(t), { label: t('privacy.version-crumb', { version: notice.version }), href: '' }]
    : [first, { label: t('privacy.crumb'), href: '' }];
  const title = former ? t('privacy.former-title', { title: texts.title, version: notice.version }) : texts.title;
  return {
    page: { title, description: former ? '' : texts.lead, noindex: former, crumbs },
    title,
    lead: texts.lead,
    former,
    version: versionLine(t, notice),
    before: texts.before.map((section) => sectionView(section, institute, t.lang)),
    after: texts.after.map((section) => sectionView(section, institute, t.lang)),
    // The articles of law are listed once below the table.
    activities: notice.activities.map((activity) => ({
      ...activityView(texts, activity),
      basis: capital(activity.basis.map((name) => (texts.basis[name] ?? name).replace(/ \(.*/, '')).join('; ')),
    })),
    detailed: notice.activities.some(({ basis }) => basis.length > 0),
  };
}

export function privacyVersionsPage(t: Translate): PageModel {
  const title = t('privacy.versions-title');
  return {
    page: {
      title,
      crumbs: [homeCrumb(t), ...above(t).slice(0, 1), { label: title, href: '' }],
    },
    title,
    versions: PRIVACY_NOTICES.toReversed().map((notice) => ({
      href: notice === CURRENT_NOTICE ? '/privacy' : `/privacy/versioni/${notice.version}`,
      label: versionLine(t, notice),
      current: notice === CURRENT_NOTICE,
    })),
  };
}

const REGISTER = '/operatore/trattamenti';

/** The register of processing (GDPR art. 30), for the staff who keep it. */
export function registerPage(t: Translate, institute: Institute, staffPages: readonly StaffPage[]): PageModel {
  const title = t('privacy.register-title');
  const texts = CURRENT_NOTICE.texts[t.lang];
  return {
    page: staffHead(t, title),
    title,
    tabs: staffPages.map(({ textKey, href }) => ({ label: t(textKey), href, current: href === REGISTER })),
    version: versionLine(t, CURRENT_NOTICE),
    controller: `${institute.fullName}, ${institute.address}, ${institute.email}`,
    officer: institute.privacyEmail,
    measures: texts.measures,
    activities: CURRENT_NOTICE.activities.map((activity) => activityView(texts, activity)),
  };
}

/** The register as a spreadsheet reads it; commas in quotes, a mark so that accents survive. */
export function registerCsv(t: Translate, institute: Institute): string {
  const texts = CURRENT_NOTICE.texts[t.lang];
  const columns = ['name', 'purpose', 'basis', 'subjects', 'data', 'recipients', 'time', 'tables'] as const;
  const head = columns.map((column) => t(`privacy.register-${column}`));
  const shared = [
    [t('privacy.register-controller'), `${institute.fullName}, ${institute.address}`],
    [t('privacy.register-officer'), institute.privacyEmail],
    [t('privacy.register-transfers'), t('privacy.register-no-transfers')],
    [t('privacy.register-measures'), texts.measures.join('; ')],
    [t('privacy.register-version'), versionLine(t, CURRENT_NOTICE)],
  ];
  const rows = CURRENT_NOTICE.activities.map((activity) => {
    const view = activityView(texts, activity);
    return columns.map((column) => view[column]);
  });
  return `\uFEFF${[...shared, [], head, ...rows].map(csvLine).join('\r\n')}\r\n`;
}

type ActivityView = Record<
  'id' | 'name' | 'data' | 'purpose' | 'time' | 'basis' | 'recipients' | 'subjects' | 'tables',
  string
>;

function activityView(texts: PrivacyTexts, activity: ProcessingActivity): ActivityView {
  const { name, data, purpose, time } = texts.activities[activity.id]!;
  const named = (names: readonly string[], words: Readonly<Record<string, string>>) =>
    names.map((one) => words[one] ?? one).join('; ');
  return {
    id: activity.id,
    name,
    data,
    purpose,
    time: PERIOD_UNITS.reduce((text, unit) => text.replaceAll(`{${unit}}`, String(activity.keep?.[unit] ?? 0)), time),
    basis: capital(named(activity.basis, texts.basis)),
    recipients: capital(named(activity.recipients, texts.recipients)),
    subjects: capital(named(activity.subjects, texts.subjects)),
    tables: activity.tables.join(', '),
  };
}

/** What stands alone in a cell begins like a sentence; the words of a published notice stay as they are. */
function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function sectionView({ id, title, paragraphs, list }: PrivacySection, institute: Institute, lang: string) {
  return { id, title, paragraphs: paragraphs.map((text) => ({ pieces: pieces(text, institute, lang) })), list };
}

const MARKS = /(\{institute\}|\[[^\]]+\]\([^)]+\))/;
const LINK = /^\[([^\]|]+)(\|it)?\]\(([^)]+)\)$/;

/** A paragraph of the notice in pieces, with the names and addresses of the institute filled in. */
export function pieces(paragraph: string, institute: Institute, lang: string): Piece[] {
  const filled = paragraph
    .replaceAll('{address}', institute.address)
    .replaceAll('{email}', institute.email)
    .replaceAll('{privacyEmail}', institute.privacyEmail);
  const italian = lang === 'it' ? '' : 'it';
  return filled
    .split(MARKS)
    .filter((part) => part !== '')
    .map((part) => {
      if (part === '{institute}') return { text: institute.fullName, href: '', lang: italian };
      const [, text, mark, href] = LINK.exec(part) ?? [];
      return text && href ? { text, href, lang: mark ? italian : '' } : { text: part, href: '', lang: '' };
    });
}

function versionLine(t: Translate, { version, publishedOn }: PrivacyNotice): string {
  return t('privacy.version', { version, date: dateInWords(Temporal.PlainDate.from(publishedOn), t.lang) });
}

function above(t: Translate): { label: string; href: string }[] {
  return [
    { label: t('privacy.crumb'), href: '/privacy' },
    { label: t('privacy.versions-title'), href: '/privacy/versioni' },
  ];
}

/** A cell that a spreadsheet would read as a formula is none of ours; quotes are doubled (RFC 4180). */
function csvLine(cells: readonly string[]): string {
  return cells.map((cell) => `"${cell.replaceAll('"', '""')}"`).join(',');
}
