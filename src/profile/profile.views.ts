import { dateInWords } from '../common/calendar.js';
import { romeDate } from '../common/clock.js';
import { formView, type Form } from '../common/form.js';
import { dashboardCrumb, profileHead } from '../common/heads.js';
import type { PageModel } from '../common/pages.js';
import type { Translate } from '../common/texts.js';
import { countryName, type Comune } from '../places/index.js';
import { countryOptions, phoneInWords } from './contacts/index.js';
import type { ResidenceAbroadForm, ResidenceForm } from './profile.forms.js';
import type { Profile } from './profile.service.js';

export function profilePage(t: Translate, { citizen, residence }: Profile): PageModel {
  const title = t('profile.title');
  const nothing = t('profile.not-said');
  return {
    page: { title, section: 'profile', menu: true, crumbs: [dashboardCrumb(t), { label: title, href: '' }] },
    title,
    said: [
      { label: t('profile.name'), value: citizen.name },
      { label: t('profile.family-name'), value: citizen.family_name },
      { label: t('profile.fiscal-code'), value: citizen.fiscal_code ?? nothing },
      { label: t('profile.born-on'), value: citizen.born_on ? dateInWords(citizen.born_on, t.lang) : nothing },
      { label: t('profile.email'), value: citizen.said_email ?? nothing },
      { label: t('profile.mobile'), value: citizen.said_mobile ? phoneInWords(citizen.said_mobile) : nothing },
      { label: t('profile.address'), value: citizen.said_address ?? nothing },
    ],
    saidWhen: citizen.said_at ? t('profile.said-when', { date: dateInWords(romeDate(citizen.said_at), t.lang) }) : '',
    residence: residenceInWords(t, { citizen, residence }),
    residenceHref: citizen.residence_country ? ABROAD : IN_ITALY,
  };
}

/** 'Roma (RM)', or 'Toronto, Canada'; '' until the person says it. */
export function residenceInWords(t: Translate, { citizen, residence }: Profile): string {
  if (residence) return `${residence.name} (${residence.province})`;
  const { residence_country: country, residence_locality: locality } = citizen;
  return country ? `${locality}, ${countryName(country, t.lang)}` : '';
}

/** @param before the residence as the page shows it now, in one word */
export function residencePage(
  t: Translate,
  form: Form<ResidenceForm>,
  suggestions: Comune[],
  before = form.value('prima'),
): PageModel {
  const title = t('profile.residence-title');
  return {
    page: profileHead(t, title),
    title,
    form: formView(form, t),
    before,
    // Each suggestion is written so that, typed or sent back, it names one comune alone.
    suggestions: suggestions.map((comune) => ({ label: `${comune.name} (${comune.province})`, istat: comune.istat })),
  };
}

export function residenceAbroadPage(
  t: Translate,
  form: Form<ResidenceAbroadForm>,
  before = form.value('prima'),
): PageModel {
  const title = t('profile.residence-abroad-title');
  return {
    page: profileHead(t, title),
    title,
    form: formView(form, t),
    before,
    countries: countryOptions(t, form.value('paese')),
  };
}

const IN_ITALY = '/dati/residenza';
const ABROAD = '/dati/residenza/estero';
