import { Form } from '../../common/form.js';
import { numberFrom } from '../../common/numbers.js';
import { isLanguage, type Language } from '../../common/texts.js';
import { PreferencesForm } from './preferences.forms.js';
import { readClockTime, wishes } from './preferences.rules.js';
import type { Preferences } from './preferences.service.js';

/** What the form holds when it shows what is stored. */
export function formOf(
  { wishes: said, quiet, language, version }: Preferences,
  shown: Language,
): Form<PreferencesForm> {
  return Form.empty(PreferencesForm, {
    silenzio: quiet.on ? 'si' : '',
    dalle: quiet.from.toString({ smallestUnit: 'minute' }),
    alle: quiet.to.toString({ smallestUnit: 'minute' }),
    lingua: language ?? shown,
    versione: String(version),
    ...Object.fromEntries(said.map(({ type, channel, wanted }) => [`${type}-${channel}`, wanted ? 'si' : ''])),
  });
}

/**
 * What a form of the right shape asks for, or null when quiet hours would end as they begin. A locked road is no choice:
 * a form that names one was not made by our page, and what it says of it is not read.
 */
export function chosenIn({ data }: Form<PreferencesForm>): (Preferences & { language: Language }) | null {
  const [from, to] = [readClockTime(data.dalle), readClockTime(data.alle)];
  if (!from || !to || from.equals(to) || !isLanguage(data.lingua)) return null;
  const said = wishes([]).map((wish) => ({ ...wish, wanted: data[`${wish.type}-${wish.channel}`] === 'si' }));
  const version = numberFrom(data.versione) ?? 0;
  return { version, wishes: said, quiet: { on: data.silenzio === 'si', from, to }, language: data.lingua };
}
