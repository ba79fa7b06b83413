import assert from 'node:assert/strict';
import { describe, it, mock } from 'node:test';
import type { PgBoss } from 'pg-boss';
import type { Database } from '#src/common/database.js';
import { Jobs, type JobHandler } from '#src/common/jobs.js';
import type { Log } from '#src/common/log.js';
import type { Metrics } from '#src/common/metrics.js';
import type { Config } from '#src/config.js';

/** Jobs without a queue or database: a handler that is repeated needs neither. */
function jobs(): { attach(boss: PgBoss, handler: JobHandler): Promise<void>; still(ms: number): string | null } {
  const db = {
    asWorker: (work: () => Promise<void>, goesOn: () => void) => {
      unitEnds = goesOn;
      return work();
    },
  } as unknown as Database;
  const metrics = { jobs: { inc: () => {} } } as unknown as Metrics;
  const log = { error: () => {} } as unknown as Log;
  return new Jobs({} as Config, db, metrics, log) as unknown as ReturnType<typeof jobs>;
}

/** As Database tells a run at the end of each unit of work. */
let unitEnds: () => void = () => {};

const settled = () => new Promise<void>((done) => setImmediate(done));

describe('a repeated job', () => {
  it('is skipped while its last run goes on, and runs again after it, failed or not', async () => {
    mock.timers.enable({ apis: ['setInterval'] });
    try {
      const runs: PromiseWithResolvers<void>[] = [];
      const run = (): Promise<void> => {
        const one = Promise.withResolvers<void>();
        runs.push(one);
        return one.promise;
      };
      await jobs().attach({} as PgBoss, { name: 'test.slow', everySeconds: 2, run });
      assert.equal(runs.length, 1, 'at once');
      mock.timers.tick(6_000);
      assert.equal(runs.length, 1, 'three ticks, and the first run is not over');
      runs[0]!.resolve();
      await settled();
      mock.timers.tick(2_000);
      assert.equal(runs.length, 2);
      runs[1]!.reject(new Error('this run fails'));
      await settled();
      mock.timers.tick(2_000);
      assert.equal(runs.length, 3);
      runs[2]!.resolve();
      await settled();
    } finally {
      mock.timers.reset();
    }
  });
});

describe('a repeated job that stands still', () => {
  it('is one whose run has ended no unit of work for long, not one that has much to do', async (t) => {
    let now = 1_000;
    t.mock.method(performance, 'now', () => now);
    const run = Promise.withResolvers<void>();
    const all = jobs();
    await all.attach({} as PgBoss, { name: 'test.long', everySeconds: 3600, run: () => run.promise });
    for (let batch = 0; batch < 100; batch++) {
      now += 299_000;
      assert.equal(all.still(300_000), null, 'batch after batch');
      unitEnds();
    }
    now += 300_000;
    assert.equal(all.still(300_000), 'test.long');
    unitEnds();
    assert.equal(all.still(300_000), null, 'it goes on after all');
    run.resolve();
    await settled();
    now += 3_600_000;
    unitEnds();
    now += 3_600_000;
    assert.equal(all.still(300_000), null, 'over, whatever it left behind');
  });
});

describe('a job of the queue that fails', () => {
  it('is tried again by the queue, which keeps none of the words of the error', async () => {
    let work: (jobs: { data: object }[]) => Promise<void> = async () => {};
    const boss = { work: async (_name: string, _options: object, run: typeof work) => void (work = run) };
    const run = () => Promise.reject(new Error('duplicate key: (fiscal_code)=(RSSMRA80A41H501X)'));
    await jobs().attach(boss as unknown as PgBoss, { name: 'test.failing', run });
    await assert.rejects(work([{ data: {} }]), (error: Error) => {
      assert.equal(error.message, 'test.failing failed: see the log');
      assert.equal(error.cause, undefined);
      assert.doesNotMatch(error.stack ?? '', /RSSMRA/);
      return true;
    });
  });
});
