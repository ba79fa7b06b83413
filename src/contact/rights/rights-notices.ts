import type { NewNotice } from '../../notifications/index.js';
import type { RightRequest } from './rights.repository.js';

/** What the person is told at each step of a request: `rights.notice-<state>-title` and `-body`. */
export function rightNotice({
  id,
  protocol,
  state,
  dueOn,
}: Pick<RightRequest, 'id' | 'protocol' | 'state' | 'dueOn'>): NewNotice {
  return {
    type: 'request',
    source: 'rights',
    sourceId: `${id}:${state}`,
    textKey: `rights.notice-${state}`,
    parameters: { protocol, dueOn: dueOn.toString() },
    link: `/dati/diritti/richieste/${protocol}`,
  };
}
