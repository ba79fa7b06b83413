import { Injectable } from '@nestjs/common';
import { Config } from '../../config.js';
import type { Translate } from '../../common/texts.js';
import { Transport } from '../../transport/index.js';
import { changeMessage, codeMessage, type Sender, type Told } from './contact-messages.js';
import type { Contact } from './contacts.repository.js';
import type { CodeKind } from './contacts.rules.js';

export interface Warning {
  kind: CodeKind;
  told: Told;
  at: Temporal.Instant;
  /** What was live until now. */
  live: readonly Contact[];
  /** Makes the message once. */
  key: string;
}

const CHANNELS = { email: 'email', mobile: 'sms' } as const;

/** What leaves by mail and SMS about contacts: codes, and word to where a person could be reached until now. */
@Injectable()
export class ContactWarnings {
  private readonly sender: Sender;

  constructor(
    private readonly transport: Transport,
    { institute, baseUrl }: Config,
  ) {
    const phone = `+39 ${institute.phoneMobile}`;
    this.sender = { portal: institute.name, institute: institute.shortName, phone, host: baseUrl.hostname };
  }

  async sendCode(
    subject: string,
    { id, kind, value }: { id: string; kind: CodeKind; value: string },
    code: string,
    t: Translate,
  ): Promise<void> {
    const message = codeMessage(t, kind, code, this.sender);
    await this.transport.send({
      ...message,
      channel: CHANNELS[kind],
      subject,
      to: value,
      kind: 'code',
      key: `contact-code:${id}`,
      language: t.lang,
    });
  }

  /** To the old contact; when there was none, or nothing arrives there, to the other one that is live. */
  async tell(subject: string, { kind, told, at, live, key }: Warning, t: Translate): Promise<void> {
    const reachable = live.filter((one) => one.bouncedAt === null);
    const other = kind === 'email' ? 'mobile' : 'email';
    const where = reachable.find((one) => one.kind === kind) ?? reachable.find((one) => one.kind === other);
    if (!where) return;
    const channel = where.kind as CodeKind;
    await this.transport.send({
      ...changeMessage(t, { channel, kind, told, at }, this.sender),
      channel: CHANNELS[channel],
      subject,
      to: where.value,
      kind: 'security',
      key: `contact-${told}:${key}`,
      language: t.lang,
    });
  }
}
