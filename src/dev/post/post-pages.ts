import type { Caught, CaughtMail, CaughtSms } from './caught.js';

export function mailsPage({ mails }: Caught): string {
  const rows = mails
    .toReversed()
    .map(
      ({ id, at, to, title }) =>
        `<li><a href="/posta/${id}">${escaped(title)}</a><br>a ${escaped(to)}, ${time(at)}</li>`,
    );
  return page('E-mail spedite dal portale', `${links()}${list(rows, 'Nessuna e-mail, per ora.')}`);
}

export function mailPage({ id, at, to, title, text, headers }: CaughtMail): string {
  const lines = headers.map(({ key, value }) => `${key}: ${value}`).join('\n');
  return page(
    title,
    `${links()}<p>A ${escaped(to)}, ${time(at)}</p>
<pre>${escaped(text)}</pre>
<form method="post" action="/posta/${id}/rimbalzo"><button>Simula rimbalzo: questo indirizzo non esiste</button></form>
<h2>Intestazioni</h2>
<pre>${escaped(lines)}</pre>`,
  );
}

export function smsListPage({ sms }: Caught): string {
  const rows = sms
    .toReversed()
    .map(
      ({ id, at, to, text }) =>
        `<li><a href="/sms/${id}">${escaped(text.slice(0, 60))}</a><br>a ${escaped(to)}, ${time(at)}</li>`,
    );
  return page('SMS spediti dal portale', `${links()}${list(rows, 'Nessun SMS, per ora.')}`);
}

export function smsPage({ id, at, to, from, text }: CaughtSms): string {
  return page(
    `SMS a ${to}`,
    `${links()}<p>Da ${escaped(from)}, ${time(at)}</p>
<pre>${escaped(text)}</pre>
<form method="post" action="/sms/${id}/consegnato"><button>Comunica al portale: consegnato</button></form>
<form method="post" action="/sms/${id}/rimbalzo"><button>Simula rimbalzo: questo numero non esiste</button></form>`,
  );
}

export function messagePage(title: string, text: string): string {
  return page(title, `${links()}<p>${escaped(text)}</p>`);
}

function links(): string {
  return '<p><a href="/posta">E-mail</a> · <a href="/sms">SMS</a></p>\n';
}

function list(rows: readonly string[], none: string): string {
  return rows.length > 0 ? `<ul>\n${rows.join('\n')}\n</ul>` : `<p>${none}</p>`;
}

function time(at: Temporal.Instant): string {
  return at.toZonedDateTimeISO('Europe/Rome').toLocaleString('it-IT', { dateStyle: 'short', timeStyle: 'medium' });
}

function page(title: string, body: string): string {
  return `<!DOCTYPE html>
<html lang="it">
<head>
<meta charset="utf-8">
<title>${escaped(title)} – Posta di prova</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<link rel="icon" href="data:,">
<style>
body { max-width: 44rem; margin: 0 auto; padding: 1rem; font: 1.0625rem/1.5 system-ui, sans-serif }
header { padding: .5rem 1rem; margin-bottom: 1.5rem; border: 3px dashed }
ul { list-style: none; padding: 0 }
li { margin: 0 0 .75rem }
pre { padding: 1rem; border: 1px solid; font: inherit; white-space: pre-wrap; overflow-wrap: anywhere }
button { min-height: 2.75rem; padding: .5rem 1rem; margin: 0 0 .5rem; font: inherit; text-align: left; cursor: pointer }
:focus-visible { outline: 3px solid; outline-offset: 2px }
</style>
</head>
<body>
<header><p><strong>Ambiente di prova.</strong> Qui arrivano le e-mail e gli SMS del portale: a nessuno viene spedito niente.</p></header>
<main>
<h1>${escaped(title)}</h1>
${body}
</main>
</body>
</html>
`;
}

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);
}
