import type { PrivacyTexts } from '../privacy-notice.js';

export const V1_EN: PrivacyTexts = {
  title: 'Privacy: how we handle your data',
  lead: 'Which data this portal uses, why, for how long, and what you can ask for. Notice under articles 13 and 14 of Regulation (EU) 2016/679.',
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
    contacts: {
      name: 'Contacts',
      data: 'The e-mail and phone you give us',
      purpose: 'To tell you about changes to your appointment',
      time: 'Until you change them; with the appointment, if you gave them there',
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
    notices: {
      name: 'Notices',
      data: 'The notices and when you read them',
      purpose: 'To let you find every confirmation and every change',
      time: 'As long as you use the portal; {months} months after your last visit',
    },
    access: {
      name: 'Access log',
      data: 'Who came in or did what with your data, when, why and with which browser and system',
      purpose: 'To find and prove misuse',
      time: '{months} months',
    },
    spid: {
      name: 'Sign-ins with SPID, CIE and eIDAS',
      data: 'Requests and answers, encrypted and kept apart from the rest',
      purpose: 'Required by the technical rules of these identities',
      time: '{months} months',
    },
    session: {
      name: 'Session',
      data: 'The open connection, with the names of browser and system (such as “Firefox on Windows”); a form sent after the session ended, encrypted',
      purpose: 'To keep you signed in and spare you typing again',
      time: '15 minutes without activity, 8 hours at most; the form 30 minutes',
    },
    pin: {
      name: 'Tries with a PIN',
      data: 'Fiscal code and network address, replaced by codes made with a secret key: on their own they do not say who you are',
      purpose: 'Stop anyone who tries to guess a PIN',
      time: '24 hours if they failed, 30 days if they succeeded',
    },
  },
  after: [
    {
      id: 'base',
      title: 'On what legal ground',
      paragraphs: [
        'For tasks of public interest laid down by law (article 6(1)(e) of the Regulation) and legal obligations (article 6(1)(c)). For needs that touch on health, for reasons of substantial public interest (article 9(2)(g), and article 2-sexies of the Italian legislative decree 196/2003). We do not ask for consent for the services of this portal.',
      ],
      list: [],
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
        'Authorised staff of the office you chose and those who run the portal, each only for their task. We neither sell nor publish data, do no profiling and take no automated decisions, and do not transfer data outside the European Union.',
      ],
      list: [],
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
        'To see your data and get a copy, to have it corrected, erased or restricted where the law allows, and to object. Write to the controller or the data protection officer: we answer within one month.',
        'If you think your data is not handled properly you can turn to the Italian data protection authority, the [Garante per la protezione dei dati personali|it](https://www.garanteprivacy.it/), or to a court.',
      ],
      list: [],
    },
  ],
  basis: {},
  recipients: {},
  subjects: {},
  measures: [],
};
