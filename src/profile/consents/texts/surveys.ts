import type { ConsentText } from './consent-text.js';

export const SURVEYS: readonly ConsentText[] = [
  {
    purpose: 'surveys',
    version: 1,
    publishedOn: '2026-02-02',
    texts: {
      it: {
        title: 'Inviti a sondaggi sui servizi',
        body: `Accetto di ricevere l’invito a un breve sondaggio su un servizio che ho usato, ai recapiti confermati in quest’area.

Rispondere è facoltativo e le risposte si raccolgono senza il mio nome. Posso togliere il consenso quando voglio, da questa pagina: gli inviti si fermano subito e nei servizi non cambia niente.`,
      },
      en: {
        title: 'Invitations to surveys about our services',
        body: `I agree to receive an invitation to a short survey about a service I used, at the contacts confirmed in this area.

Answering is optional and answers are collected without my name. I can withdraw consent whenever I like, on this page: invitations stop at once and nothing changes in the services.`,
      },
      de: {
        title: 'Einladungen zu Umfragen über unsere Dienste',
        body: `Ich bin einverstanden, zu einer kurzen Umfrage über einen von mir genutzten Dienst eingeladen zu werden, über die in diesem Bereich bestätigten Kontakte.

Die Teilnahme ist freiwillig, die Antworten werden ohne meinen Namen gesammelt. Ich kann die Einwilligung jederzeit auf dieser Seite widerrufen: Die Einladungen enden sofort und bei den Diensten ändert sich nichts.`,
      },
    },
  },
];
