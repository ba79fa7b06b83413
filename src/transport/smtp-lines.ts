import SMTPConnection from 'nodemailer/lib/smtp-connection';
import type { MailSettings } from '../config.js';

/** What nodemailer says of a failure; its message repeats the address and is never logged. */
export interface SmtpError extends Error {
  code?: string;
  command?: string;
  response?: string;
  responseCode?: number;
}

const CONNECT_MS = 5_000;
const SILENCE_MS = 15_000;
/** An attempt takes no longer, so that its worker never counts as dead while it waits (delivery.rules.ts). */
const WHOLE_MS = 30_000;
const IDLE_MS = 5_000;

/**
 * Connections to the mail server, used again for some seconds. Not nodemailer's own pool: that one sends a message
 * again by itself when a connection drops, and whether a message is sent twice must be decided by its row.
 */
export class SmtpLines {
  private readonly idle = new Map<SMTPConnection, NodeJS.Timeout>();

  constructor(private readonly settings: MailSettings) {}

  /** @throws SmtpError; a connection that failed is never used again */
  async use(work: (line: SMTPConnection) => Promise<void>): Promise<void> {
    const line = this.taken() ?? (await this.opened());
    const late = setTimeout(() => line.close(), WHOLE_MS);
    try {
      await work(line);
      this.keep(line);
    } catch (error) {
      line.close();
      throw error;
    } finally {
      clearTimeout(late);
    }
  }

  close(): void {
    for (const line of this.idle.keys()) this.drop(line);
  }

  private taken(): SMTPConnection | null {
    const [line] = this.idle.keys();
    if (!line) return null;
    clearTimeout(this.idle.get(line));
    this.idle.delete(line);
    return line;
  }

  private keep(line: SMTPConnection): void {
    this.idle.set(line, setTimeout(() => this.drop(line), IDLE_MS).unref());
  }

  private drop(line: SMTPConnection): void {
    clearTimeout(this.idle.get(line));
    this.idle.delete(line);
    line.quit();
  }

  private async opened(): Promise<SMTPConnection> {
    const { url, requireTls } = this.settings;
    const secure = url.protocol === 'smtps:';
    const line = new SMTPConnection({
      host: url.hostname.replace(/^\[|\]$/g, ''),
      port: Number(url.port) || (secure ? 465 : 587),
      secure,
      requireTLS: requireTls,
      connectionTimeout: CONNECT_MS,
      greetingTimeout: CONNECT_MS,
      dnsTimeout: CONNECT_MS,
      socketTimeout: SILENCE_MS,
    });
    // Whoever uses the line gets its errors by the call; one that breaks while nobody does is only forgotten.
    line.on('error', () => this.forget(line));
    line.once('end', () => this.forget(line));
    await connected(line);
    if (url.username !== '') await signedIn(line, decodeURIComponent(url.username), decodeURIComponent(url.password));
    return line;
  }

  private forget(line: SMTPConnection): void {
    clearTimeout(this.idle.get(line));
    this.idle.delete(line);
  }
}

function connected(line: SMTPConnection): Promise<void> {
  return new Promise((done, fail) => {
    line.once('error', fail);
    line.once('end', () => fail(Object.assign(new Error('closed before it was ready'), { code: 'ECONNECTION' })));
    line.connect((error) => (error ? fail(error) : done()));
  });
}

function signedIn(line: SMTPConnection, user: string, pass: string): Promise<void> {
  return new Promise((done, fail) => {
    line.login({ credentials: { user, pass } }, (error) => (error ? fail(error) : done()));
  });
}
