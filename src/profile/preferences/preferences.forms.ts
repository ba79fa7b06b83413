import { IsIn, Matches } from 'class-validator';
import { ReadAs } from '../../common/form.js';
import { figures } from '../../common/plain-text.js';
import { LANGUAGES } from '../../common/texts.js';
import { wishes } from './preferences.rules.js';

const CLOCK = /^([01]?\d|2[0-3])([:.][0-5]\d)?$/;

/** Besides the fields below, one for each box: `appointment-sms`, 'si' when it is ticked. Locked roads have none. */
export class PreferencesForm {
  /** 'si', or '' when the box is not ticked. */
  silenzio = '';

  @Matches(CLOCK, { message: 'preferences.not-a-time' })
  @ReadAs(figures)
  dalle = '';

  @Matches(CLOCK, { message: 'preferences.not-a-time' })
  @ReadAs(figures)
  alle = '';

  @IsIn(LANGUAGES, { message: 'preferences.say-language' })
  lingua = '';

  /** Of the preferences that the page showed: 0 before anything was saved. */
  versione = '';

  /** Where the error of all boxes together is said. */
  avvisi = '';

  [box: `${string}-${string}`]: string;

  constructor() {
    for (const { type, channel } of wishes([])) this[`${type}-${channel}`] = '';
  }
}
