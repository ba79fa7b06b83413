import { doublePage, escape } from '../double-page.js';
import { STAFF } from './staff.js';

/** A button for each member of staff, one for somebody without a role, one that says no. */
export function choicePage(request: string): string {
  const people = STAFF.map(({ key, name, does }) => `<li>${button(request, key, `Entra come ${name}, ${does}`)}</li>`);
  return page(
    'Chi sei nell’istituto?',
    `<p>Questo è l’accesso di prova del personale: non serve una password, le persone sono inventate.</p>
<ul>
${people.join('\n')}
<li>${button(request, 'nessun-ruolo', 'Entra come Marta Greco, che qui non ha nessun ruolo')}</li>
<li>${button(request, 'annulla', 'Annulla e torna al portale')}</li>
</ul>`,
  );
}

export function messagePage(title: string, text: string): string {
  return page(title, `<p>${escape(text)}</p>`);
}

function button(request: string, person: string, label: string): string {
  return `<form method="post" action="scelta"><input type="hidden" name="richiesta" value="${request}"><input type="hidden" name="persona" value="${person}"><button>${label}</button></form>`;
}

function page(title: string, body: string): string {
  return doublePage(title, body, {
    name: 'Accesso di prova del personale',
    what: 'Accesso finto del personale dell’istituto, solo per lo sviluppo.',
  });
}
