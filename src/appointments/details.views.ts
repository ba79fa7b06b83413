import { dateAndTime, timeInWords } from '../common/calendar.js';
import { Form, formView } from '../common/form.js';
import type { Translate } from '../common/texts.js';
import { phoneInWords } from '../profile/index.js';
import type { Appointment } from './appointment.entity.js';
import { DetailsForm, INTERPRETED } from './appointments.forms.js';
import { address, choiceAnswers, languageName, needs, timeHref } from './appointments.views.js';
import { capitalized, stepsView, taskHead } from './booking.views.js';
import { STEPS, stepUrl } from './choices.js';

/** Step 4: what helps, a note, how to be reached. */
export function detailsPage(form: Form<DetailsForm>, appointment: Appointment, t: Translate) {
  return {
    page: taskHead(t('appointments.details-title'), t('appointments.new'), t),
    steps: stepsView(4, doneSteps(appointment), t),
    form: formView(form, t),
    action: `/appuntamenti/${appointment.id}/dettagli#errori`,
    ...holdView(appointment, 'dettagli', t),
    answers: choiceAnswers(appointment, t),
    stepFree: form.value('accesso') === 'si',
    signLanguage: form.value('lis') === 'si',
    languages: languageOptions(form.value('lingua'), t),
    contactHint: t(`appointments.contact-hint-${appointment.row.channel}`),
    backHref: timeHref(appointment),
  };
}

/** Step 5: check your answers. */
export function summaryPage(appointment: Appointment, t: Translate) {
  const { row } = appointment;
  const details = `/appuntamenti/${row.id}/dettagli`;
  return {
    page: taskHead(t('appointments.summary-title'), t('appointments.new'), t),
    steps: stepsView(5, [...doneSteps(appointment), details], t),
    ...holdView(appointment, 'riepilogo', t),
    action: `/appuntamenti/${row.id}/conferma`,
    answers: [
      ...choiceAnswers(appointment, t),
      { label: t('appointments.address'), value: address(appointment), href: '' },
      { label: t('appointments.needs'), value: needs(appointment, t), href: `${details}#accesso` },
      { label: t('appointments.note'), value: row.note || t('appointments.none'), href: `${details}#nota` },
      { label: t('appointments.email'), value: row.email || t('appointments.none'), href: `${details}#email` },
      {
        label: t('appointments.phone'),
        value: phoneInWords(row.phone) || t('appointments.none'),
        href: `${details}#telefono`,
      },
    ],
    deadline: t('appointments.until', dateAndTime(appointment.changeDeadline, t.lang)),
    backHref: details,
  };
}

/** The form of step 4 as it stands: what was saved, else what the profile knows. */
export function detailsOf(appointment: Appointment, contacts: { email: string; phone: string }): Form<DetailsForm> {
  const { row } = appointment;
  if (!appointment.detailsGiven)
    return Form.empty(DetailsForm, { email: contacts.email, telefono: phoneInWords(contacts.phone) });
  return Form.empty(DetailsForm, {
    accesso: row.stepFree ? 'si' : '',
    lis: row.signLanguage ? 'si' : '',
    lingua: row.language ?? '',
    nota: row.note,
    email: row.email,
    telefono: row.phone,
  });
}

function holdView(appointment: Appointment, from: 'dettagli' | 'riepilogo', t: Translate) {
  return {
    held: appointment.row.state === 'held',
    holdText: t('appointments.held-until', { time: timeInWords(appointment.row.holdUntil) }),
    canExtend: appointment.canExtend,
    extendAction: `/appuntamenti/${appointment.id}/proroga`,
    extendFrom: from,
    giveUpHref: `/appuntamenti/${appointment.id}/annullamento`,
  };
}

function doneSteps(appointment: Appointment): string[] {
  return [STEPS.place, stepUrl(STEPS.topic, { office: appointment.row.officeId }), timeHref(appointment)];
}

function languageOptions(chosen: string, t: Translate) {
  const named = INTERPRETED.map((code) => ({
    value: code as string,
    label: capitalized(languageName(code, t)),
    selected: code === chosen,
  }));
  return named.toSorted((a, b) => a.label.localeCompare(b.label, t.lang));
}
