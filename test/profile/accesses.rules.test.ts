import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { codeOf, dayOf, periodOf, stretches, WHAT, WHO } from '#src/profile/accesses.rules.js';

const typed = (day: string, month: string, year: string) => ({ day, month, year });
const NONE = typed('', '', '');

describe('a day that was typed', () => {
  it('is a day of the calendar, nothing, or wrong', () => {
    assert.equal(String(dayOf(typed('1', '4', '2026'))), '2026-04-01');
    assert.equal(String(dayOf(typed('01', '04', '2026'))), '2026-04-01');
    assert.equal(String(dayOf(typed('29', '2', '2024'))), '2024-02-29');
    assert.equal(dayOf(NONE), null);
    for (const wrong of [
      typed('31', '2', '2026'),
      typed('29', '2', '2026'),
      typed('0', '1', '2026'),
      typed('1', '13', '2026'),
      typed('1', '4', '26'),
      typed('1', '4', ''),
      typed('', '', '2026'),
      typed('uno', 'aprile', '2026'),
      typed('1', '4', '20266'),
      typed('-1', '4', '2026'),
      typed('1.5', '4', '2026'),
      typed('１', '4', '2026'),
      typed('9'.repeat(400), '4', '2026'),
    ])
      assert.equal(dayOf(wrong), 'wrong', JSON.stringify(wrong).slice(0, 60));
  });
});

describe('a period', () => {
  it('may be open at either end', () => {
    assert.deepEqual(periodOf(NONE, NONE), { ok: true, from: null, to: null });
    const open = periodOf(typed('1', '4', '2026'), NONE);
    assert.ok(open.ok && open.to === null && String(open.from) === '2026-04-01');
  });

  it('may be one day', () => assert.ok(periodOf(typed('1', '4', '2026'), typed('1', '4', '2026')).ok));

  it('says which end is wrong', () => {
    assert.deepEqual(periodOf(typed('31', '4', '2026'), NONE), {
      ok: false,
      field: 'dalGiorno',
      key: 'accesses.from-wrong',
    });
    assert.deepEqual(periodOf(NONE, typed('1', '', '2026')), {
      ok: false,
      field: 'alGiorno',
      key: 'accesses.to-wrong',
    });
    assert.deepEqual(periodOf(typed('2', '4', '2026'), typed('1', '4', '2026')), {
      ok: false,
      field: 'alGiorno',
      key: 'accesses.period-backwards',
    });
  });
});

describe('what is asked for', () => {
  it('is one of the words of the form, or everything', () => {
    assert.equal(codeOf(WHO, 'operatore'), 'staff');
    for (const other of ['', 'staff', 'toString', '__proto__', 'constructor'])
      assert.equal(codeOf(WHO, other), null, other);
  });

  it('is as few stretches of the index as can be', () => {
    assert.deepEqual(stretches({ who: 'staff', what: 'read' }), [{ who: 'staff', what: 'read' }]);
    assert.equal(stretches({ who: 'staff', what: null }).length, Object.keys(WHAT).length);
    assert.equal(stretches({ who: null, what: 'read' }).length, Object.keys(WHO).length);
  });
});
