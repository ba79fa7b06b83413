/** A page of a development double: says at the top that it stands in for somebody; no script, light and dark. */
export function doublePage(title: string, body: string, double: { name: string; what: string }): string {
  return `<!DOCTYPE html>
<html lang="it">
<head>
<meta charset="utf-8">
<title>${title} – ${double.name}</title>
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
<header><p><strong>Ambiente di prova.</strong> ${double.what}</p></header>
<main>
<h1>${title}</h1>
${body}
</main>
</body>
</html>
`;
}

/** Text for HTML, in elements and in quoted attributes. */
export function escape(text: string): string {
  return text.replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);
}
