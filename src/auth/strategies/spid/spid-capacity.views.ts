import type { Translate } from '../../../common/texts.js';
import type { Provider } from '../../saml/index.js';
import { crumbs } from '../../saml/saml.views.js';

const WORDS = {
  professional: { title: 'spid.professional', text: 'spid.professional-text', per: 'professione' },
  company: { title: 'spid.company', text: 'spid.company-text', per: 'impresa' },
} as const;

/** A button for each provider, with what acting in this capacity means. */
export function capacityPage(
  t: Translate,
  capacity: 'professional' | 'company',
  providers: readonly Provider[],
  returnTo: string,
) {
  const { title: key, text, per } = WORDS[capacity];
  const title = t(key);
  return {
    page: { title, crumbs: [...crumbs(t), { label: title, href: '' }] },
    title,
    text: t(text),
    apart: t('spid.capacity-apart'),
    question: t('spid.providers-title'),
    hint: t('spid.providers-order'),
    unavailable: providers.length === 0 ? t('spid.providers-none') : '',
    buttons: providers.map((provider) => ({
      label: t('spid.enter-with', { provider: provider.name }),
      idp: provider.entityId,
      per,
      returnTo,
    })),
    back: { label: t('spid.capacity-private'), href: `/accedi?ritorno=${encodeURIComponent(returnTo)}` },
  };
}
