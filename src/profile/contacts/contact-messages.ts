import { dateAndTime } from '../../common/calendar.js';
import type { Translate } from '../../common/texts.js';
import type { CodeKind } from './contacts.rules.js';

/** Who speaks in a message: the portal and its institute, by the names of the settings. */
export interface Sender {
  portal: string;
  institute: string;
  /** Number for calls from abroad too. */
  phone: string;
  /** Host of the portal: phones offer a code to its pages alone when the message ends with it. */
  host: string;
}

export interface Text {
  title: string;
  text: string;
}

/**
 * The message with a code. The last line of the SMS is the form that phones know, so that they offer the code to this
 * site and to no other (WICG, Origin-bound one-time codes delivered via SMS).
 */
export function codeMessage(t: Translate, kind: CodeKind, code: string, { portal, institute, host }: Sender): Text {
  const text = t(`contacts.code-message-${kind}`, { portal, institute, code });
  return kind === 'mobile'
    ? { title: '', text: `${text}\n\n@${host} #${code}` }
    : { title: t('contacts.code-title', { portal }), text };
}

export type Told = 'changed' | 'removed';

/**
 * What is said where one could be reached until now. It names no address: the old one may be in other hands by now.
 * @param channel by which it is sent @param kind of the contact that changed
 */
export function changeMessage(
  t: Translate,
  { channel, kind, told, at }: { channel: CodeKind; kind: CodeKind; told: Told; at: Temporal.Instant },
  { portal, institute, phone }: Sender,
): Text {
  const what = t(`contacts.${told}-message-${kind}`, { portal, ...dateAndTime(at, t.lang) });
  const text = `${what}\n\n${t('contacts.not-you-message', { portal, institute, phone })}`;
  return { title: channel === 'email' ? t('contacts.changed-title', { portal }) : '', text };
}
