import { IsNotEmpty, MaxLength } from 'class-validator';

export class ResidenceForm {
  /** The name of a comune as typed. */
  @MaxLength(100, { message: 'profile.comune-too-long' })
  @IsNotEmpty({ message: 'profile.say-comune' })
  comune = '';
}
