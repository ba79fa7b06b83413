import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  dateAndTime,
  dateInWords,
  plainDate,
  dayParts,
  deadlineDay,
  easterSunday,
  isNationalHoliday,
  isWorkingDay,
  romeInstant,
  shortDateInWords,
  timeInWords,
} from '#src/common/calendar.js';

const day = (iso: string) => Temporal.PlainDate.from(iso);
const hours = (iso: string) =>
  romeInstant(day(iso))
    .until(romeInstant(day(iso).add({ days: 1 })))
    .total('hours');

describe('the Italian calendar', () => {
  it('knows Easter, early, late and in the years to come', () => {
    const known = [
      '2008-03-23',
      '2011-04-24',
      '2024-03-31',
      '2025-04-20',
      '2026-04-05',
      '2027-03-28',
      '2028-04-16',
      '2038-04-25',
    ];
    for (const iso of known) assert.equal(easterSunday(Number(iso.slice(0, 4))).toString(), iso);
  });

  it('counts the holidays of 2026, Easter Monday among them', () => {
    const holidays: string[] = [];
    for (let d = day('2026-01-01'); d.year === 2026; d = d.add({ days: 1 }))
      if (isNationalHoliday(d)) holidays.push(d.toString().slice(5));
    assert.deepEqual(holidays, [
      '01-01',
      '01-06',
      '04-05',
      '04-06',
      '04-25',
      '05-01',
      '06-02',
      '08-15',
      '10-04',
      '11-01',
      '12-08',
      '12-25',
      '12-26',
    ]);
  });

  it('has San Francesco only from 2026 on', () => {
    assert.equal(isNationalHoliday(day('2025-10-04')), false);
    assert.equal(isNationalHoliday(day('2027-10-04')), true);
  });

  it('tells working days', () => {
    assert.equal(isWorkingDay(day('2026-04-03')), true, 'Good Friday is no holiday in Italy');
    assert.equal(isWorkingDay(day('2026-04-04')), false, 'Saturday');
    assert.equal(isWorkingDay(day('2026-04-06')), false, 'Easter Monday');
    assert.equal(isWorkingDay(day('2026-04-07')), true);
  });

  it('moves a deadline from a Sunday or a holiday to the next other day', () => {
    assert.equal(deadlineDay(day('2022-04-10')).toString(), '2022-04-11');
    assert.equal(deadlineDay(day('2026-04-05')).toString(), '2026-04-07', 'Easter and its Monday');
    assert.equal(deadlineDay(day('2026-12-25')).toString(), '2026-12-28', 'two holidays, then a Sunday');
    assert.equal(deadlineDay(day('2026-04-11')).toString(), '2026-04-11', 'a Saturday stays');
  });

  it('writes dates in words in three languages', () => {
    assert.equal(dateInWords(day('2026-04-14'), 'it'), 'martedì 14 aprile 2026');
    assert.equal(dateInWords(day('2026-04-14'), 'en'), 'Tuesday, 14 April 2026');
    assert.equal(dateInWords(day('2026-04-14'), 'de'), 'Dienstag, 14. April 2026');
    assert.equal(plainDate(day('2026-04-14'), 'en'), '14 April 2026');
    assert.equal(shortDateInWords(day('2026-04-14'), 'it'), 'martedì 14 aprile');
    assert.deepEqual(dayParts(day('2026-04-14'), 'it'), { weekday: 'martedì', date: '14 aprile' });
  });

  it('shows instants in Italian time, in winter and in summer', () => {
    assert.equal(timeInWords(Temporal.Instant.from('2026-03-27T08:40:00Z')), '09:40');
    assert.equal(timeInWords(Temporal.Instant.from('2026-03-30T08:40:00Z')), '10:40');
    assert.deepEqual(dateAndTime(Temporal.Instant.from('2026-12-31T23:30:00Z'), 'it'), {
      date: 'venerdì 1 gennaio 2027',
      time: '00:30',
    });
  });

  it('begins a day at its own midnight, also when it has 23 or 25 hours', () => {
    assert.deepEqual(['2026-03-29', '2026-10-25', '2026-04-14'].map(hours), [23, 25, 24]);
  });
});
