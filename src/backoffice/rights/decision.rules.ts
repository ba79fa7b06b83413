import { dayOfParts } from '../../common/days.js';
import type { Erased } from '../../common/erased.js';
import type { Form } from '../../common/form.js';
import type { Correctable, Correction, Decision, Outcome, RightKind } from '../../contact/index.js';
import { ELSEWHERE, type DecideForm } from './desk.forms.js';

/** The form with what an answer to this kind of request lacks. */
export function checkedDecision(kind: RightKind, form: Form<DecideForm>, parts: readonly Erased[]): Form<DecideForm> {
  let checked = form;
  const granted = form.value('esito') !== 'rejected';
  if (kind === 'rectification' && granted && form.value('campo') === 'born_on' && !birthDay(form.value('valore')))
    checked = form.error('valore') ? checked : checked.withError('valore', 'desk.say-birth-day');
  const answer = form.value('esito');
  if (kind === 'rectification' && (answer === 'accepted' || answer === 'partly') && form.value('campo') === '')
    checked = checked.withError('campo', 'desk.say-field');
  const chosen = form.values('parti');
  const known = chosen.every((id) => parts.some((part) => part.id === id));
  if (kind === 'erasure' && form.value('esito') === 'partly' && (chosen.length === 0 || !known))
    checked = checked.withError('parti', 'desk.say-parts');
  return checked;
}

export function decisionOf(kind: RightKind, { esito, motivo, parti }: DecideForm): Decision {
  const areas = kind === 'erasure' && esito === 'partly' ? [...new Set(parti)] : null;
  return { outcome: esito as Outcome, reason: motivo, areas };
}

/** What is corrected here; null when the request is refused, is no rectification, or is corrected elsewhere. */
export function correctionOf(kind: RightKind, { esito, campo, valore }: DecideForm): Correction | null {
  if (kind !== 'rectification' || esito === 'rejected' || campo === '' || campo === ELSEWHERE) return null;
  const value = campo === 'born_on' ? birthDay(valore) : valore;
  return value ? { field: campo as Correctable, value } : null;
}

/** '3/4/1985' or '3 4 1985' as PostgreSQL reads it; null when there is no such day. */
function birthDay(typed: string): string | null {
  const [, day = '', month = '', year = ''] =
    /^(\d{1,2})[\s/.-]+(\d{1,2})[\s/.-]+(\d{4})$/.exec(typed.normalize('NFKC')) ?? [];
  return dayOfParts({ day, month, year })?.toString() ?? null;
}
