import type { PrivacyTexts } from '../privacy-notice.js';

export const V2_EN: PrivacyTexts = {
  title: 'Privacy: how we handle your data',
  lead: 'Which data this portal uses, why, on what ground, for how long and who receives them. Notice under articles 13 and 14 of Regulation (EU) 2016/679.',
  before: [
    {
      id: 'titolare',
      title: 'Who is responsible',
      paragraphs: ['The controller is {institute}, {address}. For any question: [{email}](mailto:{email}).'],
      list: [],
    },
    {
      id: 'responsabile',
      title: 'Data protection officer',
      paragraphs: ['You can write to the data protection officer: [{privacyEmail}](mailto:{privacyEmail}).'],
      list: [],
    },
  ],
  activities: {
    identity: {
      name: 'Identity',
      data: 'Fiscal code, name, surname, date and place of birth, gender and, if the SPID provider sends them, residence, e-mail and mobile phone',
      purpose: 'To know that it is you and show you only what concerns you',
      time: 'As long as you use the portal; {months} months after your last visit',
    },
    spid: {
      name: 'Sign-ins with SPID, CIE, CNS and eIDAS',
      data: 'Requests and answers, encrypted and kept apart from the rest',
      purpose: 'Required by the technical rules of these identities',
      time: '{months} months from the sign-in',
    },
    pin: {
      name: 'PIN',
      data: 'For those who still have a PIN: its fingerprint, which cannot be read, the day it was given, whether you live abroad and whether you have an Italian document',
      purpose: 'To let you in with the PIN as long as the law allows it',
      time: 'As long as you use the portal; {months} months after your last visit',
    },
    'pin-entries': {
      name: 'Sign-ins with a PIN',
      data: 'Fiscal code and network address, replaced by codes made with a secret key: on their own they do not say who you are',
      purpose: 'To recognise where you usually sign in from',
      time: '{days} days from the sign-in',
    },
    'pin-failures': {
      name: 'Failed tries with a PIN',
      data: 'The same codes',
      purpose: 'To stop anyone who tries to guess a PIN',
      time: '{hours} hours from the try',
    },
    session: {
      name: 'Session',
      data: 'The open connection, with the names of browser and system (such as “Firefox on Windows”)',
      purpose: 'To keep you signed in',
      time: '15 minutes without activity, 8 hours at most; {minutes} minutes after its end',
    },
    forms: {
      name: 'Pending forms',
      data: 'A form sent after the session ended, encrypted',
      purpose: 'To spare you typing again',
      time: '{minutes} minutes from when it was sent',
    },
    contacts: {
      name: 'Contacts',
      data: 'E-mail, mobile, certified e-mail (PEC), phone, address and residence that you give us',
      purpose: 'To tell you things, send you confirmation codes, propose the nearest offices',
      time: 'Until you change or remove them; {months} months after your last visit',
    },
    'contact-changes': {
      name: 'Contacts to be confirmed',
      data: 'The contact waiting to be confirmed and the fingerprint of the code we send you',
      purpose: 'To be sure that the contact is yours',
      time: '{days} days from when you ask for the code',
    },
    messages: {
      name: 'Messages sent',
      data: 'E-mails and text messages we send you, encrypted until they leave; when they left, by which road and with what outcome',
      purpose: 'To get notices and codes to you and trace what does not arrive',
      time: '{months} months from when it was written; the text is erased as soon as it is delivered',
    },
    notices: {
      name: 'Notices',
      data: 'The notices and when you read them',
      purpose: 'To let you find every confirmation and every change',
      time: '{months} months from the day of the notice',
    },
    preferences: {
      name: 'Preferences',
      data: 'Where you want notices, quiet hours, language',
      purpose: 'To write to you where, when and in the language you want',
      time: 'As long as you use the portal; {months} months after your last visit',
    },
    consents: {
      name: 'Consents',
      data: 'Which consent you gave or withdrew, for which text, when and in which session',
      purpose: 'To do only what you allowed, and to be able to show it (article 7 of the Regulation)',
      time: 'As long as you use the portal; {months} months from your last choice, or from the erasure of your data if that is later',
    },
    appointments: {
      name: 'Appointments',
      data: 'Office, topic, way, day and time, note',
      purpose: 'To keep your place and prepare the meeting',
      time: '{months} months after the meeting',
    },
    needs: {
      name: 'What helps you at the meeting',
      data: 'Step-free entrance, interpreter, language. It may say something about your health',
      purpose: 'To receive you in the way you need; only the office you chose sees it. It is optional',
      time: 'With the appointment',
    },
    access: {
      name: 'Access record',
      data: 'Who saw or changed your data, when, why and with which browser and system. You can read it in “My data”',
      purpose: 'To show you who sees your data, to find and prove misuse',
      time: '{months} months from the operation, then to the end of the month',
    },
    exports: {
      name: 'Copies of your data',
      data: 'The archive with all your data that you ask to download, encrypted',
      purpose:
        'To give you a copy of your data (article 15 of the Regulation; article 20 for what rests on consent, while for the rest the same format is our choice)',
      time: 'The archive 7 days; when you asked for it and downloaded it {months} months from the request',
    },
    rights: {
      name: 'Requests about your rights',
      data: 'Requests to rectify, restrict, object and erase, with protocol number, reasons and answer',
      purpose: 'To answer within one month and show how we answered (articles 12 and 16–21 of the Regulation)',
      time: '{months} months from the answer',
    },
    staff: {
      name: 'Staff',
      data: 'Name, office and duties of those who work on the portal; what they saw or did',
      purpose: 'To let only authorised people work',
      time: '{months} months after their last visit',
    },
  },
  after: [
    {
      id: 'base',
      title: 'On what legal ground',
      paragraphs: [
        'Nearly all we do is a task in the public interest laid down by law, or a legal obligation: so we do not ask for your consent. We ask only for what is optional: surveys and news. You give and withdraw it in [My data, Consents](/dati/consensi), and if you withdraw it nothing changes in the services.',
      ],
      list: [
        'Task in the public interest (article 6(1)(e) of the Regulation; article 2-ter of Italian legislative decree 196/2003)',
        'Legal obligation (article 6(1)(c))',
        'Your consent, for optional messages (article 6(1)(a))',
        'Substantial public interest (article 9(2)(g); article 2-sexies of Italian legislative decree 196/2003)',
      ],
    },
    {
      id: 'provenienza',
      title: 'Where they come from',
      paragraphs: [
        'Identity data comes from the SPID provider you choose, from your card (CIE or CNS) or from your European country. Everything else you type yourself. Without identity data we cannot open the personal area; the public pages ask for no data at all.',
      ],
      list: [],
    },
    {
      id: 'destinatari',
      title: 'Who sees them',
      paragraphs: [
        'Authorised staff of the office you chose and those who run the portal, each only for their task, and the suppliers that help us send e-mails and text messages, bound by contract (article 28). We neither sell nor publish data, do no profiling and take no automated decisions.',
      ],
      list: [],
    },
    {
      id: 'trasferimenti',
      title: 'Outside the European Union',
      paragraphs: ['We do not transfer data outside the European Union.'],
      list: [],
    },
    {
      id: 'sicurezza',
      title: 'How we protect them',
      paragraphs: [],
      list: [
        'Everybody sees their own rows only: the database enforces it, not just the program',
        'The most delicate data are encrypted at rest too, with keys that are renewed',
        'Every read and every change stays in a record that cannot be altered unnoticed',
        'People enter with SPID, CIE, CNS or a European identity; staff with the institute’s own sign-in and for their duties alone',
        'What is past its time is erased every night',
        'Technical logs hold no names, codes or contacts',
      ],
    },
    {
      id: 'cookie',
      title: 'Cookies',
      paragraphs: [
        'Technical cookies only, for which the law asks no consent. No statistics, no third parties, no scripts.',
      ],
      list: [
        'the session, until you sign out or after 15 minutes without activity',
        'the link with a sign-in that has just begun, 10 minutes',
        'the protection of the PIN form, 24 hours',
        'the language you chose, one year',
      ],
    },
    {
      id: 'diritti',
      title: 'What you can ask for',
      paragraphs: [
        'To see your data and get a copy, to have it corrected, erased or restricted where the law allows, and to object. You can do so in [My data](/dati/diritti), or write to the controller or the data protection officer: we answer within one month.',
        'If you think your data is not handled properly you can turn to the Italian data protection authority, the [Garante per la protezione dei dati personali|it](https://www.garanteprivacy.it/), or to a court.',
      ],
      list: [],
    },
  ],
  basis: {
    task: 'Task in the public interest (article 6(1)(e) of the Regulation; article 2-ter of Italian legislative decree 196/2003)',
    duty: 'Legal obligation (article 6(1)(c))',
    consent: 'Your consent, for optional messages (article 6(1)(a))',
    health: 'Substantial public interest (article 9(2)(g); article 2-sexies of Italian legislative decree 196/2003)',
  },
  recipients: {
    portal: 'those who run the portal',
    office: 'the office you choose',
    providers: 'the identity provider you choose',
    carriers: 'the carriers of e-mail and text messages, appointed as processors',
    authorities: 'authorities named by law',
    privacy: 'those who answer requests about data',
    nobody: 'you alone',
  },
  subjects: { citizens: 'citizens', staff: 'staff' },
  measures: [
    'Everybody sees their own rows only: the database enforces it, not just the program',
    'The most delicate data are encrypted at rest too, with keys that are renewed',
    'Every read and every change stays in a record that cannot be altered unnoticed',
    'People enter with SPID, CIE, CNS or a European identity; staff with the institute’s own sign-in and for their duties alone',
    'What is past its time is erased every night',
    'Technical logs hold no names, codes or contacts',
  ],
};
