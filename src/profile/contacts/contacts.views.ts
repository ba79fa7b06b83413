import { dateInWords } from '../../common/calendar.js';
import { romeDate } from '../../common/clock.js';
import type { PageModel } from '../../common/pages.js';
import type { Translate } from '../../common/texts.js';
import { countryName } from '../../places/index.js';
import { addressInWords, comuneInWords } from './address.views.js';
import { SLUGS } from './contact-kind.pipe.js';
import { contactInWords, contactsHead } from './contact.views.js';
import {
  addressParts,
  CONTACT_KINDS,
  emailTyped,
  needsCode,
  type CodeKind,
  type ContactKind,
} from './contacts.rules.js';
import type { Overview } from './contacts.service.js';
import { mobileTyped } from './phone-number.js';

interface Row {
  id: string;
  label: string;
  /** '' when nothing was chosen. */
  value: string;
  tag: { label: string; kind: 'ok' | 'error' } | null;
  /** Since when, beside the tag; '' when there is nothing to say. */
  date: string;
  /** That nothing arrives, in a sentence for the top of the page; '' otherwise. */
  bounced: string;
  /** A change under way. */
  pending: { text: string; href: string } | null;
  href: string;
  action: string;
  removeHref: string;
}

/** Everything of /dati/contatti. */
export function contactsPage(t: Translate, overview: Overview): PageModel {
  const title = t('contacts.title');
  const rows = [
    ...CONTACT_KINDS.map((kind) => contactRow(t, kind, overview)),
    addressRow(t, overview),
    residenceRow(t, overview),
  ];
  const { saidAt } = overview.person;
  return {
    page: contactsHead(t, title),
    title,
    bounced: rows
      .filter(({ bounced }) => bounced !== '')
      .map(({ label, bounced, href }) => ({ label, text: bounced, href })),
    rows,
    said: saidRows(t, overview),
    saidWhen: saidAt ? t('profile.said-when', { date: day(saidAt, t) }) : '',
  };
}

function contactRow(t: Translate, kind: ContactKind, { contacts, changes }: Overview): Row {
  const contact = contacts[kind];
  const change = needsCode(kind) ? changes[kind] : undefined;
  const path = `/dati/contatti/${SLUGS[kind]}`;
  return {
    ...row(t, SLUGS[kind], t(`contacts.label-${kind}`), path, contact ? contactInWords(kind, contact.value) : ''),
    ...(contact ? stateOf(t, kind, contact) : {}),
    pending: change
      ? { text: t('contacts.pending', { value: contactInWords(kind, change.value) }), href: `${path}/codice` }
      : null,
  };
}

function stateOf(
  t: Translate,
  kind: ContactKind,
  contact: NonNullable<Overview['contacts'][ContactKind]>,
): Pick<Row, 'tag' | 'date' | 'bounced'> {
  const { bouncedAt, verifiedAt, updatedAt } = contact;
  if (bouncedAt) {
    const bounced = t(`contacts.bounced-${kind as CodeKind}`, { date: day(bouncedAt, t) });
    return { tag: { label: t('contacts.tag-check'), kind: 'error' }, date: '', bounced };
  }
  if (verifiedAt)
    return { tag: { label: t('contacts.tag-confirmed'), kind: 'ok' }, date: day(verifiedAt, t), bounced: '' };
  return { tag: null, date: t('contacts.since', { date: day(updatedAt, t) }), bounced: '' };
}

function addressRow(t: Translate, { address, addressComune }: Overview): Row {
  const value = address ? addressInWords(t, address, addressComune) : '';
  const path = '/dati/contatti/indirizzo';
  const form = address && address.country !== 'IT' ? `${path}/estero` : path;
  const date = address ? t('contacts.since', { date: day(address.updatedAt, t) }) : '';
  return { ...row(t, 'indirizzo', t('contacts.label-address'), path, value), href: form, date };
}

/** It can be changed, not removed: offices are looked for around it. */
function residenceRow(t: Translate, { person, residenceComune }: Overview): Row {
  const { residenceCountry: country, residenceLocality: locality } = person;
  const abroad = country ? `${locality}, ${countryName(country, t.lang)}` : '';
  const value = residenceComune ? comuneInWords(residenceComune) : abroad;
  const href = country ? '/dati/residenza/estero' : '/dati/residenza';
  return { ...row(t, 'residenza', t('contacts.label-residence'), href, value), removeHref: '' };
}

function row(t: Translate, id: string, label: string, path: string, value: string): Row {
  return {
    id,
    label,
    value,
    tag: null,
    date: '',
    bounced: '',
    pending: null,
    href: path,
    action: t(value === '' ? 'contacts.add' : 'contacts.change'),
    removeHref: value === '' ? '' : `${path}/rimozione`,
  };
}

/** What the provider said, each with one press to take it as one's own; '' in `use` where it is chosen already. */
function saidRows(t: Translate, overview: Overview): Record<string, unknown>[] {
  const { saidEmail, saidMobile, saidAddress } = overview.person;
  const email = saidEmail ? saidContact(t, 'email', saidEmail, overview) : null;
  const mobile = saidMobile ? saidContact(t, 'mobile', saidMobile, overview) : null;
  return [email, mobile, saidAddress ? saidPlace(t, saidAddress, overview) : null].filter((one) => one !== null);
}

function saidContact(
  t: Translate,
  kind: CodeKind,
  said: string,
  { contacts, changes }: Overview,
): Record<string, unknown> {
  const typed = kind === 'email' ? emailTyped(said) : mobileTyped(said);
  const value = typed.ok ? typed.value : said;
  const contact = contacts[kind];
  const inUse = contact?.value === value && contact.bouncedAt === null;
  const asked = changes[kind]?.value === value;
  return {
    label: t(`contacts.label-${kind}`),
    value: typed.ok || kind === 'mobile' ? contactInWords(kind, value) : said,
    note: inUse ? t('contacts.said-in-use') : asked ? t('contacts.said-asked') : '',
    use: inUse || asked ? '' : t(`contacts.use-${kind}`),
    action: `/dati/contatti/${SLUGS[kind]}#errori`,
    fields: [
      { name: 'valore', value: said },
      { name: 'versione', value: contact?.version ?? '' },
    ],
  };
}

/** One press when it has the parts of an envelope; else the form opens with the words to be completed. */
function saidPlace(t: Translate, said: string, { address, addressComune }: Overview): Record<string, unknown> {
  const inUse =
    address !== null &&
    addressInWords(t, { ...address, extra: '' }, addressComune).toLowerCase() === said.toLowerCase();
  const { street = said, number = '', postalCode = '', comune = '' } = addressParts(said) ?? {};
  const parts = {
    via: street.slice(0, 120),
    numero: number,
    cap: postalCode,
    comune,
    versione: address?.version ?? '',
  };
  return {
    label: t('contacts.label-address'),
    value: said,
    note: inUse ? t('contacts.said-in-use') : '',
    use: inUse ? '' : t('contacts.use-address'),
    action: '/dati/contatti/indirizzo#errori',
    fields: Object.entries(parts).map(([name, value]) => ({ name, value })),
  };
}

function day(at: Temporal.Instant, t: Translate): string {
  return dateInWords(romeDate(at), t.lang);
}
