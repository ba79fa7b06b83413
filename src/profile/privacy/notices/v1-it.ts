import type { PrivacyTexts } from '../privacy-notice.js';

export const V1_IT: PrivacyTexts = {
  title: 'Privacy: come trattiamo i tuoi dati',
  lead: 'Quali dati usa questo portale, perché, per quanto tempo, e che cosa puoi chiedere. Informativa ai sensi degli articoli 13 e 14 del Regolamento (UE) 2016/679.',
  before: [
    {
      id: 'titolare',
      title: 'Chi decide',
      paragraphs: ['Titolare del trattamento è {institute}, {address}. Per ogni domanda: [{email}](mailto:{email}).'],
      list: [],
    },
    {
      id: 'responsabile',
      title: 'Responsabile della protezione dei dati',
      paragraphs: ['Puoi scrivere al responsabile della protezione dei dati: [{privacyEmail}](mailto:{privacyEmail}).'],
      list: [],
    },
  ],
  activities: {
    identity: {
      name: 'Identità',
      data: 'Codice fiscale, nome, cognome, data e luogo di nascita, genere e, se il gestore SPID le comunica, residenza, e-mail e cellulare',
      purpose: 'Sapere che sei tu e mostrarti solo ciò che ti riguarda',
      time: 'Finché usi il portale; {months} mesi dopo l’ultimo accesso',
    },
    contacts: {
      name: 'Recapiti',
      data: 'E-mail e telefono che ci indichi',
      purpose: 'Avvisarti di ciò che cambia nel tuo appuntamento',
      time: 'Finché non li cambi; con l’appuntamento, se li hai scritti lì',
    },
    appointments: {
      name: 'Appuntamenti',
      data: 'Sede, argomento, modo, giorno e ora, nota',
      purpose: 'Tenerti il posto e preparare l’incontro',
      time: '{months} mesi dopo l’incontro',
    },
    needs: {
      name: 'Ciò che ti aiuta nell’incontro',
      data: 'Ingresso senza gradini, interprete, lingua. Può dire qualcosa della tua salute',
      purpose: 'Accoglierti come serve a te; lo vede solo la sede scelta. È facoltativo',
      time: 'Con l’appuntamento',
    },
    notices: {
      name: 'Notifiche',
      data: 'Le notifiche e quando le hai lette',
      purpose: 'Farti ritrovare ogni conferma e ogni cambiamento',
      time: 'Finché usi il portale; {months} mesi dopo l’ultimo accesso',
    },
    access: {
      name: 'Registro degli accessi',
      data: 'Chi è entrato o ha fatto che cosa sui tuoi dati, quando, perché e con quale browser e sistema',
      purpose: 'Scoprire e provare gli abusi',
      time: '{months} mesi',
    },
    spid: {
      name: 'Accessi con SPID, CIE ed eIDAS',
      data: 'Richieste e risposte, cifrate e separate dal resto',
      purpose: 'Obbligo delle regole tecniche di queste identità',
      time: '{months} mesi',
    },
    session: {
      name: 'Sessione',
      data: 'Il collegamento aperto, con il nome del browser e del sistema (per esempio «Firefox su Windows»); un modulo inviato a sessione finita, cifrato',
      purpose: 'Tenerti collegato e non farti riscrivere',
      time: '15 minuti senza attività, al massimo 8 ore; il modulo 30 minuti',
    },
    pin: {
      name: 'Tentativi con il PIN',
      data: 'Codice fiscale e indirizzo di rete, sostituiti da sigle calcolate con una chiave segreta: da sole non dicono chi sei',
      purpose: 'Fermare chi prova a indovinare un PIN',
      time: '24 ore se non riusciti, 30 giorni se riusciti',
    },
  },
  after: [
    {
      id: 'base',
      title: 'Su quale base',
      paragraphs: [
        'Per compiti di interesse pubblico affidati dalla legge (articolo 6, paragrafo 1, lettera e, del Regolamento) e per obblighi di legge (lettera c). Per le esigenze che toccano la salute, per motivi di interesse pubblico rilevante (articolo 9, paragrafo 2, lettera g, e articolo 2-sexies del decreto legislativo 196/2003). Non chiediamo il consenso per i servizi di questo portale.',
      ],
      list: [],
    },
    {
      id: 'provenienza',
      title: 'Da dove arrivano',
      paragraphs: [
        'I dati di identità vengono dal gestore SPID che scegli, dalla tua carta (CIE o CNS) o dal tuo paese europeo. Tutto il resto lo scrivi tu. Senza i dati di identità non possiamo aprire l’area personale; le pagine pubbliche si usano senza dare alcun dato.',
      ],
      list: [],
    },
    {
      id: 'destinatari',
      title: 'Chi li vede',
      paragraphs: [
        'Il personale autorizzato della sede che hai scelto e chi cura il portale, ciascuno solo per ciò che deve fare. Non vendiamo né pubblichiamo dati, non facciamo profilazione né decisioni automatiche, non li trasferiamo fuori dall’Unione europea.',
      ],
      list: [],
    },
    {
      id: 'cookie',
      title: 'Cookie',
      paragraphs: [
        'Solo cookie tecnici, per i quali la legge non chiede il consenso. Nessuna statistica, nessuna terza parte, nessuno script.',
      ],
      list: [
        'la sessione, fino a quando esci o dopo 15 minuti senza attività',
        'il legame con un accesso appena iniziato, 10 minuti',
        'la protezione del modulo del PIN, 24 ore',
        'la lingua che hai scelto, un anno',
      ],
    },
    {
      id: 'diritti',
      title: 'Che cosa puoi chiedere',
      paragraphs: [
        'Di vedere i tuoi dati e averne copia, di correggerli, di cancellarli o limitarne l’uso quando la legge lo permette, e di opporti. Scrivi al titolare o al responsabile della protezione dei dati: rispondiamo entro un mese.',
        'Se pensi che i tuoi dati non siano trattati bene puoi rivolgerti al [Garante per la protezione dei dati personali](https://www.garanteprivacy.it/) o al giudice.',
      ],
      list: [],
    },
  ],
  basis: {},
  recipients: {},
  subjects: {},
  measures: [],
};
