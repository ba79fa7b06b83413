import type { Blame } from '#src/transport/status.rules.js';

/** One returned mail of a sort of server: the names in it are ours, the shape is theirs. */
export interface Shape {
  what: string;
  expected: Blame | null;
  mail(to: string): string;
}

const PERSON = 'maria.rossi@posta.example';
const ORIGINAL = ['Content-Type: text/rfc822-headers', '', 'Subject: Un avviso', `To: ${PERSON}`, ''];

interface Parts {
  top?: string[];
  human?: string[];
  /** Of the report, block by block. */
  blocks: string[][];
  kind?: string;
  coded?: string[];
  original?: string[];
  end?: string;
}

/** A report in three parts (RFC 3464), as most servers write it. */
function dsn({ top = [], human, blocks, kind, coded, original = ORIGINAL, end = '\r\n' }: Parts) {
  return (to: string): string =>
    [
      'Return-Path: <>',
      'Received: from mx.posta.example by posta.ente.example; Wed, 1 Apr 2026 09:00:00 +0200',
      ...top,
      ...(top.some((line) => /^From:/i.test(line)) ? [] : ['From: Mail Delivery System <MAILER-DAEMON@posta.example>']),
      `To: <${to}>`,
      'MIME-Version: 1.0',
      'Content-Type: multipart/report; report-type=delivery-status; boundary="=_b/1"',
      '',
      'This is a MIME-encapsulated message.',
      '',
      '--=_b/1',
      ...(human ?? ['Content-Type: text/plain; charset=us-ascii', '', 'Your message could not be delivered.']),
      '--=_b/1',
      `Content-Type: ${kind ?? 'message/delivery-status'}`,
      ...(coded ? [...coded] : ['', ...blocks.flatMap((block) => [...block, ''])]),
      '--=_b/1',
      ...original,
      '--=_b/1--',
      '',
    ].join(end);
}

/** One recipient: what was done, the status, the words. */
const of = (action: string, status: string, diagnosis?: string, person = PERSON): string[] => [
  `Final-Recipient: rfc822; ${person}`,
  `Action: ${action}`,
  `Status: ${status}`,
  ...(diagnosis === undefined ? [] : [`Diagnostic-Code: ${diagnosis}`]),
];
const MTA = ['Reporting-MTA: dns; mx.posta.example', 'Arrival-Date: Wed, 1 Apr 2026 09:00:00 +0200'];
const failed = (status: string, diagnosis?: string) => dsn({ blocks: [MTA, of('failed', status, diagnosis)] });

const one = (what: string, expected: Blame | null, mail: (to: string) => string): Shape => ({ what, expected, mail });

const POSTFIX: Shape[] = [
  one(
    'Postfix: unknown user',
    'respinta',
    failed('5.1.1', `smtp; 550 5.1.1 <${PERSON}>: Recipient address rejected: User unknown in virtual mailbox table`),
  ),
  one(
    'Postfix: unknown in the table of a relay',
    'respinta',
    failed('5.1.1', `smtp; 550 5.1.1 <${PERSON}>: Recipient address rejected: User unknown in relay recipient table`),
  ),
  one('Postfix: a local user nobody knows', 'respinta', failed('5.1.1', 'x-postfix; unknown user: "maria.rossi"')),
  one(
    'Postfix: no such domain',
    'respinta',
    failed(
      '5.4.4',
      'x-postfix; Host or domain name not found. Name service error for name=posta.example type=A: Host not found',
    ),
  ),
  one(
    'Postfix: the domain takes no mail (null MX)',
    'respinta',
    failed('5.1.0', 'x-postfix; Domain posta.example does not accept mail (nullMX)'),
  ),
  one(
    'Postfix: five days of no answer',
    'fallita',
    failed('4.4.1', 'x-postfix; connect to mx.posta.example[192.0.2.7]:25: Connection timed out'),
  ),
  one(
    'Postfix: our relay is not let through',
    'fallita',
    failed('5.7.1', `smtp; 554 5.7.1 <${PERSON}>: Relay access denied`),
  ),
  one(
    'Postfix: the client is on a block list',
    'fallita',
    failed('5.7.1', 'smtp; 554 5.7.1 Service unavailable; Client host [192.0.2.1] blocked using zen.spamhaus.org'),
  ),
  one(
    'Postfix: a block list under a status that says nothing',
    'fallita',
    failed('5.0.0', 'smtp; 554 Service unavailable; Client host [192.0.2.1] blocked using dnsbl.example'),
  ),
  one(
    'Postfix: the sender is refused',
    'fallita',
    failed('5.1.0', 'smtp; 550 5.1.0 <rimbalzi@ente.example>: Sender address rejected: Domain not found'),
  ),
  one(
    'Postfix: the sender is refused, 5.1.8',
    'fallita',
    failed('5.1.8', 'smtp; 450 4.1.8 Sender address rejected: Domain not found'),
  ),
  one(
    'Postfix: greylisted to the end',
    'fallita',
    failed(
      '4.2.0',
      `smtp; 450 4.2.0 <${PERSON}>: Recipient address rejected: Greylisted, see https://greylist.example`,
    ),
  ),
  one('Postfix: over quota for good', 'fallita', failed('5.2.2', `smtp; 552 5.2.2 <${PERSON}>: Mailbox is full`)),
  one('Postfix: over quota under 5.1.1', 'fallita', failed('5.1.1', `smtp; 550 5.1.1 <${PERSON}>: user is over quota`)),
  one(
    'Postfix: the message is too large',
    'fallita',
    failed('5.3.4', 'smtp; 552 5.3.4 Message size exceeds fixed limit'),
  ),
  one(
    'Postfix: it goes round in circles',
    'fallita',
    failed('5.4.6', 'x-postfix; mail for posta.example loops back to myself'),
  ),
  one(
    'Postfix: a verified sender of addresses',
    'respinta',
    failed(
      '5.1.1',
      'smtp; 550 5.1.1 Recipient address rejected: undeliverable address: host mx.posta.example said: 550 5.1.1 No such user',
    ),
  ),
];

const SENDMAIL: Shape[] = [
  one('sendmail: unknown user', 'respinta', failed('5.1.1', `SMTP; 550 5.1.1 <${PERSON}>... User unknown`)),
  one(
    'sendmail: unknown user of the mailer itself, 5.3.0',
    'respinta',
    failed('5.3.0', `x-unix; 550 ${PERSON}... User unknown`),
  ),
  one('sendmail: host unknown', 'respinta', failed('5.1.2', 'SMTP; 550 Host unknown')),
  one('sendmail: no diagnosis', 'dubbia', failed('5.0.0')),
  one('sendmail: cannot create output', 'fallita', failed('5.3.5', 'x-unix; 554 5.3.5 Local configuration error')),
  one('sendmail: refused by a filter', 'fallita', failed('5.7.1', 'SMTP; 550 5.7.1 Command rejected')),
  one('sendmail: five days in the queue', 'fallita', failed('4.4.7', 'SMTP; 421 4.4.7 Message timed out')),
  one(
    'sendmail: a warning',
    null,
    dsn({ blocks: [MTA, [...of('delayed', '4.4.1'), 'Will-Retry-Until: Mon, 6 Apr 2026 09:00:00 +0200']] }),
  ),
];

const EXCHANGE: Shape[] = [
  one(
    'Exchange Online: not found, 5.1.10',
    'respinta',
    failed(
      '5.1.10',
      `smtp;550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient ${PERSON} not found by SMTP address lookup`,
    ),
  ),
  one(
    'Exchange: not found, 5.1.1',
    'respinta',
    failed('5.1.1', 'smtp;550 5.1.1 RESOLVER.ADR.RecipNotFound; not found'),
  ),
  one(
    'Exchange Online: no such recipient at the edge, 5.4.1',
    'respinta',
    failed('5.4.1', `smtp;550 5.4.1 [${PERSON}]: Recipient address rejected: Access denied. AS(201806281)`),
  ),
  one(
    'Exchange Online: unknown behind it, 5.1.351',
    'respinta',
    failed('5.1.351', 'smtp;550 5.1.351 Remote server returned unknown recipient or mailbox unavailable'),
  ),
  one(
    'Exchange Online: no such domain',
    'respinta',
    failed('5.4.310', 'smtp;550 5.4.310 DNS domain posta.example does not exist [Message=InfoDomainNonexistent]'),
  ),
  one(
    'Exchange: full',
    'fallita',
    failed('5.2.2', 'smtp;554 5.2.2 mailbox full; STOREDRV.Deliver.Exception:QuotaExceededException'),
  ),
  one(
    'Exchange: the sender may not write to this group',
    'fallita',
    failed('5.7.133', 'smtp;550 5.7.133 RESOLVER.RST.SenderNotAuthenticatedForGroup; authentication required'),
  ),
  one(
    'Exchange: a rule refuses it',
    'fallita',
    failed('5.7.1', 'smtp;550 5.7.1 TRANSPORT.RULES.RejectMessage; the message was rejected by organization policy'),
  ),
  one(
    'Exchange Online: our address is banned',
    'fallita',
    failed('5.7.606', 'smtp;550 5.7.606 Access denied, banned sending IP [192.0.2.1]'),
  ),
  one(
    'Exchange Online: banned, under 5.0.0',
    'fallita',
    failed('5.0.0', 'smtp;550 Access denied, banned sending IP [192.0.2.1]'),
  ),
  one(
    'Exchange Online: DMARC',
    'fallita',
    failed('5.7.509', 'smtp;550 5.7.509 Access denied, sending domain ENTE.EXAMPLE does not pass DMARC verification'),
  ),
  one(
    'Exchange Online: bad outbound sender',
    'fallita',
    failed('5.1.8', 'smtp;550 5.1.8 Access denied, bad outbound sender'),
  ),
  one('Exchange Online: sender denied, 5.1.0', 'fallita', failed('5.1.0', 'smtp;550 5.1.0 Sender denied')),
  one(
    'Exchange Online: expired',
    'fallita',
    failed('5.4.316', 'smtp;550 5.4.316 Message expired, connection refused(Socket error code 10061)'),
  ),
  one('Exchange Online: expired, class 4', 'fallita', failed('4.4.7', 'smtp;450 4.4.7 Message delayed')),
  one(
    'Exchange: received too fast',
    'fallita',
    failed('5.2.121', 'smtp;550 5.2.121 RESOLVER.RST.RecipientRateLimit; recipient rate limit exceeded'),
  ),
];

const GMAIL: Shape[] = [
  one(
    'Gmail: no such account',
    'respinta',
    failed(
      '5.1.1',
      "smtp; 550-5.1.1 The email account that you tried to reach does not exist. Please try\r\n 550-5.1.1 double-checking the recipient's email address for typos or\r\n 550-5.1.1 unnecessary spaces. For more information, go to\r\n 550 5.1.1  https://support.mail.example/?p=NoSuchUser x1 - gsmtp",
    ),
  ),
  one(
    'Gmail: disabled',
    'respinta',
    failed('5.2.1', 'smtp; 550 5.2.1 The email account that you tried to reach is disabled. - gsmtp'),
  ),
  one(
    'Gmail: inactive, under a status that says nothing',
    'respinta',
    failed('5.0.0', 'smtp; 550 The email account that you tried to reach is inactive.'),
  ),
  one(
    'Gmail: receives too much, under 5.2.1',
    'fallita',
    failed(
      '5.2.1',
      'smtp; 550-5.2.1 The user you are trying to contact is receiving mail at a rate that\r\n 550 5.2.1 prevents additional messages from being delivered.',
    ),
  ),
  one(
    'Gmail: not authenticated, 5.7.26',
    'fallita',
    failed(
      '5.7.26',
      "smtp; 550-5.7.26 Unauthenticated email from ente.example is not accepted due to\r\n 550-5.7.26 domain's DMARC policy.",
    ),
  ),
  one(
    'Gmail: not authenticated, under 5.0.0',
    'fallita',
    failed(
      '5.0.0',
      'smtp; 550 This mail has been blocked because the sender is unauthenticated. SPF and DKIM did not pass.',
    ),
  ),
  one(
    'Gmail: full for now, given up',
    'fallita',
    failed('4.2.2', 'smtp; 452-4.2.2 The email account that you tried to reach is over quota.'),
  ),
  one('Gmail: full', 'fallita', failed('5.2.2', "smtp; 552-5.2.2 The recipient's inbox is out of storage space.")),
  one(
    'Gmail: unsolicited',
    'fallita',
    failed('5.7.1', 'smtp; 550-5.7.1 Our system has detected that this message is likely unsolicited mail.'),
  ),
  one(
    'Gmail: too many from us',
    'fallita',
    failed(
      '4.7.28',
      'smtp; 421-4.7.28 Our system has detected an unusual rate of mail originating from your IP address.',
    ),
  ),
  one(
    'Gmail: no such domain',
    'respinta',
    failed('5.1.2', "smtp; 553-5.1.2 We weren't able to find the recipient domain."),
  ),
];

const OTHERS: Shape[] = [
  one(
    'another: this user has no account',
    'respinta',
    failed('5.0.0', "smtp; 554 delivery error: dd This user doesn't have an account here [0]"),
  ),
  one(
    'another: not listed in the directory',
    'respinta',
    failed('5.1.1', `smtp; 550 ${PERSON} User not listed in public directory`),
  ),
  one(
    'another: mailbox unavailable, no more',
    'dubbia',
    failed('5.5.0', 'smtp; 550 5.5.0 Requested action not taken: mailbox unavailable'),
  ),
  one('another: address rejected, no more', 'dubbia', failed('5.1.0', 'smtp; 550 #5.1.0 Address rejected.')),
  one('another: a code and nothing else', 'dubbia', failed('5.0.0', 'smtp; 550')),
  one('another: 552 and nothing else', 'fallita', failed('5.0.0', 'smtp; 552')),
  one('another: a policy, under 5.1.0', 'fallita', failed('5.1.0', 'smtp; 550 5.1.0 rejected for policy reasons')),
  one(
    'another: too many messages, under 5.0.0',
    'fallita',
    failed('5.0.0', 'smtp; 550 Too many messages from your address, rate limit'),
  ),
  one('another: reverse DNS', 'fallita', failed('5.0.0', 'smtp; 554 No reverse DNS for your host')),
  one('another: blacklisted, under 5.1.1', 'fallita', failed('5.1.1', 'smtp; 550 IP blacklisted by our filter')),
  one('another: in Italian, full', 'fallita', failed('5.0.0', 'smtp; 550 casella piena')),
  one('another: in Italian, unknown', 'respinta', failed('5.0.0', 'smtp; 550 utente sconosciuto')),
  one(
    'another: the words say one thing, the status of its own another',
    'fallita',
    failed('5.0.0', 'smtp; 550 5.7.1 no'),
  ),
  one('another: the words have the status that the report lacks', 'respinta', failed('5.0.0', 'smtp; 550 5.1.1 no')),
];

const ODD: Shape[] = [
  one(
    'fields in any case, folded, with comments',
    'respinta',
    dsn({
      blocks: [
        MTA,
        [
          'FINAL-RECIPIENT:',
          ` rfc822;${PERSON}`,
          'aCtIoN:',
          '\tFailed (bad destination mailbox)',
          'STATUS:',
          '  5.1.1 (bad destination mailbox address)',
          'diagnostic-code:',
          ' smtp;',
          '  550 No such user',
        ],
      ],
    }),
  ),
  one('line feeds alone', 'respinta', dsn({ blocks: [MTA, of('failed', '5.1.1')], end: '\n' })),
  one('one block for all', 'respinta', dsn({ blocks: [[...MTA, ...of('failed', '5.1.1')]] })),
  one('no status', 'dubbia', dsn({ blocks: [MTA, [`Final-Recipient: rfc822; ${PERSON}`, 'Action: failed']] })),
  one(
    'no status, and a diagnosis',
    'respinta',
    dsn({ blocks: [MTA, ['Action: failed', 'Diagnostic-Code: smtp; 550 5.1.1 User unknown']] }),
  ),
  one('a status that is none', 'dubbia', dsn({ blocks: [MTA, of('failed', '5.x')] })),
  one(
    'no action, and a status of class 5',
    'respinta',
    dsn({ blocks: [MTA, [`Final-Recipient: rfc822; ${PERSON}`, 'Status: 5.1.1']] }),
  ),
  one(
    'no action, and a status of class 4',
    null,
    dsn({ blocks: [MTA, [`Final-Recipient: rfc822; ${PERSON}`, 'Status: 4.2.2']] }),
  ),
  one('no block of a recipient', null, dsn({ blocks: [MTA] })),
  one('an empty report', null, dsn({ blocks: [] })),
  one(
    'no original',
    'respinta',
    dsn({ blocks: [MTA, of('failed', '5.1.1')], original: ['Content-Type: text/plain', '', 'x'] }),
  ),
  one(
    'the whole original',
    'respinta',
    dsn({
      blocks: [MTA, of('failed', '5.1.1')],
      original: ['Content-Type: message/rfc822', '', `To: ${PERSON}`, 'Subject: x', '', 'Testo', ''],
    }),
  ),
  one(
    'a report in base64',
    'respinta',
    dsn({
      blocks: [],
      coded: [
        'Content-Transfer-Encoding: base64',
        '',
        Buffer.from(`${MTA.join('\r\n')}\r\n\r\n${of('failed', '5.1.1').join('\r\n')}\r\n`).toString('base64'),
      ],
    }),
  ),
  one(
    'a report in quoted-printable',
    'respinta',
    dsn({
      blocks: [],
      coded: [
        'Content-Transfer-Encoding: quoted-printable',
        '',
        ...MTA,
        '',
        ...of('failed', '5.1.1').map((line) => line.replace('failed', 'fail=65d')),
        '',
      ],
    }),
  ),
  one(
    'the report of an address with letters of all scripts',
    'respinta',
    dsn({ kind: 'message/global-delivery-status', blocks: [MTA, of('failed', '5.1.1')] }),
  ),
  one(
    'a type in capitals',
    'respinta',
    dsn({ kind: 'MESSAGE/Delivery-Status; name="details.txt"', blocks: [MTA, of('failed', '5.1.1')] }),
  ),
  one(
    'words in Latin-1',
    'respinta',
    dsn({
      human: [
        'Content-Type: text/plain; charset=iso-8859-1',
        'Content-Transfer-Encoding: quoted-printable',
        '',
        'L=E0 non c=27=E8 nessuno',
      ],
      blocks: [MTA, of('failed', '5.1.1')],
    }),
  ),
  one(
    'words in a charset that nobody knows',
    'respinta',
    dsn({
      human: ['Content-Type: text/plain; charset=x-none-such', 'Content-Transfer-Encoding: base64', '', 'AAECAwQ='],
      blocks: [MTA, of('failed', '5.1.1')],
    }),
  ),
  one(
    'words in Japanese',
    'respinta',
    dsn({
      human: ['Content-Type: text/plain; charset=iso-2022-jp', '', '\u001b$B%a!<%k\u001b(B'],
      blocks: [MTA, of('failed', '5.1.1')],
    }),
  ),
  one('inside another mail with parts', 'respinta', (to) => wrapped(to, failed('5.1.1')(to))),
  one('attached to another mail, as somebody passed it on', null, (to) => attached(to, failed('5.1.1')(to))),
];

const SEVERAL: Shape[] = [
  one(
    'two recipients, ours the second',
    'respinta',
    dsn({ blocks: [MTA, of('delivered', '2.0.0', undefined, 'altri@posta.example'), of('failed', '5.1.1')] }),
  ),
  one(
    'two recipients, ours was delivered',
    null,
    dsn({ blocks: [MTA, of('failed', '5.1.1', undefined, 'altri@posta.example'), of('delivered', '2.0.0')] }),
  ),
  one(
    'two recipients, ours is late',
    null,
    dsn({ blocks: [MTA, of('failed', '5.1.1', undefined, 'altri@posta.example'), of('delayed', '4.4.1')] }),
  ),
  one(
    'two recipients, ours was refused for what we are',
    'fallita',
    dsn({ blocks: [MTA, of('failed', '5.1.1', undefined, 'altri@posta.example'), of('failed', '5.7.1')] }),
  ),
  one(
    'an alias for two, neither named as ours',
    'fallita',
    dsn({
      blocks: [
        MTA,
        of('failed', '5.1.1', undefined, 'a@posta.example'),
        of('failed', '5.2.2', undefined, 'b@posta.example'),
      ],
    }),
  ),
  one(
    'passed on to another address, which is wrong',
    'respinta',
    dsn({
      blocks: [
        MTA,
        [`Original-Recipient: rfc822;${PERSON}`, ...of('failed', '5.1.1', undefined, 'altrove@posta.example')],
      ],
    }),
  ),
];

const NO_FAILURES: Shape[] = ['delayed', 'delivered', 'relayed', 'expanded'].map((action) =>
  one(`not a failure: ${action}`, null, dsn({ blocks: [MTA, of(action, action === 'delayed' ? '4.2.0' : '2.1.5')] })),
);

const plain =
  (lines: string[], top: string[] = []) =>
  (to: string): string =>
    ['From: MAILER-DAEMON@posta.example', `To: ${to}`, 'Subject: failure notice', ...top, '', ...lines, ''].join(
      '\r\n',
    );
const QMAIL = [
  'Hi. This is the qmail-send program at posta.example.',
  "I'm afraid I wasn't able to deliver your message to the following addresses.",
  "This is a permanent error; I've given up. Sorry it didn't work out.",
  '',
  `<${PERSON}>:`,
];
const COPY = ['', '--- Below this line is a copy of the message.', '', 'Subject: spam blocked quota', ''];

const IN_WORDS: Shape[] = [
  one('qmail: no mailbox', 'respinta', plain([...QMAIL, 'Sorry, no mailbox here by that name. (#5.1.1)', ...COPY])),
  one('qmail: over quota', 'fallita', plain([...QMAIL, 'user is over quota (#5.2.2)', ...COPY])),
  one(
    'qmail: refused there',
    'fallita',
    plain([
      ...QMAIL,
      '192.0.2.7 failed after I sent the message.',
      'Remote host said: 554 5.7.1 Message blocked',
      ...COPY,
    ]),
  ),
  one(
    'qmail: given up',
    'fallita',
    plain([...QMAIL, "I'm not going to try again; this message has been in the queue too long. (#4.4.1)", ...COPY]),
  ),
  one('qmail: no reason', 'dubbia', plain([...QMAIL, 'Remote host said: 550', ...COPY])),
  one(
    'Exim in words: unknown',
    'respinta',
    plain(
      [
        'This message was created automatically by mail delivery software.',
        '',
        'A message that you sent could not be delivered.',
        '',
        `  ${PERSON}`,
        '    SMTP error from remote mail server after RCPT TO:<x>:',
        '    550 5.1.1 No such user',
        '',
        '------ This is a copy of the message. ------',
        'Subject: quota',
      ],
      [`X-Failed-Recipients: ${PERSON}`],
    ),
  ),
  one(
    'an absence',
    null,
    plain(['I am away until Monday. Action: failed Status: 5.1.1'], ['Auto-Submitted: auto-replied']),
  ),
  one(
    'an answer of a desk',
    null,
    plain(['Ticket 4711: user unknown? We look into it.'], ['Auto-Submitted: auto-generated']),
  ),
  one(
    'an answer in two parts',
    null,
    (to) =>
      `From: a@posta.example\r\nTo: ${to}\r\nContent-Type: multipart/alternative; boundary=x\r\n\r\n--x\r\nContent-Type: text/plain\r\n\r\nAction: failed\r\n--x\r\nContent-Type: text/html\r\n\r\n<p>no\r\n--x--\r\n`,
  ),
  one(
    'a receipt that it was read',
    null,
    (to) =>
      `From: a@posta.example\r\nTo: ${to}\r\nContent-Type: multipart/report; report-type=disposition-notification; boundary=x\r\n\r\n--x\r\nContent-Type: text/plain\r\n\r\nletto\r\n--x\r\nContent-Type: message/disposition-notification\r\n\r\nFinal-Recipient: rfc822; ${PERSON}\r\nDisposition: automatic-action; displayed\r\n\r\n--x--\r\n`,
  ),
  one(
    'a complaint',
    null,
    (to) =>
      `From: a@posta.example\r\nTo: ${to}\r\nContent-Type: multipart/report; report-type=feedback-report; boundary=x\r\n\r\n--x\r\nContent-Type: message/feedback-report\r\n\r\nFeedback-Type: abuse\r\n\r\n--x--\r\n`,
  ),
];

function wrapped(to: string, report: string): string {
  return `From: a@posta.example\r\nTo: ${to}\r\nContent-Type: multipart/mixed; boundary=w\r\n\r\n--w\r\nContent-Type: text/plain\r\n\r\nScanned.\r\n--w\r\n${report}\r\n--w--\r\n`;
}

function attached(to: string, report: string): string {
  return `From: a@posta.example\r\nTo: ${to}\r\nContent-Type: multipart/mixed; boundary=w\r\n\r\n--w\r\nContent-Type: text/plain\r\n\r\nFYI\r\n--w\r\nContent-Type: message/rfc822\r\n\r\n${report}\r\n--w--\r\n`;
}

export const CORPUS: readonly Shape[] = [
  POSTFIX,
  SENDMAIL,
  EXCHANGE,
  GMAIL,
  OTHERS,
  ODD,
  SEVERAL,
  NO_FAILURES,
  IN_WORDS,
].flat();
