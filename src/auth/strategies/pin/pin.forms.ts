import { IsNotEmpty, MaxLength } from 'class-validator';

/** The form of /accedi/pin. What the texts mean is for pin.rules.ts. */
export class PinForm {
  @MaxLength(100, { message: 'pin.code-wrong' })
  @IsNotEmpty({ message: 'pin.code-missing' })
  codice = '';

  @MaxLength(100, { message: 'pin.pin-wrong' })
  @IsNotEmpty({ message: 'pin.pin-missing' })
  pin = '';
}
