import { MaxLength } from 'class-validator';

/** What to show of the record; the dates are checked together (accesses.rules.ts). */
export class AccessesForm {
  @MaxLength(20, { message: 'form.wrong' })
  chi = '';

  @MaxLength(20, { message: 'form.wrong' })
  cosa = '';

  dalGiorno = '';
  dalMese = '';
  dalAnno = '';
  alGiorno = '';
  alMese = '';
  alAnno = '';
}
