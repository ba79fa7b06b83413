import { PEOPLE, type DemonstrationPerson } from '../people.js';
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

/** The one page of the provider: a button for each person and level, and for each error. */
export function choicePage(request: CheckedRequest, state: string): string {
  const people = PEOPLE.map((person) => section(person, request, state)).join('\n');
  const errors = ERRORS.map(([code, text]) => `<li>${button(state, { errore: code }, `${code}: ${text}`)}</li>`).join('\n');
  return page(
    'Chi vuoi essere?',
    `<p>Questo è il gestore di identità di prova: non serve una password, le persone sono inventate. Il portale chiede il livello ${request.level}.</p>
${people}
<h2>Oppure rispondi con un errore</h2>
<ul>
${errors}
</ul>`,
  );
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

function section(person: DemonstrationPerson, request: CheckedRequest, state: string): string {
  const levels = [2, 3, 1].map((level) => `<li>${button(state, { persona: person.key, livello: level }, `Entra come ${person.name} ${person.familyName}, livello ${level}`)}</li>`);
  const kind = person.professional && !request.purpose ? ' Identità per uso professionale: il portale non ne ha chiesta una, quindi la risposta è l’errore 30.' : '';
  return `<h2>${person.name} ${person.familyName}</h2>
<p>${person.address.municipality}, codice fiscale ${person.fiscalCode}.${kind}</p>
<ul>
${levels.join('\n')}
</ul>`;
}

function button(state: string, fields: Record<string, string | number>, label: string): string {
  const hidden = Object.entries({ stato: state, ...fields }).map(([name, value]) => `<input type="hidden" name="${name}" value="${value}">`);
  return `<form method="post" action="/spid/risposta">${hidden.join('')}<button>${label}</button></form>`;
}

function page(title: string, body: string): string {
  return `<!DOCTYPE html>
<html lang="it">
<head>
<meta charset="utf-8">
<title>${title} – Identità di prova</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<link rel="icon" href="data:,">
<style>
body { max-width: 44rem; margin: 0 auto; padding: 1rem; font: 1.0625rem/1.5 system-ui, sans-serif }
header { padding: .5rem 1rem; margin-bottom: 1.5rem; border: 3px dashed }
ul { list-style: none; padding: 0 }
li { margin: 0 0 .5rem }
button { min-height: 2.75rem; padding: .5rem 1rem; font: inherit; text-align: left; cursor: pointer }
:focus-visible { outline: 3px solid; outline-offset: 2px }
</style>
</head>
<body>
<header><p><strong>Ambiente di prova.</strong> Gestore di identità SPID finto, solo per lo sviluppo.</p></header>
<main>
<h1>${title}</h1>
${body}
</main>
</body>
</html>
`;
}

function escape(text: string): string {
  return text.replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);
}
