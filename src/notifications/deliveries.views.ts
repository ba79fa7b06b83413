import { dateAndTime } from '../common/calendar.js';
import type { Translate } from '../common/texts.js';
import type { DeliveryRow } from './deliveries.repository.js';

interface Step {
  label: string;
  iso: string;
  when: string;
  done: boolean;
  failed: boolean;
}

/** How a notice reached the person, road by road: the inbox first, which is the record. */
export function deliveryTimelines(t: Translate, publishedAt: Temporal.Instant, deliveries: readonly DeliveryRow[]) {
  const inbox = { name: t('notifications.sent-inbox'), steps: [step(t, 'inbox', publishedAt)] };
  return [
    inbox,
    ...deliveries.map((row) => ({ name: t(`notifications.sent-${row.channel}`), steps: stepsOf(t, row) })),
  ];
}

function stepsOf(
  t: Translate,
  { state, created_at, waits_until, sent_at, delivered_at, ended_at }: DeliveryRow,
): Step[] {
  const steps = [step(t, 'created', created_at)];
  if (sent_at) steps.push(step(t, 'sent', sent_at));
  switch (state) {
    case 'creata':
      if (waits_until && Temporal.Instant.compare(waits_until, created_at) > 0)
        steps.push(step(t, 'waiting', waits_until, 'to-do'));
      break;
    case 'in invio':
      steps.push(step(t, 'sending', null, 'to-do'));
      break;
    case 'inviata':
      if (!sent_at) steps.push(step(t, 'sent', ended_at));
      break;
    case 'consegnata':
      steps.push(step(t, 'delivered', delivered_at ?? ended_at));
      break;
    case 'errore temporaneo':
      steps.push(step(t, 'retry', null, 'to-do'));
      break;
    case 'errore definitivo':
      steps.push(step(t, 'failed', ended_at, 'failed'));
      break;
    case 'incerta':
      steps.push(step(t, 'uncertain', ended_at, 'to-do'));
      break;
    case 'scaduta':
      steps.push(step(t, 'stopped', ended_at, 'to-do'));
  }
  return steps;
}

function step(
  t: Translate,
  what: string,
  at: Temporal.Instant | null,
  how: 'done' | 'to-do' | 'failed' = 'done',
): Step {
  return {
    label: t(`notifications.step-${what}`),
    iso: at?.toString() ?? '',
    when: at ? t('notifications.at', dateAndTime(at, t.lang)) : '',
    done: how === 'done',
    failed: how === 'failed',
  };
}
