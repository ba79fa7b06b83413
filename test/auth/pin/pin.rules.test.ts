import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  addressKey,
  fiscalCodeTyped,
  holdBack,
  isEligible,
  limitReached,
  pinTyped,
  type Attempt,
} from '#src/auth/strategies/pin/pin.rules.js';

const CODE = 'MLLJHN58D17Z401W';
const PIN = 'DEMO7K2M9Q4T6W8X';
const NOW = Temporal.Instant.from('2026-04-01T07:00:00Z');

/** A try so many seconds ago, by this person from this address unless said otherwise. */
function tried(secondsAgo: number, more: Partial<Attempt> = {}): Attempt {
  return {
    at: NOW.subtract({ seconds: secondsAgo }),
    samePerson: true,
    sameAddress: true,
    outcome: 'wrong-pin',
    ...more,
  };
}

function times(count: number, secondsAgo: number, more: Partial<Attempt> = {}): Attempt[] {
  return Array.from({ length: count }, () => tried(secondsAgo, more));
}

/** Reason and seconds left. */
function limit(attempts: Attempt[], entersFromHere = false): string | null {
  const found = limitReached(attempts, NOW, entersFromHere);
  return found && `${found.reason} ${found.until.since(NOW).total('seconds')}`;
}

describe('what somebody typed', () => {
  it('is a fiscal code in any case, with spaces and signs nobody sees', () => {
    const ways = [
      CODE,
      CODE.toLowerCase(),
      ' MLL JHN 58D17 Z401W ',
      `${CODE}\u200B`,
      '\uFEFFMLLJHN\u00AD58D17Z401W',
      'MLL\u00A0JHN\u00A058D17\u00A0Z401W',
    ];
    for (const way of ways) assert.equal(fiscalCodeTyped(way), CODE, JSON.stringify(way));
  });

  it('is a fiscal code in full-width signs', () => {
    const wide = [...CODE].map((sign) => String.fromCodePoint(sign.codePointAt(0)! + 0xfee0)).join('');
    assert.equal(fiscalCodeTyped(wide), CODE);
  });

  it('is a fiscal code with letters for digits (omocodia)', () => {
    assert.equal(fiscalCodeTyped('MLLJHNRUDMTZQLML'), 'MLLJHNRUDMTZQLML');
  });

  it('is none with letters of other alphabets, or that change when made capital', () => {
    for (const way of [
      'МLLJHN58D17Z401W',
      'MLLJHΝ58D17Z401W',
      'mlljhn58d17z40ıw',
      'ßLJHN58D17Z401W',
      '',
      CODE.slice(1),
      `${CODE}A`,
      'x'.repeat(65),
      "' OR 1=1 --12345",
    ]) {
      assert.equal(fiscalCodeTyped(way), null, way);
    }
  });

  it('is a PIN of 16 letters and digits, as given out', () => {
    assert.equal(pinTyped(` ${PIN.slice(0, 8)} ${PIN.slice(8)}\u200B`), PIN);
    assert.equal(pinTyped(PIN.toLowerCase()), PIN.toLowerCase());
    for (const way of ['', PIN.slice(1), `${PIN}A`, `${PIN.slice(1)}!`, `${PIN.slice(1)}А`, 'a'.repeat(10_000)])
      assert.equal(pinTyped(way), null, way);
  });
});

describe('who may use a PIN', () => {
  const john = { issuedOn: Temporal.PlainDate.from('2020-09-30'), residentAbroad: true, italianDocument: false };

  it('is who lives abroad, has no Italian document and got it before 1 October 2020', () => {
    assert.equal(isEligible(john), true);
    assert.equal(isEligible({ ...john, residentAbroad: false }), false);
    assert.equal(isEligible({ ...john, italianDocument: true }), false);
    assert.equal(isEligible({ ...john, issuedOn: Temporal.PlainDate.from('2020-10-01') }), false);
  });
});

describe('limits', () => {
  it('let the fifth try through and not the sixth', () => {
    assert.equal(limit(times(4, 10)), null);
    assert.equal(limit(times(5, 10)), 'pair 590');
  });

  it('count tries under way as failed, and those never judged not at all', () => {
    assert.equal(limit(times(5, 0, { outcome: null })), 'pair 600');
    assert.equal(limit(times(9, 0, { outcome: 'busy' })), null);
  });

  it('allow five entries in a minute by one person from one address, and twenty from one address', () => {
    assert.equal(limit(times(4, 30, { outcome: 'ok' })), null);
    assert.equal(limit(times(5, 30, { outcome: 'ok' })), 'pair 30');
    assert.equal(limit(times(5, 61, { outcome: 'ok' })), null);
    assert.equal(limit(times(19, 20, { outcome: 'ok', samePerson: false })), null);
    assert.equal(limit(times(20, 20, { outcome: 'ok', samePerson: false })), 'address 40');
  });

  it('lock for ten minutes after five failures within an hour, wherever in it they were', () => {
    const spread = [3500, 2600, 1700, 800, 1].map((ago) => tried(ago));
    assert.equal(limit(spread), 'pair 599');
    assert.equal(limit([tried(3602), ...spread.slice(1)]), null);
    assert.equal(limit(times(5, 599)), 'pair 1');
    assert.equal(limit(times(5, 600)), null);
  });

  it('do not shorten a lock when its first failures leave the hour', () => {
    assert.equal(limit([tried(3590 + 500), tried(2500), tried(2400), tried(2300), tried(500)]), 'pair 100');
  });

  it('double the lock at each further failure, up to an hour', () => {
    assert.equal(limit([...times(5, 700), tried(0)]), 'pair 1200');
    assert.equal(limit([...times(6, 2000), tried(0)]), 'pair 2400');
    assert.equal(limit([...times(12, 3500), tried(0)]), 'pair 3600');
  });

  it('forget the failures of a person who has entered from here, not those of the address', () => {
    assert.equal(limit([...times(4, 200), tried(100, { outcome: 'ok' }), ...times(4, 90)]), null);
    assert.equal(
      limit([...times(19, 200, { samePerson: false }), tried(100, { outcome: 'ok' }), tried(90)]),
      'address 510',
    );
  });

  it('do not lock a person out for what happens at another address, until it is very much', () => {
    assert.equal(limit(times(49, 100, { sameAddress: false })), null);
    assert.equal(limit(times(50, 100, { sameAddress: false })), 'person 500');
    assert.equal(limit(times(200, 100, { sameAddress: false })), 'person 500');
  });

  it('never lock a person out of an address they enter from, for what happens elsewhere', () => {
    assert.equal(limit(times(200, 100, { sameAddress: false }), true), null);
    assert.equal(limit([...times(200, 100, { sameAddress: false }), ...times(5, 100)], true), 'pair 500');
  });

  it('do not lock an address for what happens elsewhere', () => {
    assert.equal(limit(times(200, 10, { samePerson: false, sameAddress: false })), null);
  });

  it('say the longest when several hold', () => {
    assert.equal(limit([...times(20, 100, { samePerson: false }), ...times(5, 0)]), 'address 3600');
  });

  it('hold refusals back from the fourth failure on, as if nothing had happened after an entry', () => {
    assert.deepEqual(
      [0, 1, 2, 3, 4].map((count) => holdBack(times(count, 10))),
      [0, 0, 0, 1000, 2000],
    );
    assert.equal(holdBack([...times(4, 10), tried(5, { outcome: 'ok' })]), 0);
    assert.equal(holdBack(times(4, 10, { sameAddress: false })), 0);
  });
});

describe('an address', () => {
  it('is an IPv4 address, however written', () => {
    assert.equal(addressKey('192.0.2.7'), '192.0.2.7');
    assert.equal(addressKey('::ffff:192.0.2.7'), '192.0.2.7');
    assert.equal(addressKey('::FFFF:192.0.2.7'), '192.0.2.7');
  });

  it('is the network of an IPv6 address: its hosts are countless', () => {
    assert.equal(addressKey('2001:db8:1:2:3:4:5:6'), '2001:db8:1:2::/64');
    assert.equal(addressKey('2001:DB8:0001:2::9'), '2001:db8:1:2::/64');
    assert.notEqual(addressKey('2001:db8:1:3::9'), addressKey('2001:db8:1:2::9'));
    assert.equal(addressKey('fe80::1%eth0'), 'fe80:0:0:0::/64');
    assert.equal(addressKey('::1'), '0:0:0:0::/64');
  });
});
