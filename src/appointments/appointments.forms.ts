import { ReadAs } from '../common/form.js';
import { mailAddress, manyLines, phoneNumber } from '../common/plain-text.js';
import { IsEmail, IsIn, IsString, Matches, MaxLength, ValidateIf } from 'class-validator';

/** Step 1. `comune` is what was looked for, beside the list of offices. */
export class PlaceForm {
  @MaxLength(100, { message: 'offices.comune-too-long' })
  comune = '';

  @Matches(/^[A-Za-z0-9._-]{1,40}$/, { message: 'appointments.choose-an-office' })
  sede = '';
}

/** Step 2. */
export class TopicForm {
  @IsIn(['desk', 'phone', 'video'], { message: 'appointments.choose-a-channel' })
  modo = '';

  @Matches(/^[a-z0-9-]{1,40}$/, { message: 'appointments.choose-a-topic' })
  argomento = '';
}

/** Step 3, and moving. `richiesta` makes a second click the same booking. */
export class TimeForm {
  @Matches(/^\d{1,15}$/, { message: 'appointments.choose-a-time' })
  orario = '';

  @IsString()
  richiesta = '';
}

/** Languages an interpreter can be asked for; names come from the browser's own lists (CLDR). */
export const INTERPRETED = ['ar', 'de', 'en', 'es', 'fr', 'ro', 'sl', 'sq', 'uk', 'zh'] as const;

/** Step 4: what helps, what it is about, how to be reached. */
export class DetailsForm {
  @IsIn(['', 'si'], { message: 'form.wrong' })
  accesso = '';

  @IsIn(['', 'si'], { message: 'form.wrong' })
  lis = '';

  @IsIn(['', ...INTERPRETED], { message: 'appointments.unknown-language' })
  lingua = '';

  @MaxLength(300, { message: 'appointments.note-too-long' })
  @ReadAs(manyLines)
  nota = '';

  @MaxLength(254, { message: 'appointments.email-wrong' })
  @IsEmail({}, { message: 'appointments.email-wrong' })
  @ValidateIf((form: DetailsForm) => form.email !== '')
  @ReadAs(mailAddress)
  email = '';

  @Matches(/^(\+?[(\d][\d ()./-]{4,24})?$/, { message: 'appointments.phone-wrong' })
  @ReadAs(phoneNumber)
  telefono = '';
}
