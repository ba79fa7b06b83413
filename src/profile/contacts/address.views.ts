import { Form, formView } from '../../common/form.js';
import type { PageModel } from '../../common/pages.js';
import type { Translate } from '../../common/texts.js';
import { countriesAbroad, countryName, type Comune } from '../../places/index.js';
import type { AddressKnown } from './addresses.service.js';
import type { KnownAddress } from './addresses.repository.js';
import { contactsHead, removal } from './contact.views.js';
import { AddressAbroadForm, AddressForm } from './contacts.forms.js';

const MEANWHILE = 'contacts.address-meanwhile';

/** The form in Italy as it stands: what is known. */
export function addressForm({ address, comune }: AddressKnown): Form<AddressForm> {
  const versione = address?.version ?? '';
  if (!address || !comune) return Form.empty(AddressForm, { versione });
  const { street: via, number: numero, extra: altro, postalCode: cap } = address;
  return Form.empty(AddressForm, { via, numero, altro, cap, comune: comuneInWords(comune), versione });
}

export function abroadForm({ address }: AddressKnown): Form<AddressAbroadForm> {
  const versione = address?.version ?? '';
  if (!address || address.country === 'IT') return Form.empty(AddressAbroadForm, { versione });
  const { country: paese, street: via, extra: altro, postalCode: codice, locality: citta, region: regione } = address;
  return Form.empty(AddressAbroadForm, { paese, via, altro, codice, citta, regione, versione });
}

/** @param suggestions what the name of the comune may have meant: each sends the whole form again with that one */
export function addressPage(
  t: Translate,
  form: Form<AddressForm>,
  known: AddressKnown,
  suggestions: Comune[],
): PageModel {
  return {
    ...common(t, form, known),
    suggestions: suggestions.map((comune) => ({
      label: comuneInWords(comune),
      fields: [
        ...(['via', 'numero', 'altro', 'cap', 'versione'] as const).map((name) => ({ name, value: form.value(name) })),
        { name: 'comune', value: comune.istat },
      ],
    })),
  };
}

export function abroadPage(t: Translate, form: Form<AddressAbroadForm>, known: AddressKnown): PageModel {
  return { ...common(t, form, known), countries: countryOptions(t, form.value('paese')) };
}

/** For a select: the countries in the language of the page, one of them chosen. */
export function countryOptions(t: Translate, chosen: string): { code: string; name: string; selected: boolean }[] {
  return countriesAbroad(t.lang).map(({ code, name }) => ({ code, name, selected: code === chosen }));
}

export function addressRemovalPage(t: Translate, { address, comune }: AddressKnown): PageModel {
  return removal(t, {
    title: t('contacts.removal-address'),
    value: address ? addressInWords(t, address, comune) : '',
    means: t('contacts.removal-means-address'),
    slug: 'indirizzo',
    version: address?.version ?? '',
  });
}

/** 'Via Roma 1, scala B, 00185 Roma (RM)'; abroad the country at the end. */
export function addressInWords(t: Translate, address: KnownAddress, comune: Comune | null): string {
  const { street, number, extra, postalCode, locality, region, country } = address;
  const line = [street, number].filter(Boolean).join(' ');
  const place = [postalCode, comune ? comuneInWords(comune) : locality].filter(Boolean).join(' ');
  const abroad = country === 'IT' ? [] : [region, countryName(country, t.lang)];
  return [line, extra, place, ...abroad].filter(Boolean).join(', ');
}

/** Written so that, sent back, it names one comune alone. */
export function comuneInWords({ name, province }: Comune): string {
  return `${name} (${province})`;
}

function common(
  t: Translate,
  form: Form<AddressForm> | Form<AddressAbroadForm>,
  { address, comune }: AddressKnown,
): PageModel {
  const title = t('contacts.question-address');
  const told = form.errors.some(({ key }) => key === MEANWHILE);
  return {
    page: contactsHead(t, title),
    title,
    form: formView(form as Form<AddressForm>, t),
    version: told ? (address?.version ?? '') : form.value('versione'),
    current: address ? t('contacts.current', { value: addressInWords(t, address, comune) }) : '',
    removeHref: address ? '/dati/contatti/indirizzo/rimozione' : '',
  };
}
