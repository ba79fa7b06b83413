import { Readable } from 'node:stream';
import MailComposer from 'nodemailer/lib/mail-composer';
import type SMTPConnection from 'nodemailer/lib/smtp-connection';
import type { MailSettings } from '../config.js';
import type { ReturnPath } from './return-path.js';
import type { Parcel, Road, Verdict } from './roads.js';
import { SmtpLines, type SmtpError, type SmtpPatience } from './smtp-lines.js';
import { blameOfReply, enhancedStatus } from './status.rules.js';

/** E-mail by SMTP. What was said to the server decides what a failure means (RFC 5321, 4.2.1 and 6.1). */
export class MailRoad implements Road {
  private readonly lines: SmtpLines;

  constructor(
    private readonly settings: MailSettings,
    private readonly returnPath: ReturnPath,
    private readonly preferencesUrl: string,
    patience?: SmtpPatience,
  ) {
    this.lines = new SmtpLines(settings, patience);
  }

  async hand(parcel: Parcel): Promise<Verdict> {
    return this.handed(parcel, await this.composed(parcel));
  }

  async close(): Promise<void> {
    this.lines.close();
  }

  private async handed(parcel: Parcel, mail: Buffer): Promise<Verdict> {
    const envelope = { from: this.returnPath.of(parcel.id), to: [parcel.to], size: mail.length };
    let begun = false;
    // Read only once the server has asked for the text: from here on nobody can tell whether it took it.
    const text = function* (): Generator<Buffer> {
      begun = true;
      yield mail;
    };
    try {
      await this.lines.use((line) => sent(line, envelope, Readable.from(text())));
      return { outcome: 'inviata', code: '250' };
    } catch (error) {
      return verdictOf(error as SmtpError, begun);
    }
  }

  private composed({ id, kind, to, title, text, language, createdAt }: Parcel): Promise<Buffer> {
    const { from } = this.settings;
    const composer = new MailComposer({
      from: { name: '', address: from },
      to: { name: '', address: to },
      subject: title,
      text,
      // The same at each attempt: a receiver that gets it twice shows it once.
      messageId: `<${id}@${from.split('@')[1]}>`,
      date: new Date(createdAt.epochMilliseconds),
      headers: {
        'Auto-Submitted': 'auto-generated',
        'X-Auto-Response-Suppress': 'All',
        'Content-Language': language,
        ...(kind === 'notice' ? { 'List-Unsubscribe': `<${this.preferencesUrl}>` } : {}),
      },
      textEncoding: 'quoted-printable',
      disableFileAccess: true,
      disableUrlAccess: true,
    });
    return composer.compile().build();
  }
}

function sent(
  line: SMTPConnection,
  envelope: { from: string; to: string[]; size: number },
  text: Readable,
): Promise<void> {
  return new Promise((done, fail) => line.send(envelope, text, (error) => (error ? fail(error) : done())));
}

/**
 * 5xx to the recipient's line or to the text is final. To anything before (sign-in, our own address, TLS) it speaks of
 * our settings, which somebody will mend: the message waits. Silence after the text began is uncertain.
 */
function verdictOf({ responseCode = 0, response = '', command = '', code = '' }: SmtpError, begun: boolean): Verdict {
  if (!responseCode) {
    const network = /^[A-Z]{1,40}$/.test(code) ? code : 'ERROR';
    return { outcome: begun ? 'incerta' : 'errore temporaneo', code: network };
  }
  const said = enhancedStatus(response) ?? String(responseCode);
  if (responseCode < 500 || !['RCPT TO', 'DATA'].includes(command)) return { outcome: 'errore temporaneo', code: said };
  const blamed = command === 'RCPT TO' ? blameOfReply(responseCode, response) : 'fallita';
  return {
    outcome: 'errore definitivo',
    code: said,
    wrongAddress: blamed === 'dubbia' ? 'perhaps' : blamed === 'respinta',
  };
}
