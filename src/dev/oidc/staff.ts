/** A member of staff that the development provider lets one be; all invented. */
export interface DemonstrationStaff {
  key: string;
  subject: string;
  name: string;
  office: string | null;
  roles: readonly ('operator' | 'editor' | 'analyst' | 'administrator')[];
  /** What they do, in the words of the choice page. */
  does: string;
}

export const STAFF: readonly DemonstrationStaff[] = [
  {
    key: 'operatrice',
    subject: 'prova-0001',
    name: 'Elena Conti',
    office: 'AG-058091',
    roles: ['operator'],
    does: 'operatrice della sede di Roma',
  },
  {
    key: 'redattore',
    subject: 'prova-0002',
    name: 'Davide Ferrari',
    office: null,
    roles: ['editor'],
    does: 'redattore',
  },
  { key: 'analista', subject: 'prova-0003', name: 'Chiara Romano', office: null, roles: ['analyst'], does: 'analista' },
  {
    key: 'amministratrice',
    subject: 'prova-0004',
    name: 'Sara Marino',
    office: null,
    roles: ['administrator'],
    does: 'amministratrice',
  },
];
