import { homeCrumb } from '../../../common/heads.js';
import type { Translate } from '../../../common/texts.js';
import { fieldsOf } from '../../saml/saml.views.js';
import type { Leaving } from './logout-at-provider.js';

/** After "Esci": the portal's session is over; the provider may still keep its own. */
export function leftPage(t: Translate, { providerName, carried }: Leaving) {
  const title = t('spid.left-title');
  return {
    page: { title, noindex: true, crumbs: [homeCrumb(t)] },
    title,
    text: t('spid.left-text'),
    further: t('spid.left-further', { provider: providerName }),
    button: t('spid.left-button', { provider: providerName }),
    link: carried.binding === 'redirect' ? carried.url : '',
    action: carried.binding === 'post' ? carried.action : '',
    fields: carried.binding === 'post' ? fieldsOf(carried) : [],
    home: t('spid.left-home'),
  };
}

/** The provider has answered, or has ended the session itself. */
export function loggedOutPage(t: Translate, done: boolean) {
  const title = t('spid.left-title');
  return {
    page: { title, noindex: true, crumbs: [homeCrumb(t)] },
    title,
    text: done ? t('spid.logged-out') : t('spid.logged-out-partly'),
    home: t('spid.left-home'),
  };
}

/** A logout message that broke a rule: nothing was ended. */
export function logoutRefusedPage(t: Translate, reference: string) {
  const title = t('spid.logout-refused-title');
  return {
    page: {
      title,
      error: true,
      noindex: true,
      crumbs: [homeCrumb(t), { label: title, href: '' }],
    },
    title,
    what: t('spid.logout-refused-what'),
    todo: t('spid.logout-refused-todo'),
    again: '/accedi',
    reference,
  };
}
