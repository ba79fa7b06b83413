import assert from 'node:assert/strict';
import { describe, it, mock } from 'node:test';
import type { PgBoss } from 'pg-boss';
import type { Database } from '#src/common/database.js';
import { Jobs, type JobHandler } from '#src/common/jobs.js';
import type { Log } from '#src/common/log.js';
import type { Metrics } from '#src/common/metrics.js';
import type { Config } from '#src/config.js';

/** Jobs without a queue or database: a handler that is repeated needs neither. */
function jobs(): { attach(boss: PgBoss, handler: JobHandler): Promise<void> } {
  const db = { asWorker: (work: () => Promise<void>) => work() } as unknown as Database;
  const metrics = { jobs: { inc: () => {} } } as unknown as Metrics;
  const log = { error: () => {} } as unknown as Log;
  return new Jobs({} as Config, db, metrics, log) as unknown as ReturnType<typeof jobs>;
}

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
