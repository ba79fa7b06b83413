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
  return page(title, `<p>${escaped(text)}</p>`);
}

function button(request: string, person: string, label: string): string {
  return `<form method="post" action="scelta"><input type="hidden" name="richiesta" value="${request}"><input type="hidden" name="persona" value="${person}"><button>${label}</button></form>`;
}

function page(title: string, body: string): string {
  return `<!DOCTYPE html>
<html lang="it">
<head>
<meta charset="utf-8">
<title>${title} – Accesso di prova del personale</title>
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
<header><p><strong>Ambiente di prova.</strong> Accesso finto del personale dell’istituto, solo per lo sviluppo.</p></header>
<main>
<h1>${title}</h1>
${body}
</main>
</body>
</html>
`;
}

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);
}
