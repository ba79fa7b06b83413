import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  appointmentNumber,
  canBeChanged,
  canExtend,
  changeDeadline,
  contactProblem,
  dayStrip,
  holdUntil,
  isAhead,
  neighbours,
  type State,
} from '#src/appointments/booking.rules.js';
import { isHolidayAt } from '#src/appointments/holidays.js';
import { openHours, slotRuns, type OfficePlan } from '#src/appointments/slot-generation.rules.js';

const day = (iso: string) => Temporal.PlainDate.from(iso);
const instant = (iso: string) => Temporal.Instant.from(iso);
const office: OfficePlan = {
  id: 'RM-1',
  openings: [1, 2, 3, 4, 5, 7].flatMap((weekday) => [
    { weekday: weekday as 1, opens: '08:30', closes: '12:30' },
    ...(weekday === 2 ? [{ weekday: 2 as const, opens: '14:30', closes: '16:30' }] : []),
  ]),
  channels: [{ channel: 'desk', pool: 'general', seats: 3, minutes: 20 }],
  closures: [],
  extraOpenings: [],
};
const starts = (iso: string, changes: Partial<OfficePlan> = {}, holiday = false) =>
  slotRuns({ ...office, ...changes }, day(iso), holiday).map((run) => `${run.firstAt} ×${run.count}`);

describe('slots from opening rules', () => {
  it('gives each opening its own run', () => {
    assert.deepEqual(starts('2026-04-14'), ['2026-04-14T06:30:00Z ×12', '2026-04-14T12:30:00Z ×6']);
    assert.deepEqual(starts('2026-04-11'), [], 'Saturday');
  });

  it('keeps the local hour when the clocks change', () => {
    assert.deepEqual(starts('2026-03-27'), ['2026-03-27T07:30:00Z ×12'], 'the Friday before summer time');
    assert.deepEqual(starts('2026-03-29'), ['2026-03-29T06:30:00Z ×12'], 'the Sunday itself');
    assert.deepEqual(starts('2026-03-30'), ['2026-03-30T06:30:00Z ×12']);
    assert.deepEqual(starts('2026-10-23'), ['2026-10-23T06:30:00Z ×12'], 'the Friday before winter time');
    assert.deepEqual(starts('2026-10-25'), ['2026-10-25T07:30:00Z ×12']);
  });

  it('an opening through the change itself has the minutes that really pass', () => {
    const night = {
      extraOpenings: [
        { on: '2026-03-28', opens: '01:00', closes: '04:00' },
        { on: '2026-03-29', opens: '01:00', closes: '04:00' },
      ],
      openings: [],
    };
    assert.deepEqual(starts('2026-03-28', night), ['2026-03-28T00:00:00Z ×9']);
    assert.deepEqual(starts('2026-03-29', night), ['2026-03-29T00:00:00Z ×6']);
    const autumn = { extraOpenings: [{ on: '2026-10-25', opens: '01:00', closes: '04:00' }], openings: [] };
    assert.deepEqual(starts('2026-10-25', autumn), ['2026-10-24T23:00:00Z ×12']);
  });

  it('closes on holidays and one-off closures, opens one-off all the same', () => {
    assert.deepEqual(starts('2026-04-14', {}, true), []);
    assert.deepEqual(starts('2026-04-14', { closures: ['2026-04-14'] }), []);
    assert.deepEqual(starts('2026-04-15', { closures: ['2026-04-14'] }), ['2026-04-15T06:30:00Z ×12']);
    const extra = { extraOpenings: [{ on: '2026-04-11', opens: '09:00', closes: '10:00' }] };
    assert.deepEqual(starts('2026-04-11', extra), ['2026-04-11T07:00:00Z ×3']);
  });

  it('changes a single day by a closure and an extra opening together', () => {
    const changed = {
      closures: ['2026-04-14'],
      extraOpenings: [{ on: '2026-04-14', opens: '10:00', closes: '11:00' }],
    };
    assert.deepEqual(starts('2026-04-14', changed), ['2026-04-14T08:00:00Z ×3']);
  });

  it('joins hours that overlap or touch, so that no slot is there twice', () => {
    const extraOpenings = [
      { on: '2026-04-15', opens: '12:30', closes: '13:00' },
      { on: '2026-04-15', opens: '09:00', closes: '10:00' },
    ];
    assert.deepEqual(openHours({ ...office, extraOpenings }, day('2026-04-15'), false), [
      { opens: '08:30', closes: '13:00' },
    ]);
  });

  it('leaves out a rest too short for a meeting', () => {
    const channels = [{ channel: 'desk' as const, pool: 'general', seats: 1, minutes: 35 }];
    assert.deepEqual(starts('2026-04-15', { channels }), ['2026-04-15T06:30:00Z ×6']);
    assert.deepEqual(starts('2026-04-15', { channels: [{ ...channels[0]!, minutes: 241 }] }), []);
  });
});

describe('closed days of an office', () => {
  it('knows Easter Monday, patron days and the movable ones', () => {
    assert.equal(isHolidayAt('058091', 'RM', day('2026-04-06')), true, 'Easter Monday');
    assert.equal(isHolidayAt('058091', 'RM', day('2026-06-29')), true, 'Santi Pietro e Paolo in Rome');
    assert.equal(isHolidayAt('015146', 'MI', day('2026-06-29')), false, 'and not in Milan');
    assert.equal(isHolidayAt('015146', 'MI', day('2026-12-07')), true, "Sant'Ambrogio in Milan");
    assert.equal(isHolidayAt('058091', 'RM', day('2026-12-07')), false);
    assert.equal(isHolidayAt('005005', 'AT', day('2026-05-05')), true, 'Asti, first Tuesday of May');
    assert.equal(isHolidayAt('005005', 'AT', day('2026-05-12')), false);
    assert.equal(isHolidayAt('111009', 'SU', day('2028-05-18')), true, 'Carbonia, Thursday after the second Sunday');
    assert.equal(isHolidayAt('111009', 'SU', day('2027-05-13')), true);
    assert.equal(isHolidayAt('021008', 'BZ', day('2026-05-25')), true, 'Whit Monday in Alto Adige');
    assert.equal(isHolidayAt('022205', 'TN', day('2026-05-25')), false);
  });
});

describe('holds', () => {
  const at = instant('2026-04-01T08:00:00Z');

  it('last ten minutes, extended again and again up to an hour', () => {
    assert.equal(holdUntil(at, at).toString(), '2026-04-01T08:10:00Z');
    assert.equal(holdUntil(at, at.add({ minutes: 9 })).toString(), '2026-04-01T08:19:00Z');
    assert.equal(holdUntil(at, at.add({ minutes: 55 })).toString(), '2026-04-01T09:00:00Z');
  });

  it('offer more time while it gives at least a minute', () => {
    assert.equal(canExtend(at, at.add({ minutes: 10 })), true);
    assert.equal(canExtend(at, at.add({ minutes: 59 })), true);
    assert.equal(canExtend(at, at.add({ minutes: 60 })), false);
  });
});

describe('moving and cancelling', () => {
  const startAt = instant('2026-04-14T08:20:00Z');
  const booked = { state: 'booked' as State, startAt, noticeHours: 24, minutes: 20 };

  it('are possible up to and at the deadline', () => {
    assert.equal(changeDeadline(startAt, 24).toString(), '2026-04-13T08:20:00Z');
    assert.equal(canBeChanged(booked, instant('2026-04-13T08:20:00Z')), true);
    assert.equal(canBeChanged(booked, instant('2026-04-13T08:20:01Z')), false);
    assert.equal(canBeChanged({ ...booked, noticeHours: 0 }, startAt), true);
  });

  it('count hours that pass, across a change of the clocks', () => {
    assert.equal(changeDeadline(instant('2026-03-29T08:00:00Z'), 24).toString(), '2026-03-28T08:00:00Z');
  });

  it('only for a booked one', () => {
    for (const state of ['held', 'arrived', 'called', 'served', 'no-show', 'cancelled', 'expired', 'ended'] as const)
      assert.equal(canBeChanged({ ...booked, state }, instant('2026-04-01T08:00:00Z')), false, state);
  });

  it('an appointment is ahead until it ends', () => {
    assert.equal(isAhead(booked, instant('2026-04-14T08:39:59Z')), true);
    assert.equal(isAhead(booked, instant('2026-04-14T08:40:00Z')), false);
    assert.equal(isAhead({ ...booked, state: 'cancelled' }, instant('2026-04-01T08:00:00Z')), false);
  });
});

describe('contacts', () => {
  it('must fit the channel', () => {
    assert.equal(contactProblem('desk', { email: '', phone: '333' }), null);
    assert.equal(contactProblem('desk', { email: 'a@b.it', phone: '' }), null);
    assert.equal(contactProblem('desk', { email: '', phone: '' })?.field, 'email');
    assert.equal(contactProblem('phone', { email: 'a@b.it', phone: '' })?.field, 'telefono');
    assert.equal(contactProblem('video', { email: '', phone: '333' })?.field, 'email');
  });
});

describe('the days shown', () => {
  const days = ['07', '08', '09', '10', '13', '14', '15', '16'].map((d) => ({ day: day(`2026-04-${d}`) }));
  const strip = (shown: string) => dayStrip(days, day(shown)).map(({ day: d }) => d.day);

  it('are five, with the shown one in the middle where possible', () => {
    assert.deepEqual(strip('2026-04-10'), [8, 9, 10, 13, 14]);
    assert.deepEqual(strip('2026-04-07'), [7, 8, 9, 10, 13]);
    assert.deepEqual(strip('2026-04-16'), [10, 13, 14, 15, 16]);
    assert.deepEqual(strip('2026-04-11'), [9, 10, 13, 14, 15], 'a Saturday: the days around it');
    assert.deepEqual(strip('2026-05-01'), [10, 13, 14, 15, 16], 'after the last');
    assert.deepEqual(dayStrip(days.slice(0, 2), day('2026-04-07')).length, 2);
    assert.deepEqual(dayStrip([], day('2026-04-07')), []);
  });

  const at = (shown: string) => Object.values(neighbours(days, day(shown))).map(String);
  it('have neighbours', () => {
    assert.deepEqual(at('2026-04-10'), ['2026-04-09', '2026-04-13']);
    assert.deepEqual(at('2026-04-07'), ['null', '2026-04-08']);
    assert.deepEqual(at('2026-04-16'), ['2026-04-15', 'null']);
  });
});

describe('the number', () => {
  it('has the sigla of the province and four figures', () => {
    assert.equal(appointmentNumber('RM', 27), 'RM-0027');
    assert.equal(appointmentNumber('BZ', 9999), 'BZ-9999');
  });
});
