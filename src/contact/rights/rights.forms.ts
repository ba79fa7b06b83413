import { IsIn, MaxLength } from 'class-validator';
import { ReadAs } from '../../common/form.js';
import { manyLines } from '../../common/plain-text.js';
import { CONCERNS, MESSAGE_LENGTH, VALUE_LENGTH } from './rights.rules.js';

/** A request; what each kind needs is the rules' to say (missing()). */
export class AskForm {
  @IsIn(CONCERNS, { each: true, message: 'rights.choose-data' })
  dati: string[] = [];

  @MaxLength(VALUE_LENGTH, { message: 'rights.value-too-long' })
  attuale = '';

  @MaxLength(VALUE_LENGTH, { message: 'rights.value-too-long' })
  giusto = '';

  @MaxLength(MESSAGE_LENGTH, { message: 'rights.message-too-long' })
  @ReadAs(manyLines)
  testo = '';

  /** Names this form: sent twice, it makes one request. */
  invio = '';
}
