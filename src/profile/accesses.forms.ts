import { MaxLength } from 'class-validator';
import { ReadAs } from '../common/form.js';
import { figures } from '../common/plain-text.js';

/** What to show of the record; the dates are checked together (accesses.rules.ts). */
export class AccessesForm {
  @MaxLength(20, { message: 'form.wrong' })
  chi = '';

  @MaxLength(20, { message: 'form.wrong' })
  cosa = '';

  @ReadAs(figures)
  dalGiorno = '';

  @ReadAs(figures)
  dalMese = '';

  @ReadAs(figures)
  dalAnno = '';

  @ReadAs(figures)
  alGiorno = '';

  @ReadAs(figures)
  alMese = '';

  @ReadAs(figures)
  alAnno = '';
}
