import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { parse } from 'csv-parse/sync';
import { ComuneIndex, foldName, foldedNames, metresBetween, type Comune } from '#src/places/places.rules.js';

const rows: Record<string, string>[] = parse(
  readFileSync(new URL('../../src/places/data/comuni.csv', import.meta.url)),
  { columns: true },
);
const index = new ComuneIndex(rows.map(comune));

function comune(row: Record<string, string>): Comune {
  const { istat = '', belfiore = '', name = '', province = '', region = '', other_names: others = '' } = row;
  const numbers = { lat: Number(row.lat), lon: Number(row.lon), population: Number(row.population) };
  return {
    istat,
    belfiore,
    name,
    province,
    region,
    provinceName: province,
    otherNames: others ? others.split(';') : [],
    ...numbers,
  };
}

const first = (text: string) => index.search(text, 8)[0];
const names = (text: string, limit = 8) =>
  index.search(text, limit).map((match) => `${match.comune.name} ${match.comune.province}`);

describe('distance', () => {
  it('is the great circle between two points', () => {
    const rome = { lat: 41.89193, lon: 12.51133 };
    const milan = { lat: 45.46427, lon: 9.18951 };
    assert.ok(Math.abs(metresBetween(rome, milan) - 477_000) < 2_000, String(metresBetween(rome, milan)));
    assert.equal(metresBetween(rome, milan), metresBetween(milan, rome));
    assert.equal(metresBetween(rome, rome), 0);
    // One degree of latitude is 111.2 km on the mean sphere.
    assert.ok(Math.abs(metresBetween({ lat: 41, lon: 12 }, { lat: 42, lon: 12 }) - 111_195) < 5);
  });
});

describe('folding of names', () => {
  it('drops what people write in their own way', () => {
    assert.equal(foldName('  Reggio nell’Emilia '), 'reggio nell emilia');
    assert.equal(foldName('FORLÌ'), 'forli');
    assert.equal(foldName("Forli'"), 'forli');
    assert.equal(foldName('Eppan an der Weinstraße'), 'eppan an der weinstrasse');
    assert.equal(foldName('Corigliano-Rossano'), 'corigliano rossano');
    assert.equal(foldName('€ 5 ☂'), '5');
  });

  it('knows each official name of a bilingual comune', () => {
    const folded = foldedNames({ name: 'Bolzano/Bozen', otherNames: ['Bozen'] });
    assert.deepEqual(folded.toSorted(), ['bolzano', 'bolzano bozen', 'bozen']);
  });
});

describe('search of comuni', () => {
  it('has the whole names of all of them, each found by itself', () => {
    assert.equal(rows.length, 7896);
    const lost = rows.filter((row) => !index.search(`${row.name} ${row.province}`, 1)[0]?.exact);
    assert.deepEqual(
      lost.map((row) => row.name),
      [],
    );
  });

  for (const [text, name] of [
    ['Roma', 'Roma'],
    ['rOMA ', 'Roma'],
    ['forli', 'Forlì'],
    ["forli'", 'Forlì'],
    ['bozen', 'Bolzano/Bozen'],
    ['bolzano', 'Bolzano/Bozen'],
    ['Bolzano - Bozen', 'Bolzano/Bozen'],
    ['aoste', 'Aosta'],
    ['Florenz', 'Firenze'],
    ["L'Aquila", "L'Aquila"],
    ['l aquila', "L'Aquila"],
    ['san candido', 'San Candido/Innichen'],
    ['sovodnje ob soci', "Savogna d'Isonzo-Sovodnje ob Soči"],
  ] as const) {
    it(`takes «${text}» for the whole name of ${name}`, () => {
      assert.equal(first(text)?.comune.name, name);
      assert.equal(first(text)?.exact, true);
    });
  }

  for (const [text, name] of [
    ['reggio emilia', "Reggio nell'Emilia"],
    ['reggio calabria', 'Reggio di Calabria'],
    ['san giovanni rotndo', 'San Giovanni Rotondo'],
    ['s giovanni rotondo', 'San Giovanni Rotondo'],
    ['milno', 'Milano'],
    ['napolli', 'Napoli'],
    ['civitaveccia', 'Civitavecchia'],
    ['bresannone', 'Bressanone/Brixen'],
    ['tornio', 'Torino'],
  ] as const) {
    it(`suggests ${name} for «${text}», without being certain`, () => {
      assert.ok(
        names(text).some((found) => found.startsWith(`${name} `)),
        names(text).join(', '),
      );
      assert.equal(first(text)?.exact, false);
    });
  }

  it('puts the likelier one first', () => {
    assert.equal(first('reggio emilia')?.comune.istat, '035033');
    assert.equal(first('san giovanni rotndo')?.comune.istat, '071046');
    assert.equal(names('mila')[0], 'Milano MI');
    assert.deepEqual(names('forli', 3), ['Forlì FC', 'Forlimpopoli FC', 'Forlì del Sannio IS']);
  });

  it('tells two comuni of the same name apart by the province', () => {
    assert.deepEqual(
      index
        .search('samone', 8)
        .filter((match) => match.exact)
        .map((match) => match.comune.province)
        .toSorted(),
      ['TN', 'TO'],
    );
    assert.deepEqual(names('Samone (TN)', 1), ['Samone TN']);
    assert.deepEqual(names('samone to', 1), ['Samone TO']);
  });

  it('does not take a word of two letters for a province when nothing there has that name', () => {
    assert.equal(names('Castelnuovo Ne', 3).length, 3);
    assert.equal(first('Prato')?.comune.province, 'PO');
  });

  it('gives nothing for what is no name, and never more than asked', () => {
    assert.deepEqual(index.search('', 8), []);
    assert.deepEqual(index.search(' -- ', 8), []);
    assert.deepEqual(index.search('xqzwkj', 8), []);
    assert.deepEqual(index.search("'; DROP TABLE comune; --", 8), []);
    assert.equal(index.search('san', 8).length, 8);
    assert.doesNotThrow(() => index.search('a '.repeat(50_000), 8));
  });

  it('finds by ISTAT code', () => {
    assert.equal(index.get('058091')?.name, 'Roma');
    assert.equal(index.get('000000'), null);
  });
});
