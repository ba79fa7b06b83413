import { IsIn, IsNotEmpty, MaxLength } from 'class-validator';
import { CODES_ABROAD } from '../places/index.js';

export class ResidenceForm {
  /** The name of a comune as typed. */
  @MaxLength(100, { message: 'profile.comune-too-long' })
  @IsNotEmpty({ message: 'profile.say-comune' })
  comune = '';

  /** What the page showed as the residence: another tab may have changed it since. */
  prima = '';
}

export class ResidenceAbroadForm {
  @IsIn(CODES_ABROAD, { message: 'contacts.say-country' })
  paese = '';

  @MaxLength(100, { message: 'contacts.locality-long' })
  @IsNotEmpty({ message: 'contacts.say-locality' })
  citta = '';

  prima = '';
}
