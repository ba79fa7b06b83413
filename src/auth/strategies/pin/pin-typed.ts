import type { Form } from '../../../common/form.js';
import type { PinForm } from './pin.forms.js';
import { fiscalCodeFacts } from '../../../common/fiscal-code.js';
import { isBirthplace } from '../../../places/index.js';
import { fiscalCodeTyped, pinTyped } from './pin.rules.js';

export type Typed = { ok: true; fiscalCode: string; pin: string } | { ok: false; form: Form<PinForm> };

/** What has not the form of a code or of a PIN is nobody's: it is said at once, and is no try. */
export function typedIn(form: Form<PinForm>): Typed {
  if (!form.valid) return { ok: false, form };
  const fiscalCode = fiscalCodeTyped(form.data.codice);
  const pin = pinTyped(form.data.pin);
  if (fiscalCode && pin) return { ok: true, fiscalCode, pin };
  const first = fiscalCode ? form : form.withError('codice', 'pin.code-wrong');
  return { ok: false, form: pin ? first : first.withError('pin', 'pin.pin-wrong') };
}

/**
 * Whether a code that somebody typed names a birthplace that no list knows: more often a slip than a new comune. A code
 * is looked up all the same, since who holds it may be in our records; when it leads nowhere, this is what to ask about.
 */
export function isDoubtful(fiscalCode: string): boolean {
  return !isBirthplace(fiscalCodeFacts(fiscalCode).birthplace);
}

/** Told from what was typed alone: the same for a code that somebody has and for one that nobody has. */
export function refusedAs(form: Form<PinForm>, fiscalCode: string): Form<PinForm> {
  const refused = form.withError('codice', 'pin.refused');
  return isDoubtful(fiscalCode) ? refused.withError('codice', 'pin.code-doubtful') : refused;
}
