import { doublePage, escape } from '../double-page.js';
import type { FederationName } from '../../auth/index.js';
import { EUROPEAN_PEOPLE, PEOPLE, type DemonstrationPerson } from '../people.js';
import type { Somebody } from './answers.js';
import type { CheckedRequest } from './requests.js';

/** What a real provider may answer instead of an identity (messaggi-errore.rst). */
export const ERRORS: readonly [number, string][] = [
  [19, 'Troppi tentativi con credenziali sbagliate'],
  [20, 'Nessuna credenziale del livello richiesto'],
  [21, 'Tempo scaduto'],
  [22, 'Consenso negato'],
  [23, 'Identità sospesa, revocata o bloccata'],
  [25, 'Annullato da chi accede'],
  [30, 'Tipo di identità non adatto'],
];

/** Error codes that each double offers. */
export function errorsOf(federation: FederationName): readonly [number, string][] {
  return federation === 'spid' ? ERRORS : ERRORS.filter(([code]) => [21, 22, 23, 25].includes(code));
}

/** Whom each double knows: John Miller, who has no Italian document, has neither SPID nor CIE. */
export function peopleOf(federation: FederationName): readonly Somebody[] {
  return federation === 'eidas' ? EUROPEAN_PEOPLE : PEOPLE.filter((person) => (person.key as string) !== 'john');
}

const INTRODUCTIONS = {
  spid: 'Questo è il gestore di identità di prova',
  cie: 'Questo è il gestore di prova della carta d’identità elettronica',
  eidas: 'Questo è il nodo europeo di prova',
} as const;

/** The one page of the provider: a button for each person and level, and for each error. */
export function choicePage(federation: FederationName, request: CheckedRequest, state: string): string {
  const people = peopleOf(federation)
    .map((person) => section(person, federation, request, state))
    .join('\n');
  const errors = errorsOf(federation)
    .map(([code, text]) => `<li>${button(federation, state, { errore: code }, `${code}: ${text}`)}</li>`)
    .join('\n');
  return page(
    'Chi vuoi essere?',
    `<p>${INTRODUCTIONS[federation]}: non serve una password, le persone sono inventate. Il portale chiede il livello ${request.level}${request.purpose ? ` e un’identità per uso professionale (${request.purpose})` : ''}.</p>
${people}
<h2>Oppure rispondi con un errore</h2>
<ul>
${errors}
</ul>`,
  );
}

/** Sessions that this provider gave, each with a button that ends it at the portal too. */
export function sessionsPage(federation: FederationName, sessions: readonly { nameId: string; who: string }[]): string {
  const rows = sessions.map(
    ({ nameId, who }) =>
      `<li><form method="post" action="/${federation}/chiudi"><input type="hidden" name="nome" value="${escape(nameId)}"><button>Chiudi la sessione di ${escape(who)}</button></form></li>`,
  );
  return page('Sessioni aperte', rows.length > 0 ? `<ul>\n${rows.join('\n')}\n</ul>` : '<p>Nessuna sessione.</p>');
}

/** The way back: a form with one button, since there is no JavaScript. */
export function returnPage(consumerUrl: string, message: string, relayState: string): string {
  const relay = relayState === '' ? '' : `<input type="hidden" name="RelayState" value="${escape(relayState)}">`;
  return page(
    'Torna al portale',
    `<p>La risposta è pronta e firmata. Premi il pulsante per consegnarla al portale.</p>
<form method="post" action="${escape(consumerUrl)}"><input type="hidden" name="SAMLResponse" value="${escape(message)}">${relay}<button>Torna al portale</button></form>`,
  );
}

export function messagePage(title: string, text: string): string {
  return page(title, `<p>${escape(text)}</p>`);
}

function section(person: Somebody, federation: FederationName, request: CheckedRequest, state: string): string {
  const full = `${person.name} ${person.familyName}`;
  const levels = [2, 3, 1].map(
    (level) =>
      `<li>${button(federation, state, { persona: person.key, livello: level }, `Entra come ${full}, livello ${level}`)}</li>`,
  );
  if (federation === 'spid' && !('country' in person)) levels.push(...personalButtons(person, request, state));
  const where =
    'country' in person ? person.country : `${person.address.municipality}, codice fiscale ${person.fiscalCode}`;
  return `<h2>${full}</h2>
<p>${where}.${'country' in person || federation !== 'spid' ? '' : kindOf(person, request)}</p>
<ul>
${levels.join('\n')}
</ul>`;
}

/** Who has a professional identity has a personal one too; which is used, the person chooses here. */
function personalButtons(person: DemonstrationPerson, request: CheckedRequest, state: string): string[] {
  if (!person.professional || request.purpose) return [];
  const fields = { persona: person.key, livello: 2, personale: 1 };
  return [
    `<li>${button('spid', state, fields, `Usa l’identità personale di ${person.name} ${person.familyName}, livello 2`)}</li>`,
  ];
}

function kindOf(person: DemonstrationPerson, request: CheckedRequest): string {
  if (person.professional && !request.purpose)
    return ' Identità per uso professionale: il portale non ne ha chiesta una, quindi la risposta è l’errore 30.';
  if (!person.professional && request.purpose)
    return ' Identità personale: il portale ne ha chiesta una per uso professionale, quindi la risposta è l’errore 30.';
  return '';
}

function button(
  federation: FederationName,
  state: string,
  fields: Record<string, string | number>,
  label: string,
): string {
  const hidden = Object.entries({ stato: state, ...fields }).map(
    ([name, value]) => `<input type="hidden" name="${name}" value="${value}">`,
  );
  return `<form method="post" action="/${federation}/risposta">${hidden.join('')}<button>${label}</button></form>`;
}

function page(title: string, body: string): string {
  return doublePage(title, body, {
    name: 'Identità di prova',
    what: 'Gestore di identità finto, solo per lo sviluppo.',
  });
}
