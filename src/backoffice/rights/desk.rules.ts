import { STATES, type RightState } from '../../contact/index.js';

export const DESK = '/operatore/richieste-dati';

/** What the list shows, as in its address. */
export interface Filter {
  name: string;
  states: readonly RightState[];
}

const OPEN: Filter = { name: 'aperte', states: ['received', 'working', 'extended'] };
const SLUGS: Readonly<Record<RightState, string>> = {
  received: 'ricevute',
  working: 'in-lavorazione',
  extended: 'prorogate',
  accepted: 'accolte',
  partly: 'accolte-in-parte',
  rejected: 'respinte',
  withdrawn: 'ritirate',
};

/** Open ones first: the others are there to be looked up. */
export const FILTERS: readonly Filter[] = [OPEN, ...STATES.map((state) => ({ name: SLUGS[state], states: [state] }))];

/** An unknown filter is the open ones, not an error. */
export function filterOf(value: unknown): Filter {
  return FILTERS.find(({ name }) => name === value) ?? OPEN;
}
