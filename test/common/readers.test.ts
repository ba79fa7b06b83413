import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Form, ResumedBody } from '#src/common/form.js';
import { dayFrom, dayOfParts, isInstant } from '#src/common/days.js';
import { lookUp } from '#src/common/look-up.js';
import { numberFrom } from '#src/common/numbers.js';
import { earliestDayFirst, newestFirst, newestNumberFirst } from '#src/common/page-key.js';
import { onceOnlyId, UUID } from '#src/common/uuid.js';

const ID = '0b6f6d0e-7f4c-4b1e-9a55-2f3f0c7d1a11';

describe('a day from outside', () => {
  for (const text of ['1800-01-01', '1926-02-28', '2024-02-29', '2026-04-01', '2999-12-31'])
    it(`is ${text}`, () => assert.equal(dayFrom(text)?.toString(), text));
  for (const text of [
    '0000-01-01',
    '0001-01-01',
    '1799-12-31',
    '3000-01-01',
    '9999-12-31',
    '-000001-01-01',
    '+275760-09-13',
    '2026-02-29',
    '2026-13-01',
    '2026-00-10',
    '2026-4-1',
    '2026-04-01T00:00:00Z',
    '٢٠٢٦-٠٤-٠١',
    '',
    null,
  ])
    it(`is not ${text}`, () => assert.equal(dayFrom(text), null));

  it('begins with the same year when it is typed in three parts, and may be the last of all', () => {
    assert.equal(dayOfParts({ day: '1', month: '4', year: '2026' })?.toString(), '2026-04-01');
    assert.equal(dayOfParts({ day: '31', month: '12', year: '9999' })?.toString(), '9999-12-31');
    for (const year of ['0000', '1799', '26', '-001', '2e3'])
      assert.equal(dayOfParts({ day: '1', month: '4', year }), null, year);
  });
});

describe('an instant from outside', () => {
  for (const text of [
    '2026-04-01T07:00:00Z',
    '2026-04-01T07:00:00.123Z',
    '1800-01-01T00:00:00Z',
    '2999-12-31T23:59:59.999Z',
  ])
    it(`is ${text}`, () => assert.equal(isInstant(text), true));
  for (const text of [
    '0000-01-01T00:00:00Z',
    '9999-12-31T23:59:59Z',
    '-000001-01-01T00:00:00Z',
    '+275760-09-13T00:00:00Z',
    '2026-04-01T24:00:00Z',
    '2026-06-30T23:59:60Z',
    '2026-02-30T00:00:00Z',
    '2026-04-01T07:00:00.123456789Z',
    '2026-04-01T07:00:00.100Z',
    '2026-04-01T07:00:00+02:00',
    '2026-04-01 07:00:00Z',
    '2026-04-01',
  ])
    it(`is not ${text}`, () => assert.equal(isInstant(text), false));
});

describe('the key of a page', () => {
  it('that cannot be is the first page', () => {
    const first = [newestFirst, newestNumberFirst, earliestDayFirst].map((keys) => keys.read(null));
    for (const [at, id] of [
      ['0000-01-01T00:00:00Z', ID],
      ['9999-12-31T00:00:00Z', '5'],
      ['2026-04-01T07:00:00Z', '9223372036854775808'],
      ['2026-04-01T07:00:00Z', ID.toUpperCase()],
      ['0000-01-01', ID],
      ['9999-12-31', ID],
      ['__proto__', '__proto__'],
      ['', ''],
    ])
      assert.deepEqual(
        [newestFirst, newestNumberFirst, earliestDayFirst].map((keys) => keys.read(`${at}_${id}`)),
        first,
        `${at}_${id}`,
      );
  });

  it('that a page of ours wrote is read', () => {
    const at = Temporal.Instant.from('2026-04-01T07:00:00.120Z');
    assert.equal(newestFirst.read(newestFirst.after({ at, id: ID })).id, ID);
    assert.equal(newestNumberFirst.read(newestNumberFirst.after({ at, id: 42 })).id, '42');
    const day = Temporal.PlainDate.from('2026-04-01');
    assert.equal(earliestDayFirst.read(earliestDayFirst.after({ at: day, id: ID })).id, ID);
  });
});

describe('a number from outside', () => {
  it('is whole, as we write it, and fits an integer of PostgreSQL', () => {
    for (const [text, number] of [
      ['0', 0],
      ['7', 7],
      ['2147483647', 2_147_483_647],
    ] as const)
      assert.equal(numberFrom(text), number);
    for (const odd of [
      '2147483648',
      '999999999999',
      '1.5',
      '1e3',
      '-1',
      '+1',
      '01',
      ' 1',
      '',
      'NaN',
      '٣',
      ['1'],
      1,
      null,
    ])
      assert.equal(numberFrom(odd), null, String(odd));
  });
});

describe('a word that a table is asked for', () => {
  it('is one of its own, never a name that every object inherits', () => {
    assert.equal(lookUp({ a: 1 }, 'a'), 1);
    for (const name of Object.getOwnPropertyNames(Object.prototype))
      assert.equal(lookUp({ a: 1 }, name), undefined, name);
  });
});

describe('the id of a form', () => {
  it('is the same for the same person and form, and another for everybody else', () => {
    const id = onceOnlyId('maria', ID);
    assert.match(id, UUID);
    assert.equal(onceOnlyId('maria', ID), id);
    assert.notEqual(onceOnlyId('luca', ID), id);
  });

  it('is a fresh one each time when the form names none that can be', () => {
    for (const named of ['', 'x', ID.toUpperCase(), '__proto__', `${ID}${ID}`])
      assert.notEqual(onceOnlyId('maria', named), onceOnlyId('maria', named), named);
  });
});

describe('a form that comes back from an ended session', () => {
  class Note {
    nota = '';
  }

  it('is never taken as sent, whatever its fields are called', () => {
    for (const name of ['__proto__', 'constructor', 'toString', 'nota']) {
      const fields = JSON.parse(`{"nota":"x","${name}":["a","b"]}`) as Record<string, unknown>;
      const body = new ResumedBody(fields);
      assert.ok(body instanceof ResumedBody, name);
      if (name !== 'nota') assert.equal(Form.read(Note, body).valid, false, name);
    }
  });
});
