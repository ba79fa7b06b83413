import { easterSunday, isNationalHoliday } from '../common/calendar.js';
import { lookUp } from '../common/look-up.js';
import { PATRON_DAYS } from './patron-days.js';

/** Whether the offices of a comune are closed: national holidays, its patron saint, Whit Monday in Alto Adige (DPR 1/1973). */
export function isHolidayAt(comuneIstat: string, province: string, day: Temporal.PlainDate): boolean {
  if (isNationalHoliday(day)) return true;
  if (lookUp(PATRON_DAYS, comuneIstat)?.includes(day.toString().slice(5))) return true;
  if (province === 'BZ' && day.equals(easterSunday(day.year).add({ days: 50 }))) return true;
  return lookUp(MOVABLE_PATRON_DAYS, comuneIstat)?.(day) ?? false;
}

/** Patron days that are a weekday of a month; those on a Sunday close nothing and are left out. */
const MOVABLE_PATRON_DAYS: Readonly<Record<string, (day: Temporal.PlainDate) => boolean>> = {
  // Asti, San Secondo: the first Tuesday of May.
  '005005': (day) => day.month === 5 && day.dayOfWeek === 2 && day.day <= 7,
  // Carbonia, San Ponziano: the Thursday after the second Sunday of May.
  '111009': (day) => day.month === 5 && day.dayOfWeek === 4 && day.day >= 12 && day.day <= 18,
};
