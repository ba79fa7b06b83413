import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { NOTICE_TYPES } from '#src/common/notice-types.js';
import { isWanted, quietUntil, readClockTime, wishes } from '#src/profile/preferences/preferences.rules.js';

const time = (text: string) => Temporal.PlainTime.from(text);
const until = (now: string, from: string, to: string, on = true) =>
  quietUntil(Temporal.Instant.from(now), { on, from: time(from), to: time(to) })?.toString() ?? null;

describe('quiet hours', () => {
  it('go over midnight: evening and night end in the morning', () => {
    assert.equal(until('2026-04-01T18:59:59Z', '21:00', '08:00'), null);
    assert.equal(until('2026-04-01T19:00:00Z', '21:00', '08:00'), '2026-04-02T06:00:00Z');
    assert.equal(until('2026-04-01T22:30:00Z', '21:00', '08:00'), '2026-04-02T06:00:00Z');
    assert.equal(until('2026-04-02T05:59:59Z', '21:00', '08:00'), '2026-04-02T06:00:00Z');
    assert.equal(until('2026-04-02T06:00:00Z', '21:00', '08:00'), null);
  });

  it('stay within a day when they begin before they end', () => {
    assert.equal(until('2026-04-01T10:59:00Z', '13:00', '15:30'), null);
    assert.equal(until('2026-04-01T11:00:00Z', '13:00', '15:30'), '2026-04-01T13:30:00Z');
    assert.equal(until('2026-04-01T13:30:00Z', '13:00', '15:30'), null);
    assert.equal(until('2026-04-01T22:30:00Z', '13:00', '15:30'), null);
  });

  it('are off when the person says so', () => {
    assert.equal(until('2026-04-01T22:30:00Z', '21:00', '08:00', false), null);
  });

  it('end by the clock on the night of 29 March 2026, which has an hour less', () => {
    assert.equal(until('2026-03-28T20:00:00Z', '21:00', '08:00'), '2026-03-29T06:00:00Z');
    assert.equal(until('2026-03-29T00:59:00Z', '21:00', '08:00'), '2026-03-29T06:00:00Z');
    assert.equal(until('2026-03-29T06:00:00Z', '21:00', '08:00'), null);
  });

  it('end by the clock on the night of 25 October 2026, which has an hour more', () => {
    assert.equal(until('2026-10-24T19:00:00Z', '21:00', '08:00'), '2026-10-25T07:00:00Z');
    assert.equal(until('2026-10-25T00:30:00Z', '21:00', '08:00'), '2026-10-25T07:00:00Z');
    assert.equal(until('2026-10-25T06:59:59Z', '21:00', '08:00'), '2026-10-25T07:00:00Z');
    assert.equal(until('2026-10-25T07:00:00Z', '21:00', '08:00'), null);
  });

  it('end when the clocks jump over their end, and begin when they jump over their beginning', () => {
    assert.equal(until('2026-03-29T00:30:00Z', '22:00', '02:30'), '2026-03-29T01:00:00Z');
    assert.equal(until('2026-03-29T01:00:00Z', '22:00', '02:30'), null);
    assert.equal(until('2026-03-29T00:59:59Z', '02:30', '07:00'), null);
    assert.equal(until('2026-03-29T01:00:00Z', '02:30', '07:00'), '2026-03-29T05:00:00Z');
  });

  it('are of one piece where the clocks show an hour twice', () => {
    assert.equal(until('2026-10-25T00:45:00Z', '22:00', '02:30'), '2026-10-25T01:30:00Z');
    assert.equal(until('2026-10-25T01:10:00Z', '22:00', '02:30'), '2026-10-25T01:30:00Z');
    assert.equal(until('2026-10-25T01:30:00Z', '22:00', '02:30'), null);
    assert.equal(until('2026-10-25T00:20:00Z', '02:30', '07:00'), null);
    assert.equal(until('2026-10-25T00:30:00Z', '02:30', '07:00'), '2026-10-25T06:00:00Z');
  });
});

describe('the roads of a notice', () => {
  it('are the usual ones until the person says otherwise', () => {
    assert.equal(isWanted('appointment', 'sms', undefined), true);
    assert.equal(isWanted('appointment', 'sms', false), false);
    assert.equal(isWanted('payment', 'sms', undefined), false);
    assert.equal(isWanted('payment', 'sms', true), true);
  });

  it('are used all the same where they are locked', () => {
    assert.equal(isWanted('security', 'email', false), true);
    assert.equal(isWanted('delegation', 'email', false), true);
    assert.equal(isWanted('delegation', 'sms', false), false);
  });

  it('can be chosen for every type of notice, but for those that are locked', () => {
    const choices = wishes([]);
    assert.equal(choices.length, NOTICE_TYPES.length * 2 - 2);
    assert.equal(
      choices.some(({ type, channel }) => type === 'security' && channel === 'email'),
      false,
    );
  });
});

describe('a clock time', () => {
  it('is read as people write it', () => {
    for (const typed of ['21', '21:00', '21.00', ' 21:00 ']) assert.equal(readClockTime(typed)?.toString(), '21:00:00');
    assert.equal(readClockTime('7.05')?.toString(), '07:05:00');
    assert.equal(readClockTime('0')?.toString(), '00:00:00');
  });

  it('is none when clocks do not show it', () => {
    for (const typed of ['', '24', '21:60', 'nove', '21:5', '-1', '2100']) assert.equal(readClockTime(typed), null);
  });
});
