import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { exportCost } from '../bench/export-cost.ts';

/** Time and memory may be asserted at night, when nothing else runs beside; `test/bench/export.ts` prints the same. */
describe('a copy of everything, for somebody with 10,000 notices', () => {
  it('is made in under 5 seconds, with less than 100 MB more, and holds every one of them', async (test) => {
    const cost = await exportCost(10_000, 1_000);
    const { made, taken } = cost;
    test.diagnostic(
      `made in ${made.ms} ms (heap ${made.heap} MB, process ${made.rss} MB more), taken in ${taken.ms} ms`,
    );
    assert.equal(cost.notices, 10_000);
    assert.ok(made.ms < 5_000, `made in ${made.ms} ms`);
    assert.ok(made.rss < 100, `the process grew by ${made.rss} MB while it was made`);
    assert.ok(taken.rss < 100, `the process grew by ${taken.rss} MB while it was taken`);
  });
});
