import type { PrivacyTexts } from '../privacy-notice.js';

export const V2_DE: PrivacyTexts = {
  title: 'Datenschutz: wie wir mit Ihren Daten umgehen',
  lead: 'Welche Daten dieses Portal nutzt, wozu, auf welcher Grundlage, wie lange und wer sie erhält. Information nach den Artikeln 13 und 14 der Verordnung (EU) 2016/679.',
  before: [
    {
      id: 'titolare',
      title: 'Wer verantwortlich ist',
      paragraphs: ['Verantwortlich ist {institute}, {address}. Für alle Fragen: [{email}](mailto:{email}).'],
      list: [],
    },
    {
      id: 'responsabile',
      title: 'Datenschutzbeauftragte Person',
      paragraphs: ['Sie können der datenschutzbeauftragten Person schreiben: [{privacyEmail}](mailto:{privacyEmail}).'],
      list: [],
    },
  ],
  activities: {
    identity: {
      name: 'Identität',
      data: 'Steuernummer, Vorname, Nachname, Geburtsdatum und -ort, Geschlecht und, falls der SPID-Anbieter sie übermittelt, Wohnsitz, E-Mail und Mobilnummer',
      purpose: 'Sie sicher erkennen und Ihnen nur zeigen, was Sie betrifft',
      time: 'Solange Sie das Portal nutzen; {months} Monate nach der letzten Anmeldung',
    },
    spid: {
      name: 'Anmeldungen mit SPID, CIE, CNS und eIDAS',
      data: 'Anfragen und Antworten, verschlüsselt und getrennt vom Rest',
      purpose: 'Pflicht nach den technischen Regeln dieser Identitäten',
      time: '{months} Monate ab der Anmeldung',
    },
    pin: {
      name: 'PIN',
      data: 'Für wen es noch eine PIN gibt: ihr Abdruck, der nicht lesbar ist, der Tag der Ausgabe, ob Sie im Ausland wohnen und ob Sie ein italienisches Dokument haben',
      purpose: 'Sie mit der PIN anmelden, solange das Gesetz es erlaubt',
      time: 'Solange Sie das Portal nutzen; {months} Monate nach der letzten Anmeldung',
    },
    'pin-entries': {
      name: 'Anmeldungen mit der PIN',
      data: 'Steuernummer und Netzwerkadresse, ersetzt durch Kürzel aus einem geheimen Schlüssel: Allein sagen sie nicht, wer Sie sind',
      purpose: 'Erkennen, von wo Sie sich üblicherweise anmelden',
      time: '{days} Tage ab der Anmeldung',
    },
    'pin-failures': {
      name: 'Erfolglose Versuche mit der PIN',
      data: 'Dieselben Kürzel',
      purpose: 'Stoppen, wer eine PIN zu erraten versucht',
      time: '{hours} Stunden ab dem Versuch',
    },
    session: {
      name: 'Sitzung',
      data: 'Die offene Verbindung mit den Namen von Browser und System (etwa „Firefox auf Windows“)',
      purpose: 'Angemeldet bleiben',
      time: '15 Minuten ohne Aktivität, höchstens 8 Stunden; {minutes} Minuten nach ihrem Ende',
    },
    forms: {
      name: 'Angefangene Formulare',
      data: 'Ein nach Sitzungsende gesendetes Formular, verschlüsselt',
      purpose: 'Nicht neu schreiben müssen',
      time: '{minutes} Minuten ab dem Senden',
    },
    contacts: {
      name: 'Kontakte',
      data: 'E-Mail, Mobilnummer, zertifizierte E-Mail (PEC), Telefon, Anschrift und Wohnsitz, die Sie angeben',
      purpose: 'Sie benachrichtigen, Bestätigungscodes senden, die nächsten Dienststellen vorschlagen',
      time: 'Bis Sie sie ändern oder entfernen; {months} Monate nach der letzten Anmeldung',
    },
    'contact-changes': {
      name: 'Zu bestätigende Kontakte',
      data: 'Der noch zu bestätigende Kontakt und der Abdruck des Codes, den wir Ihnen senden',
      purpose: 'Sicher sein, dass der Kontakt Ihnen gehört',
      time: '{days} Tage ab der Anforderung des Codes',
    },
    messages: {
      name: 'Gesendete Nachrichten',
      data: 'E-Mails und SMS, die wir Ihnen senden, bis zum Versand verschlüsselt; wann, auf welchem Weg und mit welchem Ergebnis',
      purpose: 'Ihnen Mitteilungen und Codes zustellen und Fehlgeschlagenes finden',
      time: '{months} Monate ab dem Schreiben; der Text wird gleich nach der Zustellung gelöscht',
    },
    notices: {
      name: 'Mitteilungen',
      data: 'Die Mitteilungen und wann Sie sie gelesen haben',
      purpose: 'Damit Sie jede Bestätigung und Änderung wiederfinden',
      time: '{months} Monate ab dem Tag der Mitteilung',
    },
    preferences: {
      name: 'Einstellungen',
      data: 'Wo Sie Mitteilungen wünschen, Ruhezeiten, Sprache',
      purpose: 'Ihnen dort, dann und in der Sprache schreiben, die Sie wünschen',
      time: 'Solange Sie das Portal nutzen; {months} Monate nach der letzten Anmeldung',
    },
    consents: {
      name: 'Einwilligungen',
      data: 'Welche Einwilligung Sie wann, zu welchem Text und in welcher Sitzung gegeben oder widerrufen haben',
      purpose: 'Nur tun, was Sie erlaubt haben, und das nachweisen können (Artikel 7 der Verordnung)',
      time: 'Solange Sie das Portal nutzen; {months} Monate ab Ihrer letzten Wahl oder, falls das später ist, ab der Löschung Ihrer Daten',
    },
    appointments: {
      name: 'Termine',
      data: 'Dienststelle, Thema, Weg, Tag und Uhrzeit, Notiz',
      purpose: 'Ihren Platz freihalten und das Gespräch vorbereiten',
      time: '{months} Monate nach dem Gespräch',
    },
    needs: {
      name: 'Was Ihnen beim Gespräch hilft',
      data: 'Stufenloser Eingang, Dolmetschen, Sprache. Kann etwas über Ihre Gesundheit aussagen',
      purpose: 'Sie so empfangen, wie Sie es brauchen; nur die gewählte Dienststelle sieht es. Freiwillig',
      time: 'Mit dem Termin',
    },
    access: {
      name: 'Zugriffsprotokoll',
      data: 'Wer Ihre Daten gesehen oder geändert hat, wann, warum und mit welchem Browser und System. Sie lesen es unter „Meine Daten“',
      purpose: 'Ihnen zeigen, wer Ihre Daten sieht, Missbrauch erkennen und belegen',
      time: '{months} Monate ab dem Vorgang, dann bis zum Monatsende',
    },
    exports: {
      name: 'Kopien Ihrer Daten',
      data: 'Das verschlüsselte Archiv mit allen Ihren Daten, das Sie zum Herunterladen anfordern',
      purpose:
        'Ihnen eine Kopie Ihrer Daten geben (Artikel 15 der Verordnung; Artikel 20 für das, was auf Einwilligung beruht; für das Übrige ist dasselbe Format unsere Entscheidung)',
      time: 'Das Archiv 7 Tage; wann Sie es angefordert und heruntergeladen haben {months} Monate ab der Anforderung',
    },
    rights: {
      name: 'Anträge zu Ihren Rechten',
      data: 'Anträge auf Berichtigung, Einschränkung, Widerspruch und Löschung, mit Protokollnummer, Gründen und Antwort',
      purpose: 'Innerhalb eines Monats antworten und das nachweisen (Artikel 12 und 16–21 der Verordnung)',
      time: '{months} Monate nach der Antwort',
    },
    staff: {
      name: 'Personal',
      data: 'Name, Dienststelle und Aufgaben derer, die am Portal arbeiten; was sie gesehen oder getan haben',
      purpose: 'Nur Befugte arbeiten lassen',
      time: '{months} Monate nach der letzten Anmeldung',
    },
  },
  after: [
    {
      id: 'base',
      title: 'Auf welcher Rechtsgrundlage',
      paragraphs: [
        'Fast alles, was wir tun, ist eine gesetzlich übertragene Aufgabe im öffentlichen Interesse oder eine rechtliche Pflicht: Deshalb holen wir keine Einwilligung ein. Wir fragen nur bei Freiwilligem: Umfragen und Neuigkeiten. Sie geben und widerrufen sie unter [Meine Daten, Einwilligungen](/dati/consensi); bei den Diensten ändert sich dadurch nichts.',
      ],
      list: [
        'Aufgabe im öffentlichen Interesse (Artikel 6 Absatz 1 Buchstabe e der Verordnung; Artikel 2-ter des italienischen Gesetzesdekrets 196/2003)',
        'Rechtliche Pflicht (Artikel 6 Absatz 1 Buchstabe c)',
        'Ihre Einwilligung, für freiwillige Nachrichten (Artikel 6 Absatz 1 Buchstabe a)',
        'Erhebliches öffentliches Interesse (Artikel 9 Absatz 2 Buchstabe g; Artikel 2-sexies des italienischen Gesetzesdekrets 196/2003)',
      ],
    },
    {
      id: 'provenienza',
      title: 'Woher sie kommen',
      paragraphs: [
        'Die Identitätsdaten kommen vom SPID-Anbieter, den Sie wählen, von Ihrer Karte (CIE oder CNS) oder aus Ihrem europäischen Land. Alles Übrige geben Sie selbst ein. Ohne Identitätsdaten können wir den persönlichen Bereich nicht öffnen; die öffentlichen Seiten nutzen Sie ganz ohne Daten.',
      ],
      list: [],
    },
    {
      id: 'destinatari',
      title: 'Wer sie sieht',
      paragraphs: [
        'Befugtes Personal der gewählten Dienststelle und die Betreuung des Portals, jeweils nur für die eigene Aufgabe, sowie vertraglich gebundene Dienstleister für den Versand von E-Mails und SMS (Artikel 28). Wir verkaufen und veröffentlichen keine Daten, erstellen keine Profile und treffen keine automatischen Entscheidungen.',
      ],
      list: [],
    },
    {
      id: 'trasferimenti',
      title: 'Außerhalb der Europäischen Union',
      paragraphs: ['Wir übermitteln keine Daten außerhalb der Europäischen Union.'],
      list: [],
    },
    {
      id: 'sicurezza',
      title: 'Wie wir sie schützen',
      paragraphs: [],
      list: [
        'Alle sehen nur die eigenen Zeilen: Das erzwingt die Datenbank, nicht nur das Programm',
        'Die heikelsten Daten sind auch gespeichert verschlüsselt, mit Schlüsseln, die erneuert werden',
        'Jedes Lesen und jede Änderung steht in einem Protokoll, das nicht unbemerkt verändert werden kann',
        'Der Zugang erfolgt mit SPID, CIE, CNS oder europäischer Identität; für das Personal mit der Anmeldung des Instituts und nur für seine Aufgaben',
        'Was abgelaufen ist, wird jede Nacht gelöscht',
        'Technische Protokolle enthalten keine Namen, Codes oder Kontakte',
      ],
    },
    {
      id: 'cookie',
      title: 'Cookies',
      paragraphs: [
        'Nur technische Cookies, für die das Gesetz keine Einwilligung verlangt. Keine Statistik, keine Dritten, keine Skripte.',
      ],
      list: [
        'die Sitzung, bis Sie sich abmelden oder nach 15 Minuten ohne Aktivität',
        'die Zuordnung zu einer gerade begonnenen Anmeldung, 10 Minuten',
        'der Schutz des PIN-Formulars, 24 Stunden',
        'die gewählte Sprache, ein Jahr',
      ],
    },
    {
      id: 'diritti',
      title: 'Was Sie verlangen können',
      paragraphs: [
        'Ihre Daten sehen und eine Kopie erhalten, sie berichtigen, löschen oder einschränken lassen, soweit das Gesetz es erlaubt, und widersprechen. Das geht unter [Meine Daten](/dati/diritti), oder Sie schreiben dem Verantwortlichen oder der datenschutzbeauftragten Person: Wir antworten innerhalb eines Monats.',
        'Wenn Sie meinen, dass Ihre Daten nicht richtig behandelt werden, können Sie sich an die italienische Datenschutzbehörde [Garante per la protezione dei dati personali|it](https://www.garanteprivacy.it/) oder an ein Gericht wenden.',
      ],
      list: [],
    },
  ],
  basis: {
    task: 'Aufgabe im öffentlichen Interesse (Artikel 6 Absatz 1 Buchstabe e der Verordnung; Artikel 2-ter des italienischen Gesetzesdekrets 196/2003)',
    duty: 'Rechtliche Pflicht (Artikel 6 Absatz 1 Buchstabe c)',
    consent: 'Ihre Einwilligung, für freiwillige Nachrichten (Artikel 6 Absatz 1 Buchstabe a)',
    health:
      'Erhebliches öffentliches Interesse (Artikel 9 Absatz 2 Buchstabe g; Artikel 2-sexies des italienischen Gesetzesdekrets 196/2003)',
  },
  recipients: {
    portal: 'die Betreuung des Portals',
    office: 'die gewählte Dienststelle',
    providers: 'der gewählte Identitätsanbieter',
    carriers: 'die beauftragten Dienstleister für E-Mail und SMS',
    authorities: 'gesetzlich bestimmte Behörden',
    privacy: 'wer Anträge zu Daten beantwortet',
    nobody: 'nur Sie',
  },
  subjects: { citizens: 'Bürgerinnen und Bürger', staff: 'Personal' },
  measures: [
    'Alle sehen nur die eigenen Zeilen: Das erzwingt die Datenbank, nicht nur das Programm',
    'Die heikelsten Daten sind auch gespeichert verschlüsselt, mit Schlüsseln, die erneuert werden',
    'Jedes Lesen und jede Änderung steht in einem Protokoll, das nicht unbemerkt verändert werden kann',
    'Der Zugang erfolgt mit SPID, CIE, CNS oder europäischer Identität; für das Personal mit der Anmeldung des Instituts und nur für seine Aufgaben',
    'Was abgelaufen ist, wird jede Nacht gelöscht',
    'Technische Protokolle enthalten keine Namen, Codes oder Kontakte',
  ],
};
