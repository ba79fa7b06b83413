import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { nextStep, type Sent } from '#src/transport/delivery.rules.js';
import { enhancedStatus, refusesAddress, refusesRecipient } from '#src/transport/status.rules.js';

const NOW = Temporal.Instant.from('2026-04-01T07:00:00Z');
const sent = (changes: Partial<Sent> = {}): Sent => ({
  channel: 'email',
  kind: 'notice',
  attempts: 1,
  uncertain: 0,
  createdAt: NOW,
  ...changes,
});

describe('when the next attempt is', () => {
  it('after 5 s, 15 s, 1, 5, 15, 30 minutes, then hours, for about a day; then never', () => {
    const waits = Array.from({ length: 12 }, (_, i) => {
      const { nextAttemptAt } = nextStep(sent({ attempts: i + 1 }), { outcome: 'errore temporaneo', code: '451' }, NOW);
      return nextAttemptAt?.since(NOW).total('seconds') ?? null;
    });
    assert.deepEqual(waits, [5, 15, 60, 300, 900, 1800, 3600, 7200, 14400, 28800, 28800, null]);
  });

  it('no sooner than the other side asks, and no later than a day', () => {
    const after = (retryAfterSeconds: number) =>
      nextStep(sent(), { outcome: 'errore temporaneo', code: '429', retryAfterSeconds }, NOW)
        .nextAttemptAt!.since(NOW)
        .total('seconds');
    assert.deepEqual([after(0), after(4), after(600), after(99_999)], [5, 5, 600, 86_400]);
  });
});

describe('what a status says of the address', () => {
  it('only what concerns it', () => {
    const blamed = ['5.0.0', '5.1.0', '5.1.1', '5.1.2', '5.1.3', '5.1.6', '5.1.10', '5.2.0', '5.2.1', '5.4.1', '5.4.4'];
    const not = [
      '5.2.2',
      '5.2.3',
      '5.3.4',
      '5.1.7',
      '5.1.8',
      '5.5.1',
      '5.6.0',
      '5.7.1',
      '5.7.26',
      '4.1.1',
      '2.0.0',
      '5.1.11',
      '',
    ];
    assert.deepEqual(
      blamed.filter((one) => !refusesAddress(one)),
      [],
    );
    assert.deepEqual(
      not.filter((one) => refusesAddress(one)),
      [],
    );
  });

  it('is read from the reply, and from the bare code when there is none', () => {
    assert.equal(enhancedStatus('550-5.1.1 first line\n550 5.1.1 last'), '5.1.1');
    assert.equal(enhancedStatus('550 see 192.5.1.1 for help'), null);
    assert.deepEqual(
      [
        [550, '550 who?'],
        [551, '551 x'],
        [553, '553 x'],
        [552, '552 full'],
        [554, '554 no'],
        [550, '550 5.7.1 relay'],
      ].map(([code, reply]) => refusesRecipient(code as number, reply as string)),
      [true, true, true, false, false, false],
    );
  });
});
