import { ROME } from '../../../common/clock.js';
import { formView, type Form } from '../../../common/form.js';
import type { Translate } from '../../../common/texts.js';
import type { DemonstrationPin } from './pin-demonstration.js';
import type { PinForm } from './pin.forms.js';

export interface PinPage {
  readonly form: Form<PinForm>;
  readonly token: string;
  readonly returnTo: string;
  readonly demonstration: DemonstrationPin | null;
}

/** /accedi/pin: who may still use a PIN, then the form. A PIN is never shown again. */
export function pinPage(t: Translate, { form, token, returnTo, demonstration }: PinPage) {
  const view = formView(form, t);
  const fields = { ...view.fields, pin: { ...view.fields.pin, value: '' } };
  return {
    page: {
      title: t('pin.title'),
      description: t('pin.description'),
      noindex: true,
      crumbs: crumbs(t, t('pin.title')),
    },
    form: { ...view, fields },
    token,
    action: address('/accedi/pin', returnTo) + '#errori',
    otherWays: address('/accedi', returnTo),
    hasDemonstration: demonstration !== null,
    demonstration: demonstration ?? { name: '', fiscalCode: '', pin: '' },
  };
}

/** Too many tries. Says when they may go on: people abroad count the minutes, and the hour is Italy's. */
export function lockedPage(
  t: Translate,
  lock: { until: Temporal.Instant; now: Temporal.Instant; returnTo: string },
  reference: string,
) {
  const minutes = Math.ceil(lock.until.since(lock.now).total('minutes'));
  // Rounded up to the minute: at the time shown it is over.
  const hour = lock.until.toZonedDateTimeISO(ROME).round({ smallestUnit: 'minute', roundingMode: 'ceil' });
  const length = new Intl.NumberFormat(t.lang, { style: 'unit', unit: 'minute', unitDisplay: 'long' }).format(minutes);
  const what = t('pin.locked-what', { length, hour: hour.toPlainTime().toString({ smallestUnit: 'minute' }) });
  return noticePage(
    t,
    { title: t('pin.locked-title'), what, todo: t('pin.locked-todo'), returnTo: lock.returnTo },
    reference,
  );
}

/** The form was left open too long, or cookies are off; or another site sent it. */
export function stalePage(t: Translate, returnTo: string, reference: string) {
  return noticePage(
    t,
    { title: t('pin.stale-title'), what: t('pin.stale-what'), todo: t('pin.stale-todo'), returnTo },
    reference,
  );
}

function noticePage(
  t: Translate,
  notice: { title: string; what: string; todo: string; returnTo: string },
  reference: string,
) {
  const { title, what, todo, returnTo } = notice;
  return {
    page: { title, error: true, noindex: true, crumbs: crumbs(t, title) },
    title,
    what,
    todo,
    again: address('/accedi/pin', returnTo),
    otherWays: address('/accedi', returnTo),
    reference,
  };
}

function address(path: string, returnTo: string): string {
  return `${path}?ritorno=${encodeURIComponent(returnTo)}`;
}

function crumbs(t: Translate, title: string) {
  return [
    { label: t('pin.home'), href: '/' },
    { label: t('pin.sign-in'), href: '/accedi' },
    { label: title, href: '' },
  ];
}
