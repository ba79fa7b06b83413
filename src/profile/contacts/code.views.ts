import { dateAndTime, timeInWords } from '../../common/calendar.js';
import { formView, type Form } from '../../common/form.js';
import type { PageModel } from '../../common/pages.js';
import type { Translate } from '../../common/texts.js';
import type { CodeLimit } from './contact-changes.repository.js';
import type { Pending } from './contact-codes.service.js';
import { SLUGS } from './contact-kind.pipe.js';
import { contactInWords, contactsHead } from './contact.views.js';
import type { CodeForm } from './contacts.forms.js';
import { codeState, CODES_A_DAY } from './contacts.rules.js';

/** The field for a code, or why it serves no more and how to get another. @param limit reached by the press before */
export function codePage(
  t: Translate,
  form: Form<CodeForm>,
  { change, left, again, now }: Pending,
  limit: CodeLimit | null,
): PageModel {
  const { kind, value, id, askedAt, expiresAt, bouncedAt } = change;
  const title = t('contacts.code-title-page');
  const state = codeState(change, now);
  const path = `/dati/contatti/${SLUGS[kind]}`;
  const shown = contactInWords(kind, value);
  return {
    page: { ...contactsHead(t, title), error: limit !== null },
    title,
    form: formView(form, t),
    change: id,
    action: `${path}/codice#errori`,
    lead:
      state === 'live'
        ? t(`contacts.code-sent-${kind}`, { value: shown, time: timeInWords(askedAt) })
        : t('contacts.pending', { value: shown }),
    until: t('contacts.code-until', { time: timeInWords(expiresAt) }),
    live: state === 'live',
    over: state === 'live' ? '' : t(`contacts.code-${state}`),
    bounced: bouncedAt ? t(`contacts.code-bounced-${kind}`, { value: shown }) : '',
    limit: limit ? t(`contacts.limit-${limit.reached}`, dateAndTime(limit.until, t.lang)) : '',
    resendAction: `${path}/codice/invio`,
    canResend: left > 0,
    resendHint:
      left > 0
        ? t.count('contacts.codes-left', left)
        : t('contacts.no-codes-left', { count: CODES_A_DAY, ...moment(again, t) }),
    giveUpAction: `${path}/codice/annullamento`,
    changeHref: path,
    changeLabel: t(`contacts.code-wrong-address-${kind}`),
  };
}

function moment(again: Temporal.Instant | null, t: Translate): { date: string; time: string } {
  return again ? dateAndTime(again, t.lang) : { date: '', time: '' };
}
