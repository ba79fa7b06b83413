/** The roads a text can take out of the portal. */
export type Channel = 'email' | 'sms';

/** What a message is for: one-time codes are sent first and expire, notices wait for the others. */
export type MessageKind = 'code' | 'security' | 'notice';

/** An address and a text: transport knows nothing of notices, contacts or preferences. */
export interface Message {
  channel: Channel;
  /** The citizen whose message it is. */
  subject: string;
  to: string;
  /** Subject of the e-mail; '' for an SMS. */
  title: string;
  text: string;
  kind: MessageKind;
  /** Makes it once: a second send to the same person, by the same channel, with the same key writes nothing. */
  key: string;
  /** Not sent before (quiet hours of SMS). */
  notBefore?: Temporal.Instant;
  /** Language of the text; Italian when nothing is said. */
  language?: 'it' | 'en' | 'de';
}

/** What is sealed of a message. After it was handed over only the address is left, for what may come back. */
export interface Contents {
  to: string;
  title?: string;
  text?: string;
  language?: 'it' | 'en' | 'de';
}
