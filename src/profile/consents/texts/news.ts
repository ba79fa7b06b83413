import type { ConsentText } from './consent-text.js';

export const NEWS: readonly ConsentText[] = [
  {
    purpose: 'news',
    version: 1,
    publishedOn: '2026-02-02',
    texts: {
      it: {
        title: 'Novità sui servizi',
        body: `Accetto di ricevere per e-mail informazioni su servizi nuovi o rinnovati.

Posso togliere il consenso quando voglio, da questa pagina: i messaggi si fermano subito e nei servizi non cambia niente.`,
      },
      en: {
        title: 'News about services',
        body: `I agree to receive information about new or renewed services by e-mail.

I can withdraw consent whenever I like, on this page: messages stop at once and nothing changes in the services.`,
      },
      de: {
        title: 'Neues über Dienste',
        body: `Ich bin einverstanden, per E-Mail Informationen über neue oder erneuerte Dienste zu erhalten.

Ich kann die Einwilligung jederzeit auf dieser Seite widerrufen: Die Nachrichten enden sofort und bei den Diensten ändert sich nichts.`,
      },
    },
  },
  {
    purpose: 'news',
    version: 2,
    publishedOn: '2026-03-16',
    texts: {
      it: {
        title: 'Novità sui servizi, per e-mail e SMS',
        body: `Accetto di ricevere, per e-mail o SMS secondo le mie preferenze, informazioni su servizi nuovi o rinnovati: uguali per tutti, senza uso di altri miei dati.

Posso togliere il consenso quando voglio, da questa pagina: i messaggi si fermano subito, anche quelli in attesa, e nei servizi non cambia niente.`,
      },
      en: {
        title: 'News about services, by e-mail and text message',
        body: `I agree to receive information about new or renewed services, by e-mail or text message as my preferences say: the same for everybody, without use of my other data.

I can withdraw consent whenever I like, on this page: messages stop at once, those waiting too, and nothing changes in the services.`,
      },
      de: {
        title: 'Neues über Dienste, per E-Mail und SMS',
        body: `Ich bin einverstanden, je nach meinen Einstellungen per E-Mail oder SMS Informationen über neue oder erneuerte Dienste zu erhalten: für alle gleich, ohne Nutzung meiner anderen Daten.

Ich kann die Einwilligung jederzeit auf dieser Seite widerrufen: Die Nachrichten enden sofort, auch wartende, und bei den Diensten ändert sich nichts.`,
      },
    },
  },
];
