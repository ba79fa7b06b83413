import { IsIn, IsNotEmpty, MaxLength, ValidateIf } from 'class-validator';
import { ReadAs } from '../../common/form.js';
import { manyLines } from '../../common/plain-text.js';
import { CORRECTABLE, MESSAGE_LENGTH, OUTCOMES, VALUE_LENGTH } from '../../contact/index.js';

/** The choice to correct nothing here: the data is put right where it comes from. */
export const ELSEWHERE = 'altrove';

/** Two months more: the reason goes to the person. */
export class ExtendForm {
  @MaxLength(MESSAGE_LENGTH, { message: 'desk.reason-too-long' })
  @IsNotEmpty({ message: 'desk.say-reason' })
  @ReadAs(manyLines)
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
  @ReadAs(manyLines)
  motivo = '';

  /** Of a rectification: the field that is corrected here, or that it is corrected where it comes from. */
  @IsIn(['', ELSEWHERE, ...CORRECTABLE], { message: 'desk.choose-field' })
  campo = '';

  @MaxLength(VALUE_LENGTH, { message: 'desk.value-too-long' })
  @ValidateIf((form: DecideForm) => form.campo !== '' && form.campo !== ELSEWHERE)
  @IsNotEmpty({ message: 'desk.say-value' })
  valore = '';

  /** Of an erasure that is granted in part: what goes. */
  parti: string[] = [];

  versione = '';
}
