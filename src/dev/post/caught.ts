import PostalMime from 'postal-mime';

export interface CaughtMail {
  id: number;
  at: Temporal.Instant;
  /** Of the envelope: where a failure returns to. */
  returnPath: string;
  to: string;
  title: string;
  text: string;
  headers: readonly { key: string; value: string }[];
}

export interface CaughtSms {
  id: number;
  at: Temporal.Instant;
  reference: string;
  to: string;
  from: string;
  text: string;
  reportUrl: string;
}

/** More than anybody reads; the oldest go. */
const MOST = 500;

/** What left the portal, in memory alone: newest last. */
export class Caught {
  readonly mails: CaughtMail[] = [];
  readonly sms: CaughtSms[] = [];
  private last = 0;

  async addMail(raw: Buffer, envelope: { from: string; to: string }, at: Temporal.Instant): Promise<void> {
    const { subject = '', text = '', headers } = await PostalMime.parse(raw);
    const { from: returnPath, to } = envelope;
    this.keep(this.mails, { id: ++this.last, at, returnPath, to, title: subject, text: text.trimEnd(), headers });
  }

  addSms(sms: Omit<CaughtSms, 'id'>): void {
    this.keep(this.sms, { id: ++this.last, ...sms });
  }

  private keep<T>(list: T[], one: T): void {
    list.push(one);
    if (list.length > MOST) list.shift();
  }
}
