import { SetMetadata } from '@nestjs/common';
import { readOf } from './audit.rules.js';

export const READS = 'reads';

/**
 * This GET route shows a person's data: each time it does, an entry says who saw what (GDPR art. 15, design.md 6).
 * @param action `<area>.<what>`, with a text `accesses.action-<area>-<what>` @param parameter route parameter that is
 * the id of the row shown
 */
export const Reads = (action: string, parameter?: string): MethodDecorator =>
  SetMetadata(READS, readOf(action, parameter));
