import { IsIn, MaxLength } from 'class-validator';
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
  testo = '';

  /** Names this form: sent twice, it makes one request. */
  invio = '';
}
