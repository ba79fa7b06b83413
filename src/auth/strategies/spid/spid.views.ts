import type { Translate } from '../../../common/texts.js';
import type { Provider, Carried } from '../../saml/index.js';

/** The codes a person can do something about (messaggi-errore.rst); any other is a fault between machines. */
const PERSON_CODES = [19, 20, 21, 22, 23, 25, 30];

export interface SignInChoice {
  readonly providers: readonly Provider[];
  readonly returnTo: string;
  readonly expired: boolean;
}

/** /accedi: how to enter, the providers in the order given. */
export function signInPage(t: Translate, choice: SignInChoice) {
  return {
    page: { title: t('spid.sign-in-title'), description: t('spid.sign-in-description'), crumbs: crumbs(t) },
    expired: choice.expired,
    returnTo: choice.returnTo,
    hasProviders: choice.providers.length > 0,
    providers: choice.providers.map((provider) => ({ entityId: provider.entityId, label: t('spid.enter-with', { provider: provider.name }) })),
  };
}

/** A page with one button, for providers that take a form instead of a redirect. */
export function leavePage(t: Translate, carried: Carried & { binding: 'post' }) {
  return {
    page: { title: t('spid.leave-title'), noindex: true, crumbs: crumbs(t) },
    action: carried.action,
    fields: Object.entries(carried.fields).map(([name, value]) => ({ name, value })),
  };
}

/** The answer broke a rule. The person is told what to do, never which rule: that is in the log, under the reference. */
export function refusedPage(t: Translate, reference: string) {
  return outcomePage(t, 'refused', '/accedi', reference);
}

export function unknownProviderPage(t: Translate, reference: string) {
  return outcomePage(t, 'unknown-provider', '/accedi', reference);
}

/** The provider said no, for a reason of its own. */
export function declinedPage(t: Translate, declined: { code: number; returnTo: string }, reference: string) {
  const which = PERSON_CODES.includes(declined.code) ? `code-${declined.code}` : 'code-other';
  return outcomePage(t, which, `/accedi?ritorno=${encodeURIComponent(declined.returnTo)}`, reference);
}

function outcomePage(t: Translate, which: string, again: string, reference: string) {
  const title = t(`spid.${which}-title`);
  return {
    page: { title, error: true, noindex: true, crumbs: [{ label: t('spid.home'), href: '/' }, { label: t('spid.sign-in'), href: '/accedi' }, { label: title, href: '' }] },
    title,
    what: t(`spid.${which}-what`),
    todo: t(`spid.${which}-todo`),
    again,
    reference,
  };
}

function crumbs(t: Translate) {
  return [
    { label: t('spid.home'), href: '/' },
    { label: t('spid.sign-in'), href: '/accedi' },
  ];
}
