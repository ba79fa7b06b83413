import { homeCrumb } from '../../common/heads.js';
import type { Translate } from '../../common/texts.js';
import type { Carried } from './request.js';

/** The codes a person can do something about (messaggi-errore.rst); any other is a fault between machines. */
const PERSON_CODES = { spid: [19, 20, 21, 22, 23, 25, 30], cie: [21, 22, 23, 25], eidas: [21, 22, 23, 25] } as const;

/** A page with one button, for providers that take a form instead of a redirect. */
export function leavePage(t: Translate, carried: Carried & { binding: 'post' }) {
  const title = t('spid.leave-title');
  return {
    page: { title, noindex: true, crumbs: crumbs(t) },
    title,
    text: t('spid.leave-text'),
    action: carried.action,
    fields: fieldsOf(carried),
    button: t('spid.leave-button'),
    back: { label: t('spid.leave-back'), href: '/accedi' },
  };
}

/** The answer broke a rule. The person is told what to do, never which rule: that is in the log, under the reference. */
export function refusedPage(t: Translate, reference: string) {
  return outcomePage(t, 'spid.refused', '/accedi', reference);
}

export function unknownProviderPage(t: Translate, reference: string) {
  return outcomePage(t, 'spid.unknown-provider', '/accedi', reference);
}

/** The provider said no, for a reason of its own. Each federation has its own words where the meaning differs. */
export function declinedPage(
  t: Translate,
  federation: 'spid' | 'cie' | 'eidas',
  declined: { code: number; level: number; returnTo: string },
  reference: string,
) {
  const codes: readonly number[] = PERSON_CODES[federation];
  const which = codes.includes(declined.code) ? `code-${declined.code}` : 'code-other';
  const words = t.has(`${federation}.${which}-title`) ? federation : 'spid';
  const again = `/accedi?ritorno=${encodeURIComponent(declined.returnTo)}`;
  return outcomePage(t, `${words}.${which}`, again, reference, declined.level);
}

export function fieldsOf(carried: { fields: Record<string, string> }): { name: string; value: string }[] {
  return Object.entries(carried.fields).map(([name, value]) => ({ name, value }));
}

/** @param level what was asked for, where the words name it */
function outcomePage(t: Translate, which: string, again: string, reference: string, level = 0) {
  const title = t(`${which}-title`);
  return {
    page: { title, error: true, noindex: true, crumbs: [...crumbs(t), { label: title, href: '' }] },
    title,
    what: t(`${which}-what`, { level }),
    todo: t(`${which}-todo`, { level }),
    again,
    reference,
  };
}

export function crumbs(t: Translate) {
  return [homeCrumb(t), { label: t('spid.sign-in'), href: '/accedi' }];
}
