import { Matches, MaxLength } from 'class-validator';

/** Where am I looking for an office? `istat` comes from a suggestion that was followed. */
export class SearchOfficesForm {
  @MaxLength(100, { message: 'offices.comune-too-long' })
  comune = '';

  @Matches(/^(\d{6})?$/, { message: 'offices.comune-unknown' })
  istat = '';
}
