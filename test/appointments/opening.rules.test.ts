import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { openingLines, parseOpeningHours, weekOf } from '#src/appointments/opening.rules.js';

const WEEKDAYS = ['', 'lunedì', 'martedì', 'mercoledì', 'giovedì', 'venerdì', 'sabato', 'domenica'];
const t = (key: string, p: Record<string, string> = {}) => {
  if (key.startsWith('offices.weekday-')) return WEEKDAYS[Number(key.at(-1))] ?? '?';
  if (key === 'offices.from-to') return `da ${p.from} a ${p.to}`;
  if (key === 'offices.and') return 'e';
  throw new Error(key);
};

function openings(text: string) {
  const read = parseOpeningHours(text);
  assert.ok(read.ok, read.ok ? '' : read.problem);
  return read.openings;
}

function problem(text: string): string {
  const read = parseOpeningHours(text);
  assert.equal(read.ok, false, `«${text}» was accepted`);
  return read.ok ? '' : read.problem;
}

describe('opening hours of an office', () => {
  it('reads a range of days, and adds a second rule to the first', () => {
    const read = openings('Mo-Fr 08:30-12:30; Tu,Th 14:30-16:30');
    assert.equal(read.length, 7);
    assert.deepEqual(read[0], { weekday: 1, opens: '08:30', closes: '12:30' });
    assert.deepEqual(
      read.filter((o) => o.weekday === 2),
      [
        { weekday: 2, opens: '08:30', closes: '12:30' },
        { weekday: 2, opens: '14:30', closes: '16:30' },
      ],
    );
  });

  it('reads several hours of one rule, lists mixed with ranges, and odd spaces', () => {
    assert.equal(openings('Mo-We,Fr 09:00-12:00,14:00-16:00').length, 8);
    assert.deepEqual(openings('  Sa , Su   09:00-12:00 '), [
      { weekday: 6, opens: '09:00', closes: '12:00' },
      { weekday: 7, opens: '09:00', closes: '12:00' },
    ]);
  });

  it('allows hours that touch and refuses hours that overlap', () => {
    assert.equal(openings('Mo 08:00-12:00,12:00-14:00').length, 2);
    assert.match(problem('Mo-Fr 08:30-12:30; We 12:00-13:00'), /sovrapposti: We alle 12:00/);
    assert.match(problem('Mo 08:00-12:00; Mo 08:00-12:00'), /sovrapposti/);
  });

  for (const [text, message] of [
    ['', /mancano gli orari/],
    ['   ', /mancano gli orari/],
    ['Mo-Fr 08:30-12:30;', /regola vuota/],
    ['Mo-Fr', /non leggibile/],
    ['chiuso', /non leggibile/],
    ['08:30-12:30', /non leggibile/],
    ['Xx 08:30-12:30', /giorno sconosciuto: «Xx»/],
    ['Lu-Ve 08:30-12:30', /giorno sconosciuto/],
    ['Mo-We-Fr 08:30-12:30', /giorno sconosciuto/],
    ['Fr-Mo 08:30-12:30', /ordine inverso/],
    ['Mo,Mo 08:30-12:30', /giorno ripetuto: «Mo»/],
    ['Mo-We,Tu 08:30-12:30', /giorno ripetuto: «Tu»/],
    ['Mo 8:30-12:30', /ora non valida/],
    ['Mo 08:30-24:30', /ora non valida/],
    ['Mo 08:60-12:30', /ora non valida/],
    ['Mo 08:30–12:30', /ora non valida/],
    ['Mo 08:30-12:30 14:00-15:00', /ora non valida/],
    ['Mo 12:30-08:30', /non segue/],
    ['Mo 08:30-08:30', /non segue/],
  ] as const) {
    it(`refuses «${text}»`, () => assert.match(problem(text), message));
  }

  it('says days with the same hours together, consecutive ones as a range', () => {
    assert.deepEqual(openingLines(openings('Mo-Fr 08:30-12:30; Tu,Th 14:30-16:30'), t), [
      { days: 'lunedì, mercoledì e venerdì', hours: ['08:30-12:30'] },
      { days: 'martedì e giovedì', hours: ['08:30-12:30', '14:30-16:30'] },
    ]);
    assert.deepEqual(openingLines(openings('Mo-Fr 08:30-12:30; Sa 09:00-11:00'), t), [
      { days: 'da lunedì a venerdì', hours: ['08:30-12:30'] },
      { days: 'sabato', hours: ['09:00-11:00'] },
    ]);
    assert.deepEqual(openingLines([], t), []);
  });

  it('gives all seven days for the table, closed ones without hours', () => {
    const week = weekOf(openings('Th 14:30-16:30,08:30-12:30'));
    assert.deepEqual(
      week.map((day) => day.hours.length),
      [0, 0, 0, 2, 0, 0, 0],
    );
    assert.equal(week[3]?.hours[0]?.opens, '08:30');
  });
});
