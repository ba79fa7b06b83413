import SMTPConnection from 'nodemailer/lib/smtp-connection';
import type { MailSettings } from '../config.js';

/** What nodemailer says of a failure; its message repeats the address and is never logged. */
export interface SmtpError extends Error {
  code?: string;
  command?: string;
  response?: string;
  responseCode?: number;
}

export interface SmtpPatience {
  /** For the name, the connection and the greeting, each. */
  connectMs: number;
  silenceMs: number;
  /** For an attempt from its first byte to its last, so that its worker never counts as dead while it waits (delivery.rules.ts). */
  wholeMs: number;
}

export const SMTP_PATIENCE: SmtpPatience = { connectMs: 5_000, silenceMs: 15_000, wholeMs: 30_000 };
const IDLE_MS = 5_000;

/**
 * Connections to the mail server, used again for some seconds. Not nodemailer's own pool: that one sends a message
 * again by itself when a connection drops, and whether a message is sent twice must be decided by its row.
 */
export class SmtpLines {
  private readonly idle = new Map<SMTPConnection, NodeJS.Timeout>();

  constructor(
    private readonly settings: MailSettings,
    private readonly patience: SmtpPatience = SMTP_PATIENCE,
  ) {}

  /** @throws SmtpError; a connection that failed is never used again */
  async use(work: (line: SMTPConnection) => Promise<void>): Promise<void> {
    const waiting = this.taken();
    const line = waiting ?? this.made();
    try {
      await withinMs(this.patience.wholeMs, async () => {
        if (!waiting) await this.open(line);
        await work(line);
      });
      this.keep(line);
    } catch (error) {
      line.close();
      throw error;
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

  private made(): SMTPConnection {
    const { url, requireTls } = this.settings;
    const { connectMs, silenceMs } = this.patience;
    const secure = url.protocol === 'smtps:';
    const line = new SMTPConnection({
      host: url.hostname.replace(/^\[|\]$/g, ''),
      port: Number(url.port) || (secure ? 465 : 587),
      secure,
      requireTLS: requireTls,
      connectionTimeout: connectMs,
      greetingTimeout: connectMs,
      dnsTimeout: connectMs,
      socketTimeout: silenceMs,
    });
    // Whoever uses the line gets its errors by the call; one that breaks while nobody does is only forgotten.
    line.on('error', () => this.forget(line));
    line.once('end', () => this.forget(line));
    return line;
  }

  private async open(line: SMTPConnection): Promise<void> {
    const { username, password } = this.settings.url;
    await connected(line);
    if (username !== '') await signedIn(line, decodeURIComponent(username), decodeURIComponent(password));
  }

  private forget(line: SMTPConnection): void {
    clearTimeout(this.idle.get(line));
    this.idle.delete(line);
  }
}

/** A closed line calls back to nobody: the end of the time is told here, not by it. */
async function withinMs(most: number, work: () => Promise<void>): Promise<void> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => late.reject(Object.assign(new Error('too slow'), { code: 'ETIMEDOUT' })), most);
  await Promise.race([work(), late.promise]).finally(() => clearTimeout(timer));
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
