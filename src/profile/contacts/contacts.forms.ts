import { IsIn, IsNotEmpty, Matches, MaxLength } from 'class-validator';
import { ReadAs } from '../../common/form.js';
import { figures } from '../../common/plain-text.js';
import { CODES_ABROAD } from '../../places/index.js';

/** One contact. `versione` is what the form was filled in against. */
export class ContactForm {
  @MaxLength(320, { message: 'contacts.too-long' })
  valore = '';

  versione = '';
}

/** `cambio` says which change the page was of. */
export class CodeForm {
  @MaxLength(40, { message: 'contacts.code-form' })
  @IsNotEmpty({ message: 'contacts.code-empty' })
  codice = '';

  cambio = '';
}

/** A button on the page of a code. `cambio` says which change the page was of. */
export class ChangeForm {
  cambio = '';
}

export class RemovalForm {
  versione = '';
}

export class AddressForm {
  @MaxLength(120, { message: 'contacts.street-long' })
  @IsNotEmpty({ message: 'contacts.say-street' })
  via = '';

  @MaxLength(15, { message: 'contacts.number-long' })
  @IsNotEmpty({ message: 'contacts.say-number' })
  numero = '';

  @MaxLength(120, { message: 'contacts.extra-long' })
  altro = '';

  @Matches(/^\d{5}$/, { message: 'contacts.say-cap' })
  @ReadAs(figures)
  cap = '';

  @MaxLength(100, { message: 'profile.comune-too-long' })
  @IsNotEmpty({ message: 'contacts.say-comune' })
  comune = '';

  versione = '';
}

export class AddressAbroadForm {
  @IsIn(CODES_ABROAD, { message: 'contacts.say-country' })
  paese = '';

  @MaxLength(120, { message: 'contacts.street-long' })
  @IsNotEmpty({ message: 'contacts.say-street-abroad' })
  via = '';

  @MaxLength(120, { message: 'contacts.extra-long' })
  altro = '';

  @MaxLength(12, { message: 'contacts.postal-code-long' })
  codice = '';

  @MaxLength(100, { message: 'contacts.locality-long' })
  @IsNotEmpty({ message: 'contacts.say-locality' })
  citta = '';

  @MaxLength(100, { message: 'contacts.region-long' })
  regione = '';

  versione = '';
}

const VERSION = /^([0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12})?$/;
/** No contact has it: what comes from a form of another hand is told that things have changed. */
const NO_VERSION = '00000000-0000-4000-8000-000000000000';

/** The version that is to be removed. */
export function removedVersion({ versione }: RemovalForm): string {
  return versionOf({ versione }) || NO_VERSION;
}

/** The version that a form names; '' when it was filled in against none. */
export function versionOf({ versione }: { versione: string }): string {
  return VERSION.test(versione) ? versione : NO_VERSION;
}
