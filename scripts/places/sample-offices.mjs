// Makes src/appointments/data/offices.csv: an invented network of offices, so that the portal can be tried.
// Every province capital has a provincial office, the larger towns an agency, and some smaller ones an advice point.
// Streets, hours and contacts are invented: streets "dell'Esempio", phone numbers of a prefix that is not assigned,
// addresses under `.example`. Deterministic: `node scripts/places/sample-offices.mjs` after scripts/places/generate.mjs.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { parse } from 'csv-parse/sync';

const PLACES = new URL('../../src/places/data/', import.meta.url);
// Another folder may be given, to compare.
const OUT = process.argv[2]
  ? pathToFileURL(`${process.argv[2]}/`)
  : new URL('../../src/appointments/data/', import.meta.url);
/** Towns with so many people have an agency besides the provincial offices; the biggest cities have more than one. */
const AGENCY_FROM = 30_000;
const POINT_FROM = 12_000;
const CITY_AGENCIES = {
  '058091': 8,
  '015146': 5,
  '063049': 4,
  '001272': 4,
  '082053': 2,
  '010025': 2,
  '037006': 2,
  '048017': 2,
  '072006': 2,
  '087015': 2,
};
/** An advice point only where the next office is at least so far. */
const POINT_APART_KM = 20;

const TYPES = {
  direzione_provinciale: {
    prefix: 'DP',
    name: 'Direzione provinciale',
    mail: 'direzione',
    hours: 'Mo-Fr 08:30-12:30; Tu,Th 14:30-16:30',
  },
  agenzia: { prefix: 'AG', name: 'Agenzia', mail: 'agenzia', hours: 'Mo-Fr 08:30-12:30' },
  punto: { prefix: 'PC', name: 'Punto di consulenza', mail: 'punto', hours: 'Mo,We,Fr 09:00-12:00' },
};
const STREETS = [
  "Via dell'Esempio",
  "Corso dell'Esempio",
  "Piazza dell'Esempio",
  "Viale dell'Esempio",
  "Largo dell'Esempio",
];
const DISTRICTS = ['Centro', 'Nord', 'Sud', 'Est', 'Ovest', 'Mare', 'Stazione', 'Università'];

const comuni = read('comuni.csv').map((c) => ({
  ...c,
  lat: Number(c.lat),
  lon: Number(c.lon),
  population: Number(c.population),
}));
const capitals = new Set(read('provinces.csv').map((province) => province.capital_istat));
const larger = comuni.toSorted((a, b) => b.population - a.population || (a.istat < b.istat ? -1 : 1));
const offices = [];

for (const comune of comuni.filter((c) => capitals.has(c.istat))) add('direzione_provinciale', comune, 0);
for (const comune of larger) {
  const count =
    CITY_AGENCIES[comune.istat] ?? (comune.population >= AGENCY_FROM && !capitals.has(comune.istat) ? 1 : 0);
  for (let i = 1; i <= count; i++) add('agenzia', comune, i);
}
step(`${offices.length} provincial offices and agencies`);
for (const comune of larger) {
  if (comune.population < POINT_FROM) break;
  if (offices.every((office) => kilometres(office, comune) >= POINT_APART_KM)) add('punto', comune, 0);
}
offices.sort((a, b) => (a.id < b.id ? -1 : 1));
check();
write();

function add(type, comune, number) {
  const { prefix, name, mail, hours } = TYPES[type];
  const several = (CITY_AGENCIES[comune.istat] ?? 0) > 1 && type === 'agenzia';
  const district = several ? ` ${DISTRICTS[number - 1]}` : '';
  const italian = comune.other_names && comune.name.includes('/') ? comune.name.split('/')[0] : comune.name;
  const n = offices.length;
  // Agencies of one city stand around its seat, 2 to 8 km away, each in its own direction.
  const angle = several ? ((number - 1) / CITY_AGENCIES[comune.istat]) * 2 * Math.PI : 0;
  const away = several ? (1.3 + 0.8 * number) / 111.2 : 0;
  offices.push({
    id: `${prefix}-${comune.istat}${several && number > 1 ? `-${number}` : ''}`,
    type,
    name: `${name} di ${italian}${district}`,
    address: `${STREETS[n % STREETS.length]}, ${1 + ((n * 7) % 90)}`,
    cap: '',
    comune: comune.name,
    istat: comune.istat,
    belfiore: comune.belfiore,
    province: comune.province,
    region: comune.region,
    lat: (comune.lat + away * Math.cos(angle)).toFixed(5),
    lon: (comune.lon + (away * Math.sin(angle)) / Math.cos((comune.lat * Math.PI) / 180)).toFixed(5),
    phone: `+39 000 ${String(1000000 + n).slice(0, 7)}`,
    pec: `${mail}.${slug(italian + district)}@pec.ente.example`,
    opening_hours: hours,
    source: 'sample',
    step_free: type === 'punto' ? '' : 'sì',
    hearing_loop: type === 'direzione_provinciale' ? 'sì' : type === 'agenzia' ? 'no' : '',
    sign_language: type === 'punto' ? 'no' : 'sì',
  });
}

function check() {
  const wrong = [];
  if (offices.length < 300) wrong.push(`only ${offices.length} offices`);
  for (const key of ['id', 'pec', 'phone'])
    if (new Set(offices.map((o) => o[key])).size !== offices.length) wrong.push(`${key} is not unique`);
  for (const istat of capitals)
    if (!offices.some((o) => o.istat === istat && o.type === 'direzione_provinciale'))
      wrong.push(`no office in ${istat}`);
  for (const o of offices)
    if (!/^\+39 000 \d{7}$/.test(o.phone) || !o.pec.endsWith('.example')) wrong.push(`contacts of ${o.id}`);
  if (wrong.length > 0) {
    console.error(`sample offices: stopped, nothing is written.\n${wrong.join('\n')}`);
    process.exit(1);
  }
}

function write() {
  const columns = Object.keys(offices[0]);
  mkdirSync(OUT, { recursive: true });
  writeFileSync(
    new URL('offices.csv', OUT),
    [columns.join(','), ...offices.map((o) => columns.map((c) => cell(o[c])).join(',')), ''].join('\n'),
  );
  const count = (type) => offices.filter((o) => o.type === type).length;
  step(
    `wrote offices.csv: ${Object.keys(TYPES)
      .map((type) => `${count(type)} ${type}`)
      .join(', ')}`,
  );
}

function cell(value) {
  return /[",\n]/.test(String(value)) ? `"${String(value).replaceAll('"', '""')}"` : String(value);
}

function kilometres(a, b) {
  return Math.hypot(Number(a.lat) - b.lat, (Number(a.lon) - b.lon) * Math.cos((b.lat * Math.PI) / 180)) * 111.2;
}

function slug(text) {
  return text
    .normalize('NFD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '');
}

function read(file) {
  return parse(readFileSync(new URL(file, PLACES)), { columns: true });
}

function step(text) {
  console.log(`sample offices: ${text}`);
}
