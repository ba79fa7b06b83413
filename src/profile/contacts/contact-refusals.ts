import { dateAndTime } from '../../common/calendar.js';
import type { Form } from '../../common/form.js';
import type { Translate } from '../../common/texts.js';
import type { CodeLimit } from './contact-changes.repository.js';
import type { Meanwhile } from './contact-changes.service.js';
import { contactInWords } from './contact.views.js';
import type { ContactForm } from './contacts.forms.js';
import type { ContactKind, EmailFault } from './contacts.rules.js';
import type { PhoneFault } from './phone-number.js';

export type Refused =
  | { reason: EmailFault | PhoneFault | 'same' | 'none' }
  | { reason: 'limit'; limit: CodeLimit }
  | Pick<Meanwhile, 'reason' | 'now'>;

/** The form with the reason why it was not taken, in words; what was typed stays in it. */
export function refused(form: Form<ContactForm>, kind: ContactKind, refusal: Refused, t: Translate): Form<ContactForm> {
  switch (refusal.reason) {
    case 'limit':
      return form.withError('valore', `contacts.limit-${refusal.limit.reached}`, limitParameters(t, refusal.limit));
    case 'meanwhile': {
      const now = refusal.now ? contactInWords(kind, refusal.now.value) : t('contacts.not-given');
      return form.withError('valore', 'contacts.meanwhile', { now });
    }
    case 'same':
    case 'none':
      return form.withError('valore', 'contacts.same');
    case 'email-empty':
      return form.withError('valore', `contacts.say-${kind}`);
    case 'phone-empty':
      return form.withError('valore', `contacts.say-${kind}`);
    default:
      return form.withError('valore', `contacts.${refusal.reason}`);
  }
}

export function limitParameters(t: Translate, { until }: CodeLimit): { date: string; time: string } {
  return dateAndTime(until, t.lang);
}
