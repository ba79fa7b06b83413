import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { nextStep, type Sent } from '#src/transport/delivery.rules.js';
import { blame, blameOfReply, enhancedStatus, type Blame } from '#src/transport/status.rules.js';

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

describe('what a failure says of the address', () => {
  const NONE = '';
  const alone: [string, Blame, string[]][] = [
    [
      'the address, where the status does',
      'respinta',
      ['5.1.1', '5.1.2', '5.1.3', '5.1.6', '5.1.10', '5.1.351', '5.2.1', '5.4.1', '5.4.4', '5.4.310'],
    ],
    ['perhaps, where the status has no detail', 'dubbia', ['5.0.0', '5.1.0', '5.2.0', '5.3.0', '5.4.0', '5.5.0']],
    [
      'nothing of it, where it speaks of us, of the text or of now',
      'fallita',
      '5.2.2 5.2.3 5.3.4 5.1.7 5.1.8 5.5.1 5.6.0 5.7.0 5.7.1 5.7.26 5.7.708 5.4.6 5.4.7 5.1.4 4.1.1 4.2.2 4.4.7 2.0.0 5.1.11'.split(
        ' ',
      ),
    ],
  ];
  for (const [what, verdict, statuses] of alone)
    it(`is ${what}, without a diagnosis`, () => {
      assert.deepEqual(
        statuses.filter((one) => blame(one, NONE) !== verdict),
        [],
      );
    });

  it('is perhaps, where nothing at all is said', () => assert.equal(blame(null, NONE), 'dubbia'));

  const replies: [number, string, Blame][] = [
    [550, '550 No such user', 'respinta'],
    [550, '550-5.1.1 The account does not exist.\n550 5.1.1 See the help', 'respinta'],
    [551, '551 User not local, unknown recipient', 'respinta'],
    [554, "554 delivery error: This user doesn't have an account here", 'respinta'],
    [550, '550', 'dubbia'],
    [550, '550 who?', 'dubbia'],
    [551, '551 x', 'dubbia'],
    [553, '553 x', 'dubbia'],
    [550, '550 #5.1.0 Address rejected.', 'dubbia'],
    [550, '550 Requested action not taken: mailbox unavailable', 'dubbia'],
    [552, '552 full', 'fallita'],
    [552, '552 x', 'fallita'],
    [554, '554 no', 'fallita'],
    [550, '550 5.7.1 relay', 'fallita'],
    [550, '550 Blocked, see https://www.spamhaus.org/query', 'fallita'],
    [550, '550 5.1.1 User unknown: your host is on our blacklist', 'fallita'],
    [550, '550 Sender address rejected: Domain not found', 'fallita'],
    [554, '554 Greylisted, come back in 300 seconds', 'fallita'],
  ];
  for (const [code, reply, verdict] of replies)
    it(`to the recipient's line: ${reply.slice(0, 60)} is ${verdict}`, () =>
      assert.equal(blameOfReply(code, reply), verdict));

  it('takes no name for a reason', () => {
    const said = 'smtp; 550 5.1.1 <quota.blocked@spam-policy.example>: User unknown (antispam.filter.example)';
    assert.equal(blame('5.1.1', said), 'respinta');
  });

  it('reads the status wherever servers put it, and no address of a network for one', () => {
    const read: [string, string | null][] = [
      ['550-5.1.1 first line\n550 5.1.1 last', '5.1.1'],
      ['550-5.1.1 first line', '5.1.1'],
      ['550 #5.1.0 rejected', '5.1.0'],
      ['Sorry, no mailbox here by that name. (#5.1.1)', '5.1.1'],
      ['smtp; 552 5.2.2 full', '5.2.2'],
      ['5.1.10 no such recipient', '5.1.10'],
      ['550 see 192.5.1.1 for help', null],
      ['550 5.1.1.7 for help', null],
      ['host x (Postfix 2.11.3) said: no', null],
    ];
    for (const [reply, status] of read) assert.equal(enhancedStatus(reply), status, reply);
  });

  it('is judged in no time whatever is said', () => {
    for (const piece of [
      'a',
      'a.',
      'a@',
      '5.1.1 ',
      '550 ',
      'user ',
      ' ',
      'http://',
      'x-',
      '\u00e9',
      'unknown recipient ad',
    ])
      assert.ok(['respinta', 'dubbia', 'fallita'].includes(blame('5.0.0', piece.repeat(100_000))));
  });
});
