import type { PrivacyTexts } from '../privacy-notice.js';

export const V1_DE: PrivacyTexts = {
  title: 'Datenschutz: wie wir mit Ihren Daten umgehen',
  lead: 'Welche Daten dieses Portal nutzt, wozu, wie lange und was Sie verlangen können. Information nach den Artikeln 13 und 14 der Verordnung (EU) 2016/679.',
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
    contacts: {
      name: 'Kontakt',
      data: 'E-Mail und Telefon, die Sie angeben',
      purpose: 'Sie über Änderungen Ihres Termins informieren',
      time: 'Bis Sie sie ändern; mit dem Termin, falls dort angegeben',
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
    notices: {
      name: 'Mitteilungen',
      data: 'Die Mitteilungen und wann Sie sie gelesen haben',
      purpose: 'Damit Sie jede Bestätigung und Änderung wiederfinden',
      time: 'Solange Sie das Portal nutzen; {months} Monate nach der letzten Anmeldung',
    },
    access: {
      name: 'Zugriffsprotokoll',
      data: 'Wer sich angemeldet oder was mit Ihren Daten gemacht hat, wann, warum und mit welchem Browser und System',
      purpose: 'Missbrauch erkennen und belegen',
      time: '{months} Monate',
    },
    spid: {
      name: 'Anmeldungen mit SPID, CIE und eIDAS',
      data: 'Anfragen und Antworten, verschlüsselt und getrennt vom Rest',
      purpose: 'Pflicht nach den technischen Regeln dieser Identitäten',
      time: '{months} Monate',
    },
    session: {
      name: 'Sitzung',
      data: 'Die offene Verbindung mit den Namen von Browser und System (etwa „Firefox auf Windows“); ein nach Sitzungsende gesendetes Formular, verschlüsselt',
      purpose: 'Angemeldet bleiben und nicht neu schreiben müssen',
      time: '15 Minuten ohne Aktivität, höchstens 8 Stunden; das Formular 30 Minuten',
    },
    pin: {
      name: 'Versuche mit der PIN',
      data: 'Steuernummer und Netzwerkadresse, ersetzt durch Kürzel aus einem geheimen Schlüssel: Allein sagen sie nicht, wer Sie sind',
      purpose: 'Stoppen, wer eine PIN zu erraten versucht',
      time: '24 Stunden, wenn erfolglos; 30 Tage, wenn erfolgreich',
    },
  },
  after: [
    {
      id: 'base',
      title: 'Auf welcher Rechtsgrundlage',
      paragraphs: [
        'Für gesetzlich übertragene Aufgaben im öffentlichen Interesse (Artikel 6 Absatz 1 Buchstabe e der Verordnung) und rechtliche Pflichten (Buchstabe c). Bei Bedürfnissen, die die Gesundheit berühren, aus Gründen eines erheblichen öffentlichen Interesses (Artikel 9 Absatz 2 Buchstabe g und Artikel 2-sexies des italienischen Gesetzesdekrets 196/2003). Für die Dienste dieses Portals holen wir keine Einwilligung ein.',
      ],
      list: [],
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
        'Befugtes Personal der gewählten Dienststelle und die Betreuung des Portals, jeweils nur für die eigene Aufgabe. Wir verkaufen und veröffentlichen keine Daten, erstellen keine Profile, treffen keine automatischen Entscheidungen und übermitteln nichts außerhalb der Europäischen Union.',
      ],
      list: [],
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
        'Ihre Daten sehen und eine Kopie erhalten, sie berichtigen, löschen oder einschränken lassen, soweit das Gesetz es erlaubt, und widersprechen. Schreiben Sie dem Verantwortlichen oder der datenschutzbeauftragten Person: Wir antworten innerhalb eines Monats.',
        'Wenn Sie meinen, dass Ihre Daten nicht richtig behandelt werden, können Sie sich an die italienische Datenschutzbehörde [Garante per la protezione dei dati personali|it](https://www.garanteprivacy.it/) oder an ein Gericht wenden.',
      ],
      list: [],
    },
  ],
  basis: {},
  recipients: {},
  subjects: {},
  measures: [],
};
