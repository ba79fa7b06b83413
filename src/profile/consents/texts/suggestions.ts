import type { ConsentText } from './consent-text.js';

export const SUGGESTIONS: readonly ConsentText[] = [
  {
    purpose: 'suggestions',
    version: 1,
    publishedOn: '2026-02-02',
    texts: {
      it: {
        title: 'Servizi suggeriti in base alle pagine che apri',
        body: `Accetto che il portale ricordi quali servizi apro in quest’area, per 90 giorni, e ne suggerisca di simili a me soltanto. Nessuna decisione viene presa in questo modo e nessun altro vede questi dati.

Posso togliere il consenso quando voglio, da questa pagina: ciò che era ricordato viene cancellato e nei servizi non cambia niente.`,
      },
      en: {
        title: 'Services suggested by the pages you open',
        body: `I agree that the portal remembers which services I open in this area, for 90 days, and suggests similar ones to me alone. No decision is taken in this way and nobody else sees these data.

I can withdraw consent whenever I like, on this page: what was remembered is erased and nothing changes in the services.`,
      },
      de: {
        title: 'Dienste, die zu den geöffneten Seiten passen',
        body: `Ich bin einverstanden, dass das Portal 90 Tage lang merkt, welche Dienste ich in diesem Bereich öffne, und nur mir ähnliche vorschlägt. So wird keine Entscheidung getroffen, und niemand sonst sieht diese Daten.

Ich kann die Einwilligung jederzeit auf dieser Seite widerrufen: Das Gemerkte wird gelöscht und bei den Diensten ändert sich nichts.`,
      },
    },
  },
];
