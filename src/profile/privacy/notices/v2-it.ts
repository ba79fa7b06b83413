import type { PrivacyTexts } from '../privacy-notice.js';

export const V2_IT: PrivacyTexts = {
  title: 'Privacy: come trattiamo i tuoi dati',
  lead: 'Quali dati usa questo portale, perché, su quale base, per quanto tempo e chi li riceve. Informativa ai sensi degli articoli 13 e 14 del Regolamento (UE) 2016/679.',
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
    spid: {
      name: 'Accessi con SPID, CIE, CNS ed eIDAS',
      data: 'Richieste e risposte, cifrate e separate dal resto',
      purpose: 'Obbligo delle regole tecniche di queste identità',
      time: '{months} mesi dall’accesso',
    },
    pin: {
      name: 'PIN',
      data: 'Per chi ha ancora un PIN: la sua impronta, che non si può leggere, il giorno in cui è stato dato, se abiti all’estero e se hai un documento italiano',
      purpose: 'Farti entrare con il PIN finché la legge lo permette',
      time: 'Finché usi il portale; {months} mesi dopo l’ultimo accesso',
    },
    'pin-entries': {
      name: 'Ingressi con il PIN',
      data: 'Codice fiscale e indirizzo di rete, sostituiti da sigle calcolate con una chiave segreta: da sole non dicono chi sei',
      purpose: 'Riconoscere da dove entri di solito',
      time: '{days} giorni dall’ingresso',
    },
    'pin-failures': {
      name: 'Tentativi non riusciti con il PIN',
      data: 'Le stesse sigle',
      purpose: 'Fermare chi prova a indovinare un PIN',
      time: '{hours} ore dal tentativo',
    },
    session: {
      name: 'Sessione',
      data: 'Il collegamento aperto, con il nome del browser e del sistema (per esempio «Firefox su Windows»)',
      purpose: 'Tenerti collegato',
      time: '15 minuti senza attività, al massimo 8 ore; {minutes} minuti dopo la fine',
    },
    forms: {
      name: 'Moduli in sospeso',
      data: 'Un modulo inviato a sessione finita, cifrato',
      purpose: 'Non farti riscrivere',
      time: '{minutes} minuti dall’invio',
    },
    contacts: {
      name: 'Recapiti',
      data: 'E-mail, cellulare, PEC, telefono, indirizzo e residenza che ci indichi',
      purpose: 'Avvisarti, mandarti i codici di conferma, proporti le sedi più vicine',
      time: 'Finché non li cambi o li togli; {months} mesi dopo l’ultimo accesso',
    },
    'contact-changes': {
      name: 'Recapiti da confermare',
      data: 'Il recapito in attesa di conferma e l’impronta del codice che ti mandiamo',
      purpose: 'Essere sicuri che il recapito è tuo',
      time: '{days} giorni da quando chiedi il codice',
    },
    messages: {
      name: 'Messaggi inviati',
      data: 'E-mail e SMS che ti mandiamo, cifrati finché partono; quando sono partiti, a quale canale e con quale esito',
      purpose: 'Farti arrivare avvisi e codici, ritrovare ciò che non arriva',
      time: '{months} mesi da quando è scritto; il testo si cancella appena consegnato',
    },
    notices: {
      name: 'Notifiche',
      data: 'Le notifiche e quando le hai lette',
      purpose: 'Farti ritrovare ogni conferma e ogni cambiamento',
      time: '{months} mesi dal giorno della notifica',
    },
    preferences: {
      name: 'Preferenze',
      data: 'Dove vuoi gli avvisi, ore di silenzio, lingua',
      purpose: 'Scriverti dove, quando e nella lingua che vuoi',
      time: 'Finché usi il portale; {months} mesi dopo l’ultimo accesso',
    },
    consents: {
      name: 'Consensi',
      data: 'Quale consenso hai dato o tolto, per quale testo, quando e in quale sessione',
      purpose: 'Fare solo ciò che hai permesso, e poterlo dimostrare (articolo 7 del Regolamento)',
      time: 'Finché usi il portale; {months} mesi dall’ultima scelta, o dalla cancellazione dei tuoi dati se è dopo',
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
    access: {
      name: 'Registro degli accessi',
      data: 'Chi ha visto o cambiato i tuoi dati, quando, perché e con quale browser e sistema. Lo leggi in «I tuoi dati»',
      purpose: 'Mostrarti chi vede i tuoi dati, scoprire e provare gli abusi',
      time: '{months} mesi dall’operazione, poi fino alla fine del mese',
    },
    exports: {
      name: 'Copie dei tuoi dati',
      data: 'L’archivio con tutti i tuoi dati che chiedi di scaricare, cifrato',
      purpose:
        'Darti copia dei tuoi dati (articolo 15 del Regolamento; articolo 20 per ciò che si basa sul consenso, mentre per il resto lo stesso formato è una nostra scelta)',
      time: 'L’archivio 7 giorni; quando l’hai chiesto e scaricato {months} mesi dalla richiesta',
    },
    rights: {
      name: 'Richieste sui tuoi diritti',
      data: 'Le richieste di rettifica, limitazione, opposizione e cancellazione, con protocollo, motivi e risposta',
      purpose: 'Risponderti entro un mese e dimostrare come abbiamo risposto (articoli 12 e 16–21 del Regolamento)',
      time: '{months} mesi dalla risposta',
    },
    staff: {
      name: 'Personale',
      data: 'Nome, ufficio e compiti di chi lavora sul portale; che cosa ha visto o fatto',
      purpose: 'Far lavorare solo chi è autorizzato',
      time: '{months} mesi dopo l’ultimo accesso',
    },
  },
  after: [
    {
      id: 'base',
      title: 'Su quale base',
      paragraphs: [
        'Quasi tutto quello che facciamo è un compito di interesse pubblico affidato dalla legge o un obbligo di legge: per questo non ti chiediamo il consenso. Lo chiediamo solo per ciò che è facoltativo: sondaggi e novità. Lo dai e lo togli in [I tuoi dati, Consensi](/dati/consensi), e se lo togli nei servizi non cambia niente.',
      ],
      list: [
        'Compito di interesse pubblico (articolo 6, paragrafo 1, lettera e, del Regolamento; articolo 2-ter del decreto legislativo 196/2003)',
        'Obbligo di legge (articolo 6, paragrafo 1, lettera c)',
        'Il tuo consenso, per i messaggi facoltativi (articolo 6, paragrafo 1, lettera a)',
        'Interesse pubblico rilevante (articolo 9, paragrafo 2, lettera g; articolo 2-sexies del decreto legislativo 196/2003)',
      ],
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
        'Il personale autorizzato della sede che hai scelto e chi cura il portale, ciascuno solo per ciò che deve fare, e i fornitori che ci aiutano a spedire e-mail e SMS, con un contratto che li obbliga (articolo 28). Non vendiamo né pubblichiamo dati, non facciamo profilazione né decisioni automatiche.',
      ],
      list: [],
    },
    {
      id: 'trasferimenti',
      title: 'Fuori dall’Unione europea',
      paragraphs: ['Non trasferiamo dati fuori dall’Unione europea.'],
      list: [],
    },
    {
      id: 'sicurezza',
      title: 'Come li proteggiamo',
      paragraphs: [],
      list: [
        'Ogni persona vede solo le proprie righe: lo impone il database, non solo il programma',
        'I dati più delicati sono cifrati anche da fermi, con chiavi che si rinnovano',
        'Ogni lettura e ogni modifica resta in un registro che non si può alterare senza accorgersene',
        'Si entra con SPID, CIE, CNS o identità europea; il personale con l’accesso dell’Istituto e solo per i suoi compiti',
        'Le conservazioni finite si cancellano ogni notte',
        'I registri tecnici non contengono nomi, codici, recapiti',
      ],
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
        'Di vedere i tuoi dati e averne copia, di correggerli, di cancellarli o limitarne l’uso quando la legge lo permette, e di opporti. Puoi farlo da [I tuoi dati](/dati/diritti), oppure scrivere al titolare o al responsabile della protezione dei dati: rispondiamo entro un mese.',
        'Se pensi che i tuoi dati non siano trattati bene puoi rivolgerti al [Garante per la protezione dei dati personali](https://www.garanteprivacy.it/) o al giudice.',
      ],
      list: [],
    },
  ],
  basis: {
    task: 'Compito di interesse pubblico (articolo 6, paragrafo 1, lettera e, del Regolamento; articolo 2-ter del decreto legislativo 196/2003)',
    duty: 'Obbligo di legge (articolo 6, paragrafo 1, lettera c)',
    consent: 'Il tuo consenso, per i messaggi facoltativi (articolo 6, paragrafo 1, lettera a)',
    health:
      'Interesse pubblico rilevante (articolo 9, paragrafo 2, lettera g; articolo 2-sexies del decreto legislativo 196/2003)',
  },
  recipients: {
    portal: 'chi cura il portale',
    office: 'la sede che scegli',
    providers: 'il gestore d’identità che scegli',
    carriers: 'i gestori di posta elettronica e SMS, nominati responsabili del trattamento',
    authorities: 'le autorità che la legge indica',
    privacy: 'chi risponde alle richieste sui dati',
    nobody: 'solo tu',
  },
  subjects: { citizens: 'cittadini', staff: 'personale' },
  measures: [
    'Ogni persona vede solo le proprie righe: lo impone il database, non solo il programma',
    'I dati più delicati sono cifrati anche da fermi, con chiavi che si rinnovano',
    'Ogni lettura e ogni modifica resta in un registro che non si può alterare senza accorgersene',
    'Si entra con SPID, CIE, CNS o identità europea; il personale con l’accesso dell’Istituto e solo per i suoi compiti',
    'Le conservazioni finite si cancellano ogni notte',
    'I registri tecnici non contengono nomi, codici, recapiti',
  ],
};
