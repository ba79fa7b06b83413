import { Injectable, type PipeTransform } from '@nestjs/common';
import { dayFrom } from '../common/days.js';
import { UUID } from '../common/uuid.js';
import type { Channel } from './slot-generation.rules.js';

/**
 * What was chosen before a time is held. It travels in the address, so tabs never mix and an ended session loses
 * nothing; from the hold on, the appointment keeps everything.
 */
export interface Choices {
  office: string | null;
  channel: Channel | null;
  topic: string | null;
  /** Around which comune offices are looked for. */
  comune: string | null;
  day: Temporal.PlainDate | null;
  /** An unfinished appointment: the next time chosen is for it, whether its seat is kept or was lost meanwhile. */
  resume: string | null;
}

const CHANNELS: readonly Channel[] = ['desk', 'phone', 'video'];
const NAME = /^[A-Za-z0-9._-]{1,40}$/;

/** Reads the choices of an address; a value of the wrong form is as if it were not there. */
@Injectable()
export class ChoicesPipe implements PipeTransform<Record<string, unknown>, Choices> {
  transform(query: Record<string, unknown>): Choices {
    const text = (name: string, form: RegExp) => {
      const value = query[name];
      return typeof value === 'string' && form.test(value) ? value : null;
    };
    return {
      office: text('sede', NAME),
      channel: CHANNELS.find((channel) => channel === query.modo) ?? null,
      topic: text('argomento', NAME),
      comune: text('comune', /^\d{6}$/),
      day: dayFrom(text('giorno', /./)),
      resume: text('ripresa', UUID),
    };
  }
}

export const STEPS = {
  place: '/appuntamenti/nuovo',
  topic: '/appuntamenti/nuovo/argomento',
  time: '/appuntamenti/nuovo/orario',
};

/** The address of a step with the choices it needs. */
export function stepUrl(path: string, choices: Partial<Choices>): string {
  const query = new URLSearchParams();
  if (choices.office) query.set('sede', choices.office);
  if (choices.channel) query.set('modo', choices.channel);
  if (choices.topic) query.set('argomento', choices.topic);
  if (choices.comune) query.set('comune', choices.comune);
  if (choices.day) query.set('giorno', choices.day.toString());
  if (choices.resume) query.set('ripresa', choices.resume);
  return query.size > 0 ? `${path}?${query}` : path;
}
