import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { protocolNumber, readProtocol } from '#src/common/protocol.js';
import {
  daysLate,
  dueDay,
  extendedDueDay,
  extension,
  KINDS,
  kindOfSlug,
  missing,
  slugOf,
} from '#src/contact/rights/rights.rules.js';

const day = (text: string) => Temporal.PlainDate.from(text);

describe('the term of a request (GDPR art. 12(3))', () => {
  const cases: [received: string, due: string, why: string][] = [
    ['2026-04-01', '2026-05-02', 'a month later is 1 May, a holiday'],
    ['2026-04-10', '2026-05-11', 'a month later is a Sunday'],
    ['2026-01-31', '2026-02-28', 'February has no 31st'],
    ['2028-01-31', '2028-02-29', 'nor in a leap year'],
    ['2026-03-31', '2026-04-30', 'April has 30 days'],
    ['2026-01-30', '2026-02-28', 'nor a 30th'],
    ['2026-11-25', '2026-12-28', 'Christmas, Santo Stefano and a Sunday in a row'],
    ['2026-12-01', '2027-01-02', 'New Year'],
    ['2026-03-05', '2026-04-07', 'Easter Sunday and Monday'],
    ['2026-09-04', '2026-10-05', 'San Francesco, on a Sunday'],
    ['2026-08-13', '2026-09-14', 'a month later is a Sunday'],
    ['2026-06-11', '2026-07-11', 'a Saturday counts'],
  ];
  for (const [received, due, why] of cases) {
    it(`asked on ${received} it is answered by ${due}: ${why}`, () => {
      assert.equal(dueDay(day(received)).toString(), due);
    });
  }

  it('is three months in all when it is extended, counted from the day it came', () => {
    assert.equal(extendedDueDay(day('2026-04-01')).toString(), '2026-07-01');
    assert.equal(extendedDueDay(day('2026-11-30')).toString(), '2027-03-01', 'the end of February is a Sunday');
  });

  it('stays under the limit that PostgreSQL sets, whatever day of four years it begins on', () => {
    for (let date = day('2026-01-01'); date.year < 2030; date = date.add({ days: 1 })) {
      assert.ok(Temporal.PlainDate.compare(dueDay(date), date) > 0);
      const limit = date.add({ months: 3, days: 6 });
      assert.ok(Temporal.PlainDate.compare(extendedDueDay(date), limit) <= 0, date.toString());
      assert.ok(Temporal.PlainDate.compare(extendedDueDay(date), dueDay(date)) > 0);
    }
  });
});

describe('an extension', () => {
  const due = day('2026-05-02');
  it('may be told up to and on the last day of the first term', () => {
    assert.deepEqual(extension('working', false, due, day('2026-05-02')), { ok: true });
    assert.deepEqual(extension('working', false, due, day('2026-05-03')), { ok: false, reason: 'too-late' });
  });

  it('comes once, and only while the request is worked on', () => {
    assert.deepEqual(extension('extended', true, due, due), { ok: false, reason: 'extended-before' });
    for (const state of ['received', 'accepted', 'partly', 'rejected', 'withdrawn'] as const)
      assert.deepEqual(extension(state, false, due, due), { ok: false, reason: 'not-working' });
  });
});

describe('lateness', () => {
  it('counts days after the term, and none on it', () => {
    assert.deepEqual(
      ['2026-05-01', '2026-05-02', '2026-05-03', '2026-07-01'].map((today) => daysLate(day('2026-05-02'), day(today))),
      [0, 0, 1, 60],
    );
  });
});

describe('what a request must say', () => {
  const nothing = { concerns: [], message: '', rightValue: '' };
  it('depends on the right', () => {
    assert.deepEqual(
      KINDS.map((kind) => missing(kind, nothing)),
      [['dati', 'giusto'], ['dati'], ['dati', 'testo'], ['dati', 'testo']],
    );
  });

  it('is complete with those', () => {
    const all = { concerns: ['identity'], message: 'perché', rightValue: 'Rossi' };
    for (const kind of KINDS) assert.deepEqual(missing(kind, all), []);
  });

  it('is found again by the name of its page', () => {
    for (const kind of KINDS) assert.equal(kindOfSlug(slugOf(kind)), kind);
    assert.equal(kindOfSlug('constructor'), null);
  });
});

describe('a protocol number', () => {
  it('is series, year, seven digits and a check digit', () => {
    assert.equal(protocolNumber('DIR', 2026, 123), 'DIR-2026-0000123-5');
  });

  it('is read in any dress, and only if its check digit is right', () => {
    const number = protocolNumber('DIR', 2026, 123);
    for (const typed of [number, number.toLowerCase(), number.replaceAll('-', ''), ` ${number.replaceAll('-', ' ')} `])
      assert.equal(readProtocol('DIR', typed), number);
    assert.equal(readProtocol('ABC', number), null, 'another series');
    for (const wrong of ['', 'DIR', 'DIR-2026-123-4', `${number}1`, 'DIR-2026-000012A-4'])
      assert.equal(readProtocol('DIR', wrong), null, wrong);
  });

  it('shows every wrong digit', () => {
    const number = protocolNumber('DIR', 2026, 4711);
    for (let place = 4; place < number.length; place++) {
      for (const digit of '0123456789') {
        if (number[place] === '-' || number[place] === digit) continue;
        const wrong = number.slice(0, place) + digit + number.slice(place + 1);
        assert.equal(readProtocol('DIR', wrong), null, wrong);
      }
    }
  });
});
