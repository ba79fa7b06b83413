import { IsIn, IsNotEmpty, MaxLength, ValidateIf } from 'class-validator';
import { CORRECTABLE, MESSAGE_LENGTH, OUTCOMES, VALUE_LENGTH } from '../../contact/index.js';

/** Two months more: the reason goes to the person. */
export class ExtendForm {
  @MaxLength(MESSAGE_LENGTH, { message: 'desk.reason-too-long' })
  @IsNotEmpty({ message: 'desk.say-reason' })
  motivo = '';

  /** The version of the request that the page showed. */
  versione = '';
}

/** The answer. What it means for each right is the service's; here its shape. */
export class DecideForm {
  @IsIn(OUTCOMES, { message: 'desk.say-outcome' })
  esito = '';

  @MaxLength(MESSAGE_LENGTH, { message: 'desk.reason-too-long' })
  @IsNotEmpty({ message: 'desk.say-reason' })
  motivo = '';

  /** Of a rectification: the field that is corrected here; empty when it is corrected where it comes from. */
  @IsIn(['', ...CORRECTABLE], { message: 'desk.choose-field' })
  campo = '';

  @MaxLength(VALUE_LENGTH, { message: 'desk.value-too-long' })
  @ValidateIf((form: DecideForm) => form.campo !== '')
  @IsNotEmpty({ message: 'desk.say-value' })
  valore = '';

  /** Of an erasure that is granted in part: what goes. */
  parti: string[] = [];

  versione = '';
}
