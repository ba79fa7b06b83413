/** Invented people for development and demonstration: every code is valid in form, none belongs to anybody. */
export interface DemonstrationPerson {
  readonly key: 'maria' | 'giovanni' | 'anna' | 'luca' | 'paolo';
  readonly spidCode: string;
  readonly fiscalCode: string;
  readonly name: string;
  readonly familyName: string;
  readonly dateOfBirth: string;
  /** Belfiore code of the comune of birth. */
  readonly placeOfBirth: string;
  readonly countyOfBirth: string;
  readonly gender: 'F' | 'M';
  readonly email: string;
  readonly mobile: string;
  readonly address: {
    readonly street: string;
    readonly postalCode: string;
    readonly municipality: string;
    readonly province: string;
    readonly nation: 'IT';
  };
  /** ISTAT code of the comune of residence. */
  readonly residenceIstat: string;
  readonly language: 'it' | 'de';
  /** SPID for professional use: given only to services that ask for one (error 30 otherwise). */
  readonly professional: boolean;
}

const ROMA = { postalCode: '00185', municipality: 'Roma', province: 'RM', nation: 'IT' } as const;
const MILANO = { postalCode: '20121', municipality: 'Milano', province: 'MI', nation: 'IT' } as const;
const BOLZANO = { postalCode: '39100', municipality: 'Bolzano', province: 'BZ', nation: 'IT' } as const;
const NAPOLI = { postalCode: '80133', municipality: 'Napoli', province: 'NA', nation: 'IT' } as const;
const TORINO = { postalCode: '10121', municipality: 'Torino', province: 'TO', nation: 'IT' } as const;

export const PEOPLE: readonly DemonstrationPerson[] = [
  {
    key: 'maria',
    spidCode: 'PROV0000000001',
    fiscalCode: 'RSSMRA80E55H501U',
    name: 'Maria',
    familyName: 'Rossi',
    dateOfBirth: '1980-05-15',
    placeOfBirth: 'H501',
    countyOfBirth: 'RM',
    gender: 'F',
    email: 'maria.rossi@posta.example',
    mobile: '+393331111111',
    address: { street: 'Via Esempio 1', ...ROMA },
    residenceIstat: '058091',
    language: 'it',
    professional: false,
  },
  {
    key: 'giovanni',
    spidCode: 'PROV0000000002',
    fiscalCode: 'BNCGNN75C12F205J',
    name: 'Giovanni',
    familyName: 'Bianchi',
    dateOfBirth: '1975-03-12',
    placeOfBirth: 'F205',
    countyOfBirth: 'MI',
    gender: 'M',
    email: 'giovanni.bianchi@posta.example',
    mobile: '+393332222222',
    address: { street: 'Via Esempio 2', ...MILANO },
    residenceIstat: '015146',
    language: 'it',
    professional: false,
  },
  {
    key: 'anna',
    spidCode: 'PROV0000000003',
    fiscalCode: 'GRBNNA88L50A952D',
    name: 'Anna',
    familyName: 'Gruber',
    dateOfBirth: '1988-07-10',
    placeOfBirth: 'A952',
    countyOfBirth: 'BZ',
    gender: 'F',
    email: 'anna.gruber@posta.example',
    mobile: '+393333333333',
    address: { street: 'Via Esempio 3', ...BOLZANO },
    residenceIstat: '021008',
    language: 'de',
    professional: false,
  },
  {
    key: 'luca',
    spidCode: 'PROV0000000004',
    fiscalCode: 'SPSLCU95T03F839O',
    name: 'Luca',
    familyName: 'Esposito',
    dateOfBirth: '1995-12-03',
    placeOfBirth: 'F839',
    countyOfBirth: 'NA',
    gender: 'M',
    email: 'luca.esposito@posta.example',
    mobile: '+393334444444',
    address: { street: 'Via Esempio 4', ...NAPOLI },
    residenceIstat: '063049',
    language: 'it',
    professional: false,
  },
  {
    key: 'paolo',
    spidCode: 'PROV0000000005',
    fiscalCode: 'VRDPLA70A01L219F',
    name: 'Paolo',
    familyName: 'Verdi',
    dateOfBirth: '1970-01-01',
    placeOfBirth: 'L219',
    countyOfBirth: 'TO',
    gender: 'M',
    email: 'paolo.verdi@studio.example',
    mobile: '+393335555555',
    address: { street: 'Via Esempio 5', ...TORINO },
    residenceIstat: '001272',
    language: 'it',
    professional: true,
  },
];

/** Enters with an old PIN alone: lives in Canada, born there, without an Italian document. No identity provider knows him. */
export const PIN_PERSON = {
  fiscalCode: 'MLLJHN58D17Z401W',
  name: 'John',
  familyName: 'Miller',
  dateOfBirth: '1958-04-17',
  gender: 'M',
  email: 'john.miller@posta.example',
  mobile: '+14165550100',
  address: { street: '100 Example Street', municipality: 'Toronto (Canada)' },
  language: 'en',
  pin: 'DEMO7K2M9Q4T6W8X',
  pinIssuedOn: '2018-04-12',
} as const;

/** A person of another European country, as the Italian eIDAS node hands them out: no fiscal code. */
export interface EuropeanPerson {
  readonly key: 'greta';
  /** Carries the PersonIdentifier: country of origin, country of destination, identifier. */
  readonly spidCode: string;
  readonly name: string;
  readonly familyName: string;
  readonly dateOfBirth: string;
  readonly placeOfBirth: string;
  readonly address: string;
  readonly gender: 'F' | 'M';
  readonly country: string;
}

export const EUROPEAN_PEOPLE: readonly EuropeanPerson[] = [
  {
    key: 'greta',
    spidCode: 'DE/IT/PROVA-0000000001',
    name: 'Greta',
    familyName: 'Weber',
    dateOfBirth: '1985-09-21',
    placeOfBirth: 'München',
    address: 'Beispielweg 6, 80331 München',
    gender: 'F',
    country: 'Germania',
  },
];

/** The company for which Paolo Verdi may act (invented; the number's last digit checks). */
export const COMPANY = {
  name: 'Studio Verdi S.r.l.',
  fiscalNumber: '12345678903',
  registeredOffice: 'Via Esempio 5, 10121 Torino (TO)',
} as const;
