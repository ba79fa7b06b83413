import { domainToUnicode } from 'node:url';
import { formView, type Form } from '../../common/form.js';
import { profileHead } from '../../common/heads.js';
import type { PageHead, PageModel } from '../../common/pages.js';
import type { Translate } from '../../common/texts.js';
import { SLUGS } from './contact-kind.pipe.js';
import type { ContactForm } from './contacts.forms.js';
import type { Contact } from './contacts.repository.js';
import { needsCode, type ContactKind } from './contacts.rules.js';
import { phoneInWords } from './phone-number.js';

const FIELDS = {
  email: { type: 'email', autocomplete: 'email', inputmode: 'email', size: '' },
  mobile: { type: 'tel', autocomplete: 'tel', inputmode: 'tel', size: 'medium' },
  pec: { type: 'email', autocomplete: 'off', inputmode: 'email', size: '' },
  phone: { type: 'tel', autocomplete: 'tel', inputmode: 'tel', size: 'medium' },
} as const;

/** One contact, to be written or changed. */
export function contactPage(
  t: Translate,
  kind: ContactKind,
  form: Form<ContactForm>,
  current: Contact | null,
): PageModel {
  const title = t(`contacts.question-${kind}`);
  // Who is told of a change made meanwhile has seen it: the next press is against what it is now.
  const told = form.errors.some(({ key }) => key === 'contacts.meanwhile');
  return {
    page: contactsHead(t, title),
    title,
    form: formView(form, t),
    action: `/dati/contatti/${SLUGS[kind]}#errori`,
    version: told ? (current?.version ?? '') : form.value('versione'),
    what: t(`contacts.what-${kind}`),
    label: t(`contacts.label-${kind}`),
    hint: t(`contacts.hint-${kind}`),
    button: t(needsCode(kind) ? 'contacts.send-code' : 'contacts.save'),
    field: FIELDS[kind],
    current: current ? t('contacts.current', { value: contactInWords(kind, current.value) }) : '',
    removeHref: current ? `/dati/contatti/${SLUGS[kind]}/rimozione` : '',
  };
}

/** A confirmation is a page: what removing means for what the person receives. */
export function removalPage(t: Translate, kind: ContactKind, current: Contact): PageModel {
  return removal(t, {
    title: t(`contacts.removal-${kind}`),
    value: contactInWords(kind, current.value),
    means: t(`contacts.removal-means-${kind}`),
    slug: SLUGS[kind],
    version: current.version,
  });
}

export interface Removal {
  title: string;
  value: string;
  means: string;
  slug: string;
  version: string;
}

export function removal(t: Translate, { title, value, means, slug, version }: Removal): PageModel {
  return { page: contactsHead(t, title), title, value, means, version, action: `/dati/contatti/${slug}/rimozione` };
}

/** As people write it: the domain in its own letters, the number in groups. */
export function contactInWords(kind: ContactKind, value: string): string {
  if (kind === 'mobile' || kind === 'phone') return phoneInWords(value);
  const [local = '', domain = ''] = value.split('@');
  return `${local}@${domainToUnicode(domain) || domain}`;
}

export function contactsHead(t: Translate, title: string): PageHead {
  const list = { label: t('contacts.title'), href: '/dati/contatti' };
  return profileHead(t, title, title === list.label ? [] : [list]);
}
