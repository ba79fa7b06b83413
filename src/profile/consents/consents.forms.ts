import { IsIn, Matches } from 'class-validator';
import { CONSENT_PURPOSES } from '../../common/notice-types.js';

/** One button of the page: nothing in it is typed, so whatever is wrong means an old or a foreign page. */
export class ConsentForm {
  @IsIn(CONSENT_PURPOSES, { message: 'consents.unknown' })
  scopo = '';

  @IsIn(['do', 'tolgo'], { message: 'consents.unknown' })
  scelta = '';

  @Matches(/^[1-9]\d{0,3}$/, { message: 'consents.unknown' })
  versione = '';

  /** Number of the last line of the ledger that the page knew of. */
  @Matches(/^\d{1,7}$/, { message: 'consents.unknown' })
  dopo = '';
}
