import { dateAndTime } from '../common/calendar.js';
import { Form, formView } from '../common/form.js';
import type { Translate } from '../common/texts.js';
import type { Comune } from '../places/index.js';
import { STEPS, stepUrl } from './choices.js';
import { SearchOfficesForm } from './offices.forms.js';
import type { NearOffice, Office } from './offices.repository.js';
import type { FreeTime, OfficeSearch } from './offices.service.js';
import { openingLines, ranges, weekOf } from './opening.rules.js';

const LOCALES = { it: 'it-IT', en: 'en-GB', de: 'de-DE' } as const;

/** /sedi: the search, and what it found. */
export function officesPage(form: Form<SearchOfficesForm>, search: OfficeSearch | null, t: Translate) {
  const near = search?.kind === 'near' ? search : null;
  const comuni = search?.kind === 'choose' ? search.comuni : [];
  const cards = (near?.offices ?? []).map((found) => officeCard(found, near!.comune, t));
  return {
    page: {
      title: t('offices.title'),
      description: t('offices.description'),
      crumbs: crumbs(t),
      section: null,
      menu: false,
    },
    form: formView(near && !form.value('comune') ? prefilled(near.comune) : form, t),
    nearTitle: near ? t('offices.near-title', { comune: comuneLabel(near.comune) }) : '',
    offices: cards,
    hasOffices: cards.length > 0,
    hasSamples: cards.some((card) => card.isSample),
    isNear: near !== null,
    isAsked: search !== null || form.errors.length > 0,
    suggestions: comuni.map((comune) => ({
      href: searchLink(comune),
      label: comuneLabel(comune),
      region: comune.region,
    })),
    hasSuggestions: comuni.length > 0,
  };
}

/** /sedi/:id: everything about one office. */
export function officePage(office: Office, next: readonly FreeTime[], t: Translate) {
  const place = placeLine(office);
  return {
    page: {
      title: office.name,
      description: t('offices.office-description', { name: office.name, place }),
      crumbs: [...crumbs(t), { label: office.name, href: officeLink(office) }],
      section: null,
      menu: false,
    },
    name: office.name,
    type: t(`offices.type-${office.type}`),
    address: office.address,
    place,
    isSample: office.isSample,
    week: weekOf(office.openings).map(({ weekday, hours }) => ({
      day: capitalized(t(`offices.weekday-${weekday}`)),
      hours: ranges(hours),
    })),
    channels: office.channels.map((channel) => channelView(channel, next, t)),
    bookHref: stepUrl(STEPS.topic, { office: office.id }),
    access: accessLines(office, t),
    topics: office.topics.map((topic) => ({ name: t(`topics.${topic}`), hint: t(`topics.${topic}-hint`) })),
    // Invented numbers and addresses are shown, never dialled.
    phone: office.phone ?? '',
    phoneHref: office.phone && !office.isSample ? `tel:${office.phone.replaceAll(' ', '')}` : '',
    pec: office.pec ?? '',
    ...pecParts(office.pec ?? ''),
    pecHref: office.pec && !office.isSample ? `mailto:${office.pec}` : '',
  };
}

/** 'a 12 km', as the way goes on the map: a straight line from the middle of the comune. */
export function distanceLabel(metres: number, t: Translate): string {
  if (metres < 1000) return t('offices.distance-short');
  const km = metres / 1000;
  const digits = km < 10 ? 1 : 0;
  return t('offices.distance', { km: kilometres(t.lang, digits).format(km) });
}

const formats = new Map<string, Intl.NumberFormat>();

/** Formatters are slow to make and quick to use. */
function kilometres(lang: keyof typeof LOCALES, digits: 0 | 1): Intl.NumberFormat {
  const key = `${lang}${digits}`;
  let format = formats.get(key);
  if (!format) {
    format = new Intl.NumberFormat(LOCALES[lang], { minimumFractionDigits: digits, maximumFractionDigits: digits });
    formats.set(key, format);
  }
  return format;
}

/** 'Samone (TN)': the sigla tells two comuni of the same name apart. */
export function comuneLabel(comune: Pick<Comune, 'name' | 'province'>): string {
  return `${comune.name} (${comune.province})`;
}

/** '10121 Torino (TO)' */
export function placeLine(office: Pick<Office, 'cap' | 'comune' | 'province'>): string {
  return `${office.cap ? `${office.cap} ` : ''}${office.comune} (${office.province})`;
}

function officeCard({ office, metres }: NearOffice, comune: Comune, t: Translate) {
  return {
    href: officeLink(office),
    name: office.name,
    address: office.address,
    place: placeLine(office),
    distance: distanceLabel(metres, t),
    isHere: office.comuneIstat === comune.istat,
    openings: openingLines(office.openings, t).map(({ days, hours }) => ({ days: capitalized(days), hours })),
    channels: channelsLine(office, t),
    isSample: office.isSample,
  };
}

/** 'Allo sportello, al telefono, in videochiamata' */
export function channelsLine(office: Pick<Office, 'channels'>, t: Translate): string {
  const names = office.channels.map((channel) => t(`offices.channel-${channel}`));
  return names.map((name, i) => (i === 0 ? name : name.charAt(0).toLowerCase() + name.slice(1))).join(', ');
}

/** A long address may break before the @. */
function pecParts(pec: string): { pecUser: string; pecDomain: string } {
  const at = pec.indexOf('@');
  return at < 0 ? { pecUser: pec, pecDomain: '' } : { pecUser: pec.slice(0, at), pecDomain: pec.slice(at) };
}

function channelView(channel: Office['channels'][number], next: readonly FreeTime[], t: Translate) {
  const first = next.find((time) => time.channel === channel);
  return {
    name: t(`offices.channel-${channel}`),
    hint: t(`offices.channel-${channel}-hint`),
    next: first ? t('offices.next-free', dateAndTime(first.startsAt, t.lang)) : '',
  };
}

/** What is known about getting in and being understood; nothing is claimed that is not known. */
function accessLines(office: Office, t: Translate): string[] {
  const facts = {
    'step-free': office.stepFree,
    'hearing-loop': office.hearingLoop,
    'sign-language': office.signLanguage,
  };
  const known = Object.entries(facts).filter(([, value]) => value !== null);
  return known.map(([fact, value]) => t(`offices.${fact}-${value ? 'yes' : 'no'}`));
}

function prefilled(comune: Comune): Form<SearchOfficesForm> {
  return Form.empty(SearchOfficesForm, { comune: comuneLabel(comune) });
}

function searchLink(comune: Comune): string {
  return `/sedi?${new URLSearchParams({ comune: comuneLabel(comune), istat: comune.istat })}`;
}

const officeLink = (office: Office) => `/sedi/${encodeURIComponent(office.id)}`;
const crumbs = (t: Translate) => [
  { label: t('offices.home'), href: '/' },
  { label: t('offices.title'), href: '/sedi' },
];
const capitalized = (text: string) => text.charAt(0).toUpperCase() + text.slice(1);
