import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { readOfficeFile } from '#src/appointments/office-import.js';
import { checkOffices, MAX_ROWS, type FileRow, type Known } from '#src/appointments/office-import.rules.js';
import { foldName, metresBetween } from '#src/places/places.rules.js';

const HEADING = 'id,type,name,address,cap,comune,istat,belfiore,province,region,lat,lon,phone,pec,opening_hours,source';
const GOOD = {
  id: 'AG-035033',
  type: 'agenzia',
  name: 'Agenzia di Reggio',
  address: "Via dell'Esempio, 12",
  cap: '42121',
  comune: "Reggio nell'Emilia",
  istat: '035033',
  belfiore: 'H223',
  province: 'RE',
  region: 'Emilia-Romagna',
  lat: '44.69825',
  lon: '10.63125',
  phone: '+39 000 1000001',
  pec: 'agenzia.reggio@pec.ente.example',
  opening_hours: 'Mo-Fr 08:30-12:30',
  source: 'sample',
};
const known: Known = {
  comune: (istat) =>
    istat === '035033'
      ? { names: ['reggio nell emilia'], province: 'RE', belfiore: 'H223', lat: 44.69825, lon: 10.63125 }
      : null,
  fold: foldName,
  metresBetween,
  topics: ['pensioni', 'naspi', 'contributi'],
};

const row = (changes: Record<string, string> = {}, line = 2): FileRow => ({ line, cells: { ...GOOD, ...changes } });
const problems = (...rows: FileRow[]) =>
  checkOffices(rows, known).problems.map(({ line, message }) => `${line}: ${message}`);
const cell = (text: string) => `"${text.replaceAll('"', '""')}"`;
const csv = (rows: Record<string, string>[], end = '\n') =>
  [HEADING, ...rows.map((cells) => Object.values(cells).map(cell).join(','))].join(end) + end;
const file = (text: string) => readOfficeFile(Buffer.from(text));

describe('the check of one office', () => {
  it('takes a good row, with what its type has by default', () => {
    const { offices, problems: none } = checkOffices([row()], known);
    assert.deepEqual(none, []);
    assert.deepEqual(offices[0]?.channels, [
      { channel: 'desk', seats: 4 },
      { channel: 'phone', seats: 2 },
      { channel: 'video', seats: 1 },
    ]);
    assert.equal(offices[0]?.counters, 4);
    assert.deepEqual(offices[0]?.topics, known.topics);
    assert.equal(offices[0]?.stepFree, null);
    assert.equal(offices[0]?.openings.length, 5);
  });

  it('takes an office without CAP, phone and PEC, and writes the name in any spelling', () => {
    assert.deepEqual(problems(row({ cap: '', phone: '', pec: '', comune: 'REGGIO NELL’EMILIA' })), []);
  });

  it('reads the optional columns', () => {
    const extra = {
      counters: '6',
      channels: 'desk:5;video:1',
      topics: 'naspi; pensioni',
      step_free: 'Sì',
      hearing_loop: 'no',
    };
    const { offices, problems: none } = checkOffices([row(extra)], known);
    assert.deepEqual(none, []);
    const [office] = offices;
    assert.deepEqual(office?.channels, [
      { channel: 'desk', seats: 5 },
      { channel: 'video', seats: 1 },
    ]);
    assert.deepEqual(
      [office?.counters, office?.stepFree, office?.hearingLoop, office?.signLanguage],
      [6, true, false, null],
    );
    assert.deepEqual(office?.topics, ['naspi', 'pensioni']);
  });

  it('gives an advice point the first topics only, at the desk', () => {
    const [office] = checkOffices([row({ type: 'punto' })], known).offices;
    assert.deepEqual(office?.topics, ['pensioni', 'naspi']);
    assert.deepEqual(office?.channels, [{ channel: 'desk', seats: 1 }]);
  });

  for (const [what, changes, message] of [
    ['no id', { id: '' }, /manca «id»/],
    ['an id with a slash', { id: 'a/b' }, /codice non valido/],
    ['an id that is too long', { id: 'x'.repeat(33) }, /codice non valido/],
    ['an unknown type', { type: 'sportello' }, /«type» è «sportello»/],
    ['no name', { name: ' ' }, /manca «name»/],
    ['a name that is too long', { name: 'x'.repeat(121) }, /più lungo di 120/],
    ['no address', { address: '' }, /manca «address»/],
    ['a CAP of four digits', { cap: '4212' }, /CAP non valido/],
    ['an unknown ISTAT code', { istat: '999999' }, /ISTAT sconosciuto «999999»/],
    ['an ISTAT code that lost its zero', { istat: '35033' }, /ISTAT sconosciuto «35033»/],
    ['the name of another comune', { comune: 'Modena' }, /non è di «Modena»/],
    ['another province', { province: 'MO' }, /è RE, non «MO»/],
    ['another Belfiore code', { belfiore: 'F257' }, /è H223, non «F257»/],
    ['a latitude with a comma', { lat: '44,69825' }, /«lat» non è un numero/],
    ['no longitude', { lon: '' }, /«lon» non è un numero/],
    ['coordinates outside Italy', { lat: '51.50000' }, /«lat» è fuori dall’Italia/],
    ['latitude and longitude swapped', { lat: '10.63125', lon: '44.69825' }, /fuori dall’Italia/],
    ['coordinates far from the comune', { lat: '41.89193', lon: '12.51133' }, /sono a 34\d km da/],
    ['a phone without prefix', { phone: '0522 1234' }, /telefono non valido/],
    ['a phone with letters', { phone: '+39 0522 ABC' }, /telefono non valido/],
    ['a PEC without domain', { pec: 'agenzia@pec' }, /PEC non valida/],
    ['two PEC', { pec: 'a@b.it, c@d.it' }, /PEC non valida/],
    ['bad hours', { opening_hours: 'Mo-Fr 8-12' }, /ora non valida/],
    ['no hours', { opening_hours: '' }, /mancano gli orari/],
    ['an unknown source', { source: 'forse' }, /«source» è «forse»/],
    ['no counters', { counters: '0' }, /sportelli non valido/],
    ['an unknown channel', { channels: 'desk:2;chat:1' }, /canale non valido «chat:1»/],
    ['a channel twice', { channels: 'desk:2;desk:1' }, /canale non valido/],
    ['an unknown topic', { topics: 'naspi;tasse' }, /argomento sconosciuto «tasse»/],
    ['a doubtful accessibility', { step_free: 'forse' }, /«step_free» è «forse»/],
    ['a formula', { name: '=HYPERLINK("http://x")' }, /comincia come una formula/],
    ['a formula with a plus', { address: '+1+1' }, /comincia come una formula/],
    ['a formula in an unused column', { region: '@SUM(A1)' }, /comincia come una formula/],
    ['a line break in a cell', { name: 'Agenzia\ndi Reggio' }, /caratteri nascosti/],
    ['an invisible letter', { name: 'Agenzia\u202edi Reggio' }, /caratteri nascosti/],
    ['a replacement character', { name: 'Forl\ufffd' }, /illeggibili/],
  ] as [string, Record<string, string>, RegExp][]) {
    it(`refuses ${what}, and nothing else of the row`, () => {
      const found = problems(row(changes, 7));
      assert.ok(found.length > 0, 'accepted');
      assert.match(found.join('\n'), message);
      for (const line of found) assert.match(line, /^7: /);
    });
  }

  it('refuses an id that was used before, saying where', () => {
    assert.deepEqual(problems(row({}, 2), row({ id: 'B' }, 3), row({}, 4)), [
      '4: codice «AG-035033» già usato alla riga 2',
    ]);
  });

  it('says everything that is wrong, in all rows', () => {
    const found = problems(
      row({ id: 'A', cap: 'x', province: 'MO' }, 2),
      row({ id: 'B' }, 3),
      row({ id: 'C', lat: 'x' }, 4),
    );
    assert.equal(found.filter((line) => line.startsWith('2: ')).length, 2);
    assert.equal(found.filter((line) => line.startsWith('3: ')).length, 0);
    assert.equal(found.filter((line) => line.startsWith('4: ')).length, 1);
  });

  it('refuses an empty list, and one row too many', () => {
    assert.deepEqual(problems(), ['1: il file non contiene sedi']);
    const many = Array.from({ length: MAX_ROWS + 1 }, (_, i) => row({ id: `A${i}` }, i + 2));
    assert.deepEqual(problems(...many), [`${MAX_ROWS + 2}: più di ${MAX_ROWS} righe`]);
    assert.deepEqual(problems(...many.slice(0, MAX_ROWS)), []);
  });
});

describe('the file of offices', () => {
  it('reads quotes, CR LF, a byte order mark and empty lines', () => {
    const read = file(`\ufeff${csv([GOOD, { ...GOOD, name: 'Agenzia "Centro", Reggio' }], '\r\n')}\r\n`);
    assert.deepEqual(read.problems, []);
    assert.deepEqual(
      read.rows.map(({ line }) => line),
      [2, 3],
    );
    assert.equal(read.rows[1]?.cells.name, 'Agenzia "Centro", Reggio');
    assert.equal(read.rows[0]?.cells.id, 'AG-035033');
  });

  it('counts lines as an editor does, also after a cell with a line break', () => {
    const read = file(
      csv([
        { ...GOOD, name: 'due\nrighe' },
        { ...GOOD, id: 'B' },
      ]),
    );
    assert.deepEqual(
      read.rows.map(({ line }) => line),
      [2, 4],
    );
  });

  it('refuses columns that are missing, unknown or repeated', () => {
    const lines = (heading: string) => file(`${heading}\n`).problems.map(({ line, message }) => `${line}: ${message}`);
    assert.deepEqual(lines(HEADING.replace(',istat', '')), ['1: manca la colonna «istat»']);
    assert.deepEqual(lines(`${HEADING},citta`), ['1: colonna sconosciuta «citta»']);
    assert.deepEqual(lines(`${HEADING},lat`), ['1: colonna ripetuta «lat»']);
    assert.deepEqual(lines(`${HEADING.replaceAll(',', ';')};citta`), ['1: colonna sconosciuta «citta»']);
    assert.deepEqual(lines(`sep=;\r\n${HEADING.replaceAll(',', ';')};citta`), ['2: colonna sconosciuta «citta»']);
    assert.equal(file('').problems.length > 0, true);
  });

  const excel = (separator: string, cells: Record<string, string> = GOOD) =>
    [Object.keys(cells).join(separator), Object.values(cells).map(cell).join(separator)].join('\r\n') + '\r\n';
  const COMMAS = { ...GOOD, lat: '44,69825', lon: '10,63125', channels: 'desk:5;video:1' };
  const shuffled = Object.fromEntries(Object.entries(COMMAS).toReversed());
  const capitals = Object.fromEntries(
    Object.entries(COMMAS).map(([column, text]) => [` ${column.toUpperCase().replaceAll('_', ' ')}\u00a0`, text]),
  );
  for (const [what, text, line] of [
    ['semicolons, a byte order mark and decimal commas', `\ufeff${excel(';', COMMAS)}`, 2],
    ['a decimal comma between commas', excel(',', COMMAS), 2],
    ['tabs', excel('\t', COMMAS), 2],
    ['vertical bars', excel('|', COMMAS), 2],
    ['sep= in the first line', `sep=;\r\n${excel(';', COMMAS)}`, 3],
    [
      'sep= in quotes after a byte order mark, saved again with empty cells',
      `\ufeff"SEP=;";;;;\r\n${excel(';', COMMAS)}`,
      3,
    ],
    ['sep= that says a tab', `sep=\t\r\n${excel('\t', COMMAS)}`, 3],
    ['rows of empty cells', `${excel(';', COMMAS)};;;;;;;;;;;;;;;;\r\n;;;;\r\n ; ;\r\n`, 2],
    ['empty columns at the end', excel(';', COMMAS).replaceAll('\r\n', ';;;\r\n'), 2],
    ['headings in capitals, with spaces', excel(';', capitals), 2],
    ['headings in quotes', excel(';', Object.fromEntries(Object.entries(COMMAS).map(([c, t]) => [cell(c), t]))), 2],
    ['columns in another order', excel(';', shuffled), 2],
    ['optional cells left out at the end', excel(';', { ...COMMAS, step_free: '' }).replace(/;""\r\n$/, '\r\n'), 2],
    [
      'spaces of another width',
      excel(';', { ...COMMAS, lat: ' 44,69825\u00a0', name: 'Agenzia\u00a0di\u202fReggio' }),
      2,
    ],
    ['line ends of old', excel(';', COMMAS).replaceAll('\r\n', '\r'), 2],
  ] as [string, string, number][])
    it(`takes a file as spreadsheets write it: ${what}`, () => {
      const read = file(text);
      assert.deepEqual(read.problems, []);
      const { offices, problems: none } = checkOffices(read.rows, known);
      assert.deepEqual(none, []);
      assert.deepEqual(
        [read.rows[0]?.line, offices.length, offices[0]?.lat, offices[0]?.lon, offices[0]?.name],
        [line, 1, 44.69825, 10.63125, 'Agenzia di Reggio'],
      );
      assert.deepEqual(offices[0]?.channels, [
        { channel: 'desk', seats: 5 },
        { channel: 'video', seats: 1 },
      ]);
    });

  it('takes the Unicode text of Excel, and says what to do with a workbook', () => {
    const unicode = Buffer.from(`\ufeff${excel('\t', COMMAS)}`, 'utf16le');
    assert.deepEqual(checkOffices(readOfficeFile(unicode).rows, known).problems, []);
    for (const bytes of [
      [0x50, 0x4b, 3, 4, 20, 0],
      [0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1],
    ])
      assert.deepEqual(readOfficeFile(Buffer.from(bytes)).problems, [
        { line: 1, message: 'è una cartella di lavoro: va salvata come «CSV UTF-8»' },
      ]);
  });

  it('still says the line, after a line that says the separator and rows of nothing', () => {
    const text = `sep=;\n${excel(';', COMMAS).replaceAll('\r\n', '\n')};;;\n${Object.values({
      ...COMMAS,
      id: 'B',
      lat: '44,x',
    })
      .map(cell)
      .join(';')}\na;b\n`;
    const read = file(text);
    assert.deepEqual(read.problems, [{ line: 6, message: '2 celle invece di 17' }]);
    assert.deepEqual(problems(...read.rows.slice(1)), ['5: «lat» non è un numero con il punto: «44,x»']);
  });

  it('refuses a row with a cell too few or too many, saying its line', () => {
    const text = csv([GOOD]);
    assert.deepEqual(file(`${text}a,b\n`).problems, [{ line: 3, message: '2 celle invece di 16' }]);
    assert.deepEqual(file(text.trimEnd() + ',x\n').problems, [{ line: 2, message: '17 celle invece di 16' }]);
  });

  it('refuses another encoding, at the line of the letter', () => {
    const bytes = Buffer.concat([Buffer.from(csv([GOOD])), Buffer.from('AG-2,agenzia,Forl\u00ec\n', 'latin1')]);
    const [first] = readOfficeFile(bytes).problems;
    assert.equal(first?.line, 3);
    assert.match(first?.message ?? '', /non è in UTF-8/);
    assert.ok(readOfficeFile(Buffer.from(csv([GOOD]), 'utf16le')).problems.length > 0);
    assert.ok(readOfficeFile(Buffer.from([0x50, 0x4b, 3, 4, 0xff, 0xfe])).problems.length > 0);
  });

  it('refuses quotes that do not close, or stand in the middle of a cell', () => {
    assert.match(file(`${csv([GOOD])}"AG-2,agenzia\n`).problems[0]?.message ?? '', /non si chiudono/);
    assert.match(
      file(`${csv([GOOD])}AG-2,agenzia,Agenzia "Centro"\n`).problems[0]?.message ?? '',
      /virgolette in mezzo/,
    );
  });

  it('has a sample network without a fault in its form', () => {
    const read = readOfficeFile(readFileSync(new URL('../../src/appointments/data/offices.csv', import.meta.url)));
    assert.deepEqual(read.problems, []);
    assert.ok(read.rows.length > 300);
    assert.ok(read.rows.every(({ cells }) => cells.source === 'sample' && cells.pec?.endsWith('.example')));
  });
});
